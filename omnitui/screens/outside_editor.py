"""Writing in $VISUAL or $EDITOR: the screen stands still meanwhile, the worker does not, and no word is lost."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import App

from omnitui.core.errors import Refused
from omnitui.core.text.clean import safe_text


def edit(app: App[None], text: str) -> str:
    """Have `text` written on in the user's editor; gives what was written.

    The file is the user's alone (0600). Raises Refused when the editor cannot be run or fails; the text is then as it
    was, and what the editor had saved stands in the file that the message names.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    handle, name = tempfile.mkstemp(prefix="omnitui-", suffix=".txt")
    path, keep = Path(name), False
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        # An error may not leave the block: the screen would not be taken back.
        with app.suspend():
            code, trouble = _run(editor, name)
        if trouble:
            raise Refused(f"{_called(editor)} cannot be run ({trouble}): set $EDITOR")
        written = _read(path)
        if code:
            keep = written.rstrip("\n") != text.rstrip("\n")
            where = f"; its own is in {name}" if keep else ""
            raise Refused(f"{_called(editor)} failed ({code}): the text is as it was{where}")
    finally:
        if not keep:
            path.unlink(missing_ok=True)
    return safe_text(written).removesuffix("\n")


def _run(editor: str, name: str) -> tuple[int, str]:
    """Its exit code, or why it could not be run."""
    try:
        # Nothing may be painted meanwhile, so nothing is lost by waiting here.
        return subprocess.run([*shlex.split(editor), name], check=False).returncode, ""  # noqa: S603 - the user's own editor
    except (OSError, ValueError) as error:
        return 0, (error.strerror if isinstance(error, OSError) else str(error)) or "it fails"


def _called(editor: str) -> str:
    """The editor in few words: its program's own name."""
    try:
        return Path(shlex.split(editor)[0]).name
    except (ValueError, IndexError):
        return editor[:20]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Refused(f"the editor's file cannot be read ({error.strerror}): the text is as it was") from error
