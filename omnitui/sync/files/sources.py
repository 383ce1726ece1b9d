"""Mails in files, one after the other: Maildir (as Dovecot and Courier write it) and mbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from omnitui.core.errors import NotFound, Refused
from omnitui.core.times import Instant
from omnitui.sync.mail.mbox import messages

_FLAGS = {"S": "\\Seen", "R": "\\Answered", "F": "\\Flagged", "T": "\\Deleted", "D": "\\Draft"}
"""The letters after `:2,` in a Maildir file's name (cr.yp.to/proto/maildir.html)."""


@dataclass(frozen=True)
class FoundMail:
    """One mail in a file: `name` for messages, and when the file was written."""

    name: str
    raw: bytes
    flags: frozenset[str]
    written_at: Instant


def maildir(path: Path) -> Iterator[FoundMail]:
    """Every mail of one Maildir folder, oldest file first. Raises NotFound, or Refused when it is none."""
    if not path.is_dir():
        raise NotFound(f"there is no folder {path}")
    if not (path / "cur").is_dir() and not (path / "new").is_dir():
        raise Refused(f"{path} is no Maildir: it has neither `cur` nor `new` in it")
    for file in sorted((f for sub in ("cur", "new") for f in _files(path / sub)), key=lambda f: f.name):
        _, _, letters = file.name.rpartition(":2,")
        known = letters if ":2," in file.name else ""
        flags = frozenset(_FLAGS[letter] for letter in known if letter in _FLAGS)
        yield FoundMail(file.name, file.read_bytes(), flags, _written_at(file))


def subfolders(path: Path) -> Iterator[tuple[str, Path]]:
    """The folders of a Maildir++ store below `path`, by their names with `/` between levels."""
    for entry in sorted(path.iterdir()):
        if entry.name.startswith(".") and (entry / "cur").is_dir():
            yield entry.name[1:].replace(".", "/"), entry


def mbox(path: Path) -> Iterator[FoundMail]:
    """Every mail of an mbox file. Raises NotFound, or Refused when it holds none."""
    if not path.is_file():
        raise NotFound(f"there is no file {path}")
    data = path.read_bytes()
    if not data.lstrip(b"\r\n").startswith(b"From "):
        raise Refused(f"{path} is no mbox: it does not begin with a `From ` line")
    at = _written_at(path)
    for number, raw in enumerate(messages(data), 1):
        yield FoundMail(f"{path.name}:{number}", raw, _mbox_flags(raw), at)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        with os.scandir(folder) as entries:
            yield from (Path(entry.path) for entry in entries if entry.is_file() and not entry.name.startswith("."))


def _mbox_flags(raw: bytes) -> frozenset[str]:
    """`Status: R` and `X-Status: AF`, as mail programs write them into an mbox."""
    head = raw[:65536].partition(b"\n\n")[0].lower()
    letters = b"".join(
        line.partition(b":")[2] for line in head.splitlines() if line.startswith((b"status:", b"x-status:"))
    )
    marks = {b"r": "\\Seen", b"a": "\\Answered", b"f": "\\Flagged"}
    return frozenset(flag for letter, flag in marks.items() if letter in letters)


def _written_at(file: Path) -> Instant:
    return Instant(file.stat().st_mtime_ns // 1_000_000)
