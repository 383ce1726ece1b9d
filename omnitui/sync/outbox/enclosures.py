"""The file that goes along with a message: kept by its hash, or still inside the mail it came with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from omnitui.core.errors import NotFound
from omnitui.store import sending
from omnitui.store.connection import Role, open_cache
from omnitui.sync.mail.opening import file_of
from omnitui.sync.mail.pipes import ParseFailed
from omnitui.sync.orders import written


def finder_of(cache: Path, folder: Path) -> Callable[[str], Path]:
    """Finds a file by its hash in `folder`, where it is put out of the stored mails if it has to be.

    Blocks. Raises NotFound.
    """

    def find(sha256: str) -> Path:
        if len(sha256) != 64 or not sha256.isalnum():
            raise NotFound("a file without a hash cannot be found")
        path = folder / sha256
        return path if path.is_file() else written(path, _from_mail(cache, sha256))

    return find


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
