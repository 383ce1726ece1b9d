"""Our own Message-IDs: a keyed hash in them tells a true reference to a mail of ours from a forged one.

Shape: `<key id>.<unique>.<conversation tag><hash>.omni@<domain>`. Tag (64 bits) and hash (80 bits, over unique part
and tag) are HMAC-SHA256, cut. The key id is that of the cache that made it: ids made on a colleague's machine are
neither proved nor refused here.
"""

from __future__ import annotations

import hashlib
import hmac
import re

_OURS = re.compile(r"([0-9a-f]{8})\.([0-9A-Za-z_-]{1,64})\.([0-9a-f]{16})([0-9a-f]{20})\.omni@\S+")


def make_mid(key: bytes, conversation_key: str, unique: str, domain: str) -> str:
    """A Message-ID without brackets, for a mail from `domain`.

    `unique` (letters, digits, `-`, `_`) must never come twice. Raises ValueError when `unique` has anything else in it.
    """
    tag = _conversation_tag(key, conversation_key)
    mid = f"{_key_id(key)}.{unique}.{tag}{_hash(key, unique, tag)}.omni@{domain}"
    if not _OURS.fullmatch(mid):
        raise ValueError("not fit for a Message-ID")
    return mid


def verify(key: bytes, conversation_key: str, mid: str) -> bool:
    """`mid` was made by `make_mid` with this key for this conversation."""
    return is_own(key, mid) and hmac.compare_digest(_part(mid, 3), _conversation_tag(key, conversation_key))


def is_own(key: bytes, mid: str) -> bool:
    """`mid` was made by `make_mid` with this key, for whatever conversation."""
    return _is_of(key, mid) and hmac.compare_digest(_part(mid, 4), _hash(key, _part(mid, 2), _part(mid, 3)))


def is_forged(key: bytes, mid: str) -> bool:
    """`mid` pretends to be one of this key and is not: whoever names it must not join by it."""
    return _is_of(key, mid) and not is_own(key, mid)


def _is_of(key: bytes, mid: str) -> bool:
    return ".omni@" in mid and mid.startswith(_key_id(key) + ".") and _OURS.fullmatch(mid) is not None


def _part(mid: str, number: int) -> str:
    found = _OURS.fullmatch(mid)
    return found[number] if found else ""


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"omnitui key id" + key).hexdigest()[:8]


def _conversation_tag(key: bytes, conversation_key: str) -> str:
    return hmac.digest(key, b"conversation\0" + conversation_key.encode(), "sha256").hex()[:16]


def _hash(key: bytes, unique: str, tag: str) -> str:
    return hmac.digest(key, f"mid\0{unique}\0{tag}".encode(), "sha256").hex()[:20]
