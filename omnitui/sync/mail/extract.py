"""One attachment out of a mail's original bytes, known by its hash so that it is the one that was listed."""

from __future__ import annotations

import hashlib

from omnitui.sync.mail import careful, fast
from omnitui.sync.mail.look import unusual
from omnitui.sync.mail.part import Part


def extract(raw: bytes, sha256: str) -> bytes | None:
    """The decoded content with this SHA-256; None when no part has it (it stood within another file)."""
    found = _find(careful.parse_tree(raw).root, sha256)
    if found is None and not unusual(raw) and (root := fast.parse_tree(raw)) is not None:
        found = _find(root, sha256)
    return found


def _find(root: Part, sha256: str) -> bytes | None:
    for part in root.walk():
        if part.is_multipart:
            continue
        digest = hashlib.sha256()
        for piece in part.pieces():
            digest.update(piece)
        if digest.hexdigest() == sha256:
            return part.content()
    return None
