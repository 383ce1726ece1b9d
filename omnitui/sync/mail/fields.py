"""The header block of a mail or part: found, split into fields and kept in order, in linear time, whatever it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from omnitui.sync.mail.words import FIELD_LIMIT, decoded, unfolded

BLOCK_LIMIT = 16 * 1024 * 1024
VALUE_LIMIT = 64 * 1024
"""Bytes of one header that are looked at."""
FIELDS_LIMIT = 2000

_LINE_END = re.compile(r"\r?\n(?![ \t])")
_BLANK = re.compile(rb"\n\r?\n")
_NAME = re.compile(r"([!-9;-~]+)[ \t]*:")
_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
BROKEN = re.compile(r"^(?![!-9;-~]+[ \t]*:|[ \t]|\r?$)", re.MULTILINE)
"""The start of a line in a header block that is neither a field nor its continuation."""
_KNOWN = re.compile(
    r"(?im)^(?:from|to|cc|subject|date|message-id|received|return-path|delivered-to|references|in-reply-to|"
    r"mime-version|content-[a-z-]{2,30}|x-[a-z0-9-]{2,60}|reply-to|sender|dkim-signature|list-[a-z]{2,20})[ \t]*:"
)


@dataclass(slots=True)
class Fields:
    """Header fields by lower-case name. Values are as sent, bytes as latin-1, undecoded; use `text` to read one."""

    values: dict[str, list[str]] = field(default_factory=dict)
    broken: bool = False
    """A line in the block was no field, or something was cut for its size."""
    lines: int = 0
    """Lines that the fields of a sound block take."""

    def first(self, name: str) -> str:
        """The first value of a field as sent, or ""."""
        found = self.values.get(name)
        return found[0] if found else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field as sent."""
        return self.values.get(name, [])

    def text(self, name: str) -> str:
        """The first value, decoded and on one line, at most `FIELD_LIMIT` characters."""
        return unfolded(decoded(self.first(name)))[:FIELD_LIMIT]


def split_head(raw: bytes, start: int = 0, end: int | None = None, *, sound: bool = False) -> tuple[Fields, int]:
    """The fields at `start` and where the body begins.

    The block ends at the first empty line, or at the first line that can be neither a field nor its continuation
    (then that line is body: better shown than lost). `sound` is for a caller who wants no other block: such a line
    only makes it `broken`, which is quicker to tell. Envelope lines ("From x Mon ...") at the top are skipped.
    """
    end = len(raw) if end is None else end
    begin = _after_envelope(raw, start, end)
    if raw[begin : begin + 1] == b"\n" or raw[begin : begin + 2] == b"\r\n":
        return Fields(), begin + (1 if raw[begin : begin + 1] == b"\n" else 2)
    stop, body = blank_line(raw, begin, end)
    block = raw[begin : min(stop, begin + BLOCK_LIMIT)]
    text = block.decode("latin-1")
    fields, used = (_sound_fields(text), -1) if sound or BROKEN.search(text) is None else _mended_fields(text)
    fields.broken |= stop > begin + BLOCK_LIMIT
    fields.broken |= sound and fields.lines != text.count("\n") + 1
    return (fields, body) if used < 0 else (fields, begin + used)


def blank_line(raw: bytes, begin: int, end: int) -> tuple[int, int]:
    """Where the first empty line begins (at the line end before it) and ends; (end, end) without one."""
    found = _BLANK.search(raw, begin, end)
    return found.span() if found else (end, end)


def _after_envelope(raw: bytes, start: int, end: int) -> int:
    """Past mbox separators and blank lines that some stores leave at the top."""
    for _ in range(8):
        if raw.startswith((b"\r\n", b"\n"), start) and start == 0:
            start = raw.find(b"\n", start) + 1
        elif raw.startswith((b"From ", b">From "), start):
            line = raw.find(b"\n", start, end)
            start = end if line < 0 else line + 1
        else:
            break
    return start


def _sound_fields(block: str) -> Fields:
    """The fields of a block without a broken line, which is nearly every one."""
    fields = Fields()
    values = fields.values
    pairs = _FIELD.findall(block)
    for name, value in pairs[:FIELDS_LIMIT]:
        values.setdefault(name.lower(), []).append(value.strip()[:VALUE_LIMIT])
    fields.lines = len(pairs) + sum([value.count("\n") for _, value in pairs])
    fields.broken = len(pairs) > FIELDS_LIMIT or (
        len(block) > VALUE_LIMIT and any(len(value) > VALUE_LIMIT for _, value in pairs)
    )
    return fields


def _mended_fields(block: str) -> tuple[Fields, int]:
    """The fields of a block, and the offset of the first line of body in it (-1 when there is none).

    A line that is no field, with well-known fields still to come, is taken as a continuation whose indent a relay
    has lost; with none to come, the empty line before the body is what was lost.
    """
    fields = Fields()
    last: list[str] | None = None
    last_known = -1
    at, count = 0, 0
    for line in _LINE_END.split(block):
        found = _NAME.match(line)
        if found is None and line.strip():
            fields.broken = True
            if last_known < 0:
                last_known = max((known.start() for known in _KNOWN.finditer(block, at)), default=0)
            if at > last_known or last is None:
                return fields, at
            last[-1] = f"{last[-1]} {line}"[:VALUE_LIMIT]
        elif found is not None:
            count += 1
            value = line[found.end() :]
            fields.broken |= len(value) > VALUE_LIMIT or count > FIELDS_LIMIT
            if count <= FIELDS_LIMIT:
                last = fields.values.setdefault(found[1].lower(), [])
                last.append(value[:VALUE_LIMIT].strip())
        at += len(line)
        at += 2 if block.startswith("\r\n", at) else 1
    return fields, -1
