"""The look before the parse: is this mail so ordinary that the compiled parser may have it?

The compiled parser is quick and mostly right, but it ends the process on some 50,000 nested parts, keeps NULs and
loses the text of a multipart whose boundary is missing. So raw bytes are counted first; counting cannot fail.
"""

from __future__ import annotations

import re

from omnitui.sync.mail.fields import blank_line

SIZE = 32 * 1024 * 1024
HEAD = 64 * 1024
NESTING = 40
"""Mentions of multipart/ and message/ types; real mails rarely have ten."""
BOUNDARY_LINES = 2000
WORDS = 400
COMMAS = 2000
BRACKETS = 200

_FIELD_LINE = re.compile(rb"[!-9;-~]+[ \t]*:|[ \t]|From |>From ")


def unusual(raw: bytes) -> str:
    """Why this mail must take the careful path, or "" when it is ordinary."""
    if len(raw) > SIZE:
        return f"it is {len(raw) // (1024 * 1024)} MB"
    stop, begin = blank_line(raw, 0, min(HEAD, len(raw)))
    if stop == begin:
        return "its header block has no end within 64 KiB"
    head = raw[: stop + 1]
    return _odd_head(head) or _odd_body(raw, head)


def _odd_head(head: bytes) -> str:
    if head.count(b"=?") > WORDS:
        return "it has very many encoded words"
    if head.count(b",") + head.count(b";") > COMMAS:
        return "it has very many recipients"
    if head.count(b"(") > BRACKETS or head.count(b"<") > COMMAS:
        return "it has very many brackets"
    if not _FIELD_LINE.match(head) or head[:1] in b" \t":
        return "it does not begin with a header"
    return ""


def _odd_body(raw: bytes, head: bytes) -> str:
    if b"\0" in raw:
        return "it holds NUL bytes"
    head = head.lower()
    if b"multipart/" not in head and b"message/" not in head:
        return ""
    # A part within a part follows an empty line, which is quicker to count than the types in any case of letters.
    if raw.count(b"\n\r\n") + raw.count(b"\n\n") > NESTING:
        lower = raw.lower()
        if lower.count(b"multipart/") + lower.count(b"message/") > NESTING:
            return "it announces very many nested parts"
    if len(raw) > HEAD and raw.count(b"\n--") > BOUNDARY_LINES:
        return "it has very many boundary lines"
    return ""
