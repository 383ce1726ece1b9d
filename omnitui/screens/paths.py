"""Paths as one types them: what may follow, and files put in their place without writing over another."""

from __future__ import annotations

import glob
import os
import shutil
from pathlib import Path

from omnitui.core.errors import Refused
from omnitui.widgets.choices import Choice

_MOST = 200
"""Paths offered at once."""


def offers(text: str) -> list[Choice]:
    """What a path may go on with, folders first; hidden ones only where a dot was typed. A folder that cannot be read
    says why."""
    base = Path(text or "~/").expanduser()
    folder, start = (base, "") if text.endswith("/") else (base.parent, base.name)
    try:
        found = sorted((e for e in folder.iterdir() if e.name.startswith(start)), key=lambda e: (e.is_file(), e.name))
    except FileNotFoundError:
        return []
    except OSError as error:
        return [Choice(text, f"{folder} cannot be read: {error.strerror}")]
    shown = [e for e in found if not e.name.startswith(".") or start.startswith(".")][:_MOST]
    return [Choice(f"{e}/" if e.is_dir() else str(e), e.name + ("/" if e.is_dir() else "")) for e in shown]


def several_offers(text: str) -> list[Choice]:
    """As `offers`; of a pattern such as `*.pdf`, first all that it stands for."""
    if not _is_pattern(text):
        return offers(text)
    found = _matches(text)[:_MOST]
    alone = [Choice(str(path), path.name, str(path.parent)) for path in found]
    return [Choice(text, f"all {len(found)}: {text}"), *alone] if len(found) > 1 else alone


def existing(text: str) -> list[Path]:
    """The file of this path, or those that a pattern stands for. Raises Refused, in words, when one cannot be read."""
    path = Path(text).expanduser()
    found = _matches(text) if _is_pattern(text) and not path.exists() else [path]
    if not found:
        raise Refused(f"no file fits {text}")
    return [_readable(path) for path in found]


def _is_pattern(text: str) -> bool:
    return any(char in text for char in "*?[")


def _matches(text: str) -> list[Path]:
    """Files alone; hidden ones only where the pattern has the dot (as shells do)."""
    return sorted(Path(name) for name in glob.iglob(str(Path(text).expanduser())) if Path(name).is_file())


def _readable(path: Path) -> Path:
    try:
        if path.is_dir():
            raise Refused(f"{path} is a folder: choose a file in it")
        if not path.is_file():
            raise Refused(f"there is no file {path}" if not path.exists() else f"{path} is no file")
        with path.open("rb"):
            return path.absolute()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error


def folders(text: str) -> list[Choice]:
    """What was typed, then the folders it may go on with."""
    typed = [Choice(text, text)] if text.strip() else []
    return [*typed, *(choice for choice in offers(text) if str(choice.value).endswith("/"))]


def downloads() -> Path:
    """Where files are saved unless one says otherwise (the XDG user directory, or what most systems have)."""
    return Path(os.environ.get("XDG_DOWNLOAD_DIR") or "~/Downloads")


def copied(source: Path, where: str, name: str) -> Path:
    """The file at that path, or as `name` in it where it is a folder (or ends as one); nothing is written over: where
    there is one of that name, a number is added. Raises Refused."""
    target = Path(where).expanduser()
    if where.endswith("/") or target.is_dir():
        target /= name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number, stem = 1, target.stem
        while target.exists():
            target = target.with_name(f"{stem} ({number}){target.suffix}")
            number += 1
        shutil.copyfile(source, target)
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from error
    return target
