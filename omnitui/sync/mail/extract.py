"""One attachment out of a mail's original bytes, known by its hash so that it is the one that was listed.

Runs in a child process (`sync/mail/opening.py`): what it reads came from a stranger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from omnitui.sync.mail import careful, fast
from omnitui.sync.mail.bodies import TEXT_LIMIT
from omnitui.sync.mail.embedded import uuencoded
from omnitui.sync.mail.look import unusual
from omnitui.sync.mail.part import Part
from omnitui.sync.mail.tnef import is_tnef, unwrapped


def extract(raw: bytes, sha256: str) -> bytes | None:
    """The decoded content with this SHA-256; None when no part has it.

    Files inside a winmail.dat and uuencoded ones in the text are found too, as they are when a mail is read.
    """
    found = _find(careful.parse_tree(raw).root, sha256)
    if found is None and not unusual(raw) and (root := fast.parse_tree(raw)) is not None:
        found = _find(root, sha256)
    return found


def _find(root: Part, sha256: str) -> bytes | None:
    parts = [part for part in root.walk() if not part.is_multipart]
    for part in parts:
        if _hash(part.pieces()) == sha256:
            return part.content()
    return next((content for part in parts for content in _within(part) if _hash([content]) == sha256), None)


def _within(part: Part) -> Iterator[bytes]:
    """Files that a part holds inside of it."""
    if is_tnef(part):
        yield from unwrapped(part).contents
    elif part.type == "text/plain":
        for _, _, _, content in uuencoded(part.content()[:TEXT_LIMIT]):
            yield content


def _hash(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
