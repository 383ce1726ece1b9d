"""The bytes of a file that goes along: kept by its hash, or still inside the mail it came with."""

from __future__ import annotations

from pathlib import Path

from omnitui.core.errors import NotFound
from omnitui.store import sending
from omnitui.store.connection import Role, open_cache
from omnitui.sync.mail.opening import file_of
from omnitui.sync.mail.pipes import ParseFailed
from omnitui.sync.outbox.compose import ReadFile


def reader_of(cache: Path, folder: Path) -> ReadFile:
    """Reads a file by its hash from `folder`, else out of the stored mails. Blocks. Raises NotFound."""

    def read(sha256: str) -> bytes:
        if len(sha256) != 64 or not sha256.isalnum():
            raise NotFound("a file without a hash cannot be found")
        try:
            return (folder / sha256).read_bytes()
        except OSError:
            return _from_mail(cache, sha256)

    return read


def _from_mail(cache: Path, sha256: str) -> bytes:
    connection = open_cache(cache, Role.READ)
    try:
        originals = sending.originals_with(sha256).all(connection)
    finally:
        connection.close()
    for raw in originals:
        try:
            content = file_of(raw, sha256)
        except (ParseFailed, OSError):
            continue
        if content is not None:
            return content
    raise NotFound("an attached file is gone")
