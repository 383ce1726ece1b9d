"""Programs of the user's own that print a secret (`pass show ...`): run without a shell, the first line counts."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from omnitui.core.errors import SecretError

COMMAND_SECONDS = 60.0
"""A pass phrase may have to be typed into a dialog."""
LONGEST = 64 * 1024


def printed_by(argv: Sequence[str], setting: str) -> str:
    """What the program of this setting prints. Raises SecretError, without a word of what it printed."""
    what = f"{setting} ({Path(argv[0]).name})"
    try:
        done = subprocess.run(  # noqa: S603 - the user's own program, without a shell
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SecretError(f"{what} gave no answer within {COMMAND_SECONDS:.0f} seconds") from None
    except OSError as error:
        raise SecretError(f"{what} cannot be run: {error.strerror}") from None
    if done.returncode:
        raise SecretError(f"{what} failed with exit code {done.returncode}; run it by hand to see why")
    try:
        text = done.stdout[:LONGEST].decode("utf-8")
    except UnicodeDecodeError:
        raise SecretError(f"{what} printed something that is not UTF-8 text") from None
    return one_line(text, what)


def credential(folder: str | None, name: str) -> str | None:
    """A file of systemd's LoadCredential= (systemd.exec(5), Credentials); None without one. Raises SecretError."""
    if not folder:
        return None
    try:
        text = (Path(folder) / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"the credential {name} cannot be read: {type(error).__name__}") from None
    return one_line(text, f"the credential {name}")


def one_line(text: str, where: str) -> str:
    """The first line: what `pass` and others print below it is not the password. Raises SecretError when empty."""
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise SecretError(f"{where} is empty")
    return line
