"""Files that go along with a mail, copied by their hash when the agent presses send: what leaves is what was meant."""

from __future__ import annotations

import hashlib
import mimetypes
import os
from pathlib import Path

from omnitui.core.errors import Refused
from omnitui.core.outgoing import OutgoingFile
from omnitui.core.text.clean import safe_name
from omnitui.store import messages
from omnitui.store.connection import Cache

MOST = 50 * 1024 * 1024
"""Bytes of one file; hardly a server takes more."""
_PREFIX = "attachment:"
_PIECE = 1 << 20


def keep(cache: Cache, folder: Path, wanted: tuple[str, ...]) -> tuple[OutgoingFile, ...]:
    """Each of the draft's files: a path is copied into `folder`, `attachment:N` is one that came with a mail.

    Raises Refused, naming the file, when it cannot be read or is too big.
    """
    return tuple(_received(cache, name) if name.startswith(_PREFIX) else _copied(folder, Path(name)) for name in wanted)


def _received(cache: Cache, name: str) -> OutgoingFile:
    number = name.removeprefix(_PREFIX)
    found = messages.attachment(int(number)).first(cache) if number.isascii() and number.isdigit() else None
    if found is None or not found.sha256:
        raise Refused(f"The forwarded file {name} is gone, or has not been fetched yet: open it first")
    return OutgoingFile(found.name, found.type, found.size, found.sha256)


def _copied(folder: Path, path: Path) -> OutgoingFile:
    path = path.expanduser()
    try:
        if not path.is_file():
            raise Refused(f"{path} is no file: nothing was sent")
        if path.stat().st_size > MOST:
            raise Refused(f"{path.name} has more than {MOST >> 20} MB: nothing was sent")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        size, digest = _copy(path, folder)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}. Nothing was sent") from error
    kind, coding = mimetypes.guess_type(path.name)
    return OutgoingFile(safe_name(path.name), kind if kind and not coding else "application/octet-stream", size, digest)


def _copy(path: Path, folder: Path) -> tuple[int, str]:
    """Copy under the name of its hash, whole or not at all; returns size and hash."""
    part = folder / f".{os.getpid()}.{path.name[:40]}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source, open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as copy:
            while piece := source.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        part.replace(folder / digest.hexdigest())
    finally:
        part.unlink(missing_ok=True)
    return size, digest.hexdigest()
