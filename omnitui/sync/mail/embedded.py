"""Files inside text: uuencoded stretches, which old programs and some reports still write into the body."""

from __future__ import annotations

import hashlib
import re

from omnitui.core.mail import Attachment
from omnitui.core.text.clean import safe_name
from omnitui.sync.mail.transfer import uudecoded

_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200}?)[ \t]*\r?\n(?=[!-`][ -`]{0,90}\r?\n)", re.MULTILINE)
MOST = 20


def without_uuencoded(data: bytes, part: str) -> tuple[bytes, list[Attachment]]:
    """The text with its uuencoded files taken out, and these as attachments of that part."""
    if b"begin " not in data:
        return data, []
    kept: list[bytes] = []
    found: list[Attachment] = []
    at = 0
    while len(found) < MOST and (begin := _BEGIN.search(data, at)):
        content, used = uudecoded(data[begin.end() :])
        if not content:
            kept.append(data[at : begin.end()])
        else:
            kept.append(data[at : begin.start()])
            found.append(
                Attachment(
                    name=safe_name(begin[1].decode("utf-8", "replace")),
                    type="application/octet-stream",
                    size=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                    part=part,
                )
            )
        at = begin.end() + (used if content else 0)
    kept.append(data[at:])
    return b"".join(kept), found
