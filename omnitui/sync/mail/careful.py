"""The careful parser: our own, linear in the size of the mail, with limits on depth and parts; nothing in it recurses.

It reads what the compiled parser refuses or gets wrong: wrong base64, a multipart without its boundary, parts without
an end, ten thousand levels of nesting. It runs in the killable child (`sync/mail/child.py`), because what looks
unusual may be so on purpose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnitui.sync.mail.describe import described
from omnitui.sync.mail.fields import Fields, split_head
from omnitui.sync.mail.part import DEPTH, PARTS, Part, numbered
from omnitui.sync.mail.transfer import chunks

_LONE_BOUNDARY = re.compile(rb"\n--([0-9A-Za-z'()+_,./:=?-][^\r\n]{0,69}?)[ \t]*\r?\n[!-9;-~]+[ \t]*:")


@dataclass(slots=True)
class Outcome:
    """A tree and what was left out of it."""

    root: Part
    notices: list[str]


def parse_tree(raw: bytes) -> Outcome:
    """The parts of a mail. Never raises on any bytes; too much nesting or too many parts end in a notice."""
    if b"\n" not in raw[:65536] and b"\r" in raw[:65536]:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    view = memoryview(raw)
    fields, body = split_head(raw)
    notices = ["its header block is damaged; what could be read is shown"] if fields.broken else []
    root = described(fields)
    work = [_Open(root, body, len(raw), 0)]
    count = 1
    while work:
        node = work.pop()
        pieces = _pieces(raw, node, notices)
        if pieces is None:
            _fill(node, view)
            continue
        for start, end in pieces:
            count += 1
            if count > PARTS:
                _note(notices, f"more than {PARTS} parts: the rest is only in the original")
                break
            inner, begin = split_head(raw, start, end)
            if begin == start and not inner.values:
                inner = Fields()
            default = "message/rfc822" if node.part.type == "multipart/digest" else "text/plain"
            child = described(inner, default)
            node.part.children.append(child)
            work.append(_Open(child, min(begin, end), end, node.depth + 1))
    return Outcome(numbered(root), notices)


@dataclass(slots=True)
class _Open:
    """A part whose body is still to be looked into."""

    part: Part
    start: int
    end: int
    depth: int


def _note(notices: list[str], text: str) -> None:
    if text not in notices:
        notices.append(text)


def _fill(node: _Open, view: memoryview) -> None:
    encoding = node.part.fields.first("content-transfer-encoding")
    data = view[node.start : max(node.start, node.end)]
    node.part.pieces = lambda: chunks(data, encoding)


def _pieces(raw: bytes, node: _Open, notices: list[str]) -> list[tuple[int, int]] | None:
    """Where the children of a multipart lie; None for a leaf, or for a container that must be read as text."""
    part = node.part
    if not part.is_multipart:
        return None
    if node.depth >= DEPTH:
        _note(notices, f"nested more than {DEPTH} deep: the rest is shown as text")
        part.type = "text/plain"
        return None
    boundary = part.params.get("boundary", "").rstrip()
    found = _between(raw, node, boundary.encode("latin-1", "replace")) if boundary else []
    if not found:
        lone = _LONE_BOUNDARY.search(raw, max(0, node.start - 1), node.end)
        found = _between(raw, node, lone[1]) if lone else []
        if found:
            _note(notices, "its boundary is missing or wrong; the parts were found by their shape")
    if not found:
        _note(notices, "a multipart without parts; shown as text")
        part.type = "text/plain"
        return None
    return found


def _between(raw: bytes, node: _Open, boundary: bytes) -> list[tuple[int, int]]:
    """The stretches between the lines of one boundary (RFC 2046 section 5.1.1); a missing last line is forgiven."""
    mark = b"--" + boundary
    found: list[tuple[int, int]] = []
    begin = -1
    at = node.start
    while (at := raw.find(mark, at, node.end)) >= 0 and len(found) <= PARTS:
        after = at + len(mark)
        line_end = raw.find(b"\n", after, node.end)
        tail = raw[after : min(after + 80, node.end) if line_end < 0 else min(line_end, after + 80)].strip()
        at_line_start = at == node.start or raw[at - 1 : at] == b"\n"
        if not at_line_start or tail not in (b"", b"--"):
            at = after
            continue
        if begin >= 0:
            found.append((begin, max(begin, _before_line_end(raw, at))))
        if tail == b"--" or line_end < 0:
            return found
        begin = at = line_end + 1
    if begin >= 0 and len(found) <= PARTS:
        found.append((begin, node.end))
    return found


def _before_line_end(raw: bytes, at: int) -> int:
    """The line end before a boundary belongs to the boundary."""
    return at - 2 if raw[at - 2 : at] == b"\r\n" else at - 1
