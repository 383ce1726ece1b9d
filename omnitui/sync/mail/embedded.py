"""Files inside text: uuencoded stretches, which old programs and some reports still write into the body."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from omnitui.core.mail import Attachment
from omnitui.core.text.clean import safe_name
from omnitui.sync.mail.transfer import uudecoded

_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200}?)[ \t]*\r?\n(?=[!-`][ -`]{0,90}\r?\n)", re.MULTILINE)
MOST = 20


def without_uuencoded(data: bytes, part: str) -> tuple[bytes, list[Attachment]]:
    """The text with its uuencoded files taken out, and these as attachments of that part."""
    kept: list[bytes] = []
    found: list[Attachment] = []
    at = 0
    for start, end, name, content in uuencoded(data):
        kept.append(data[at:start])
        at = end
        found.append(
            Attachment(
                name=safe_name(name.decode("utf-8", "replace")),
                type="application/octet-stream",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                part=part,
            )
        )
    return (b"".join(kept) + data[at:], found) if found else (data, [])


def uuencoded(data: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Each file within: where it begins and ends, its name, its content."""
    at = files = 0
    while b"begin " in data and files < MOST and (begin := _BEGIN.search(data, at)):
        content, used = uudecoded(data[begin.end() :])
        at = begin.end()
        if content:
            files += 1
            at += used
            yield begin.start(), at, begin[1], content
