"""winmail.dat: the TNEF wrapper Outlook puts mails in (MS-OXTNEF), as far as its files and its text go.

Read in the child process only. A wrong length ends the reading; what was read before it is kept.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field

from omnitui.core.mail import Attachment
from omnitui.core.text.clean import safe_name
from omnitui.sync.mail.charsets import decode
from omnitui.sync.mail.part import Part
from omnitui.sync.mail.pictures import dimensions

TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
_SIGNATURE = b"\x78\x9f\x3e\x22"
_RENDER, _TITLE, _DATA, _ATTACHED, _BODY, _PROPERTIES, _CODE_PAGE = (
    0x9002, 0x8010, 0x800F, 0x9005, 0x800C, 0x9003, 0x9007,
)  # fmt: skip
_P_BODY, _P_HTML, _P_LONG_NAME, _P_MIME = 0x1000, 0x1013, 0x3707, 0x370E
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of each fixed-size property type, padded to four (MS-OXTNEF 2.1.3.4)."""
_VARIABLE = (0x1E, 0x1F, 0x0102, 0x0D)
_MOST_FILES = 200


@dataclass(slots=True)
class Unwrapped:
    """What a winmail.dat held."""

    files: list[Attachment] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    """Of the files, one for one."""
    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class _File:
    title: bytes = b""
    content: bytes = b""
    properties: dict[int, bytes | str] = field(default_factory=dict)


def is_tnef(part: Part) -> bool:
    """Whether a part is TNEF, by its type or by its well-known name."""
    return part.type in TYPES or part.name.lower() == "winmail.dat"


def unwrapped(part: Part) -> Unwrapped:
    """The files, plain text and HTML of a TNEF part; empty when it is none, and then it stays a file."""
    data = part.content()
    out = Unwrapped()
    files: list[_File] = []
    properties: dict[int, bytes | str] = {}
    page, body = "cp1252", b""
    try:
        for name, value in _attributes(data):
            if name == _CODE_PAGE and len(value) >= 4:
                page = f"cp{struct.unpack_from('<I', value)[0]}"
            elif name == _BODY:
                body = value
            elif name == _PROPERTIES:
                properties |= _read_properties(value)
            elif name == _RENDER and len(files) < _MOST_FILES:
                files.append(_File())
            elif files:
                _add(files[-1], name, value)
    except struct.error:
        pass
    whole = [one for one in files if one.content]
    out.files = [_attachment(one, part.number, page) for one in whole]
    out.contents = [one.content for one in whole]
    out.plain = _text(properties.get(_P_BODY, body), page)
    out.html = _text(properties.get(_P_HTML, b""), page)
    return out


def _attributes(data: bytes) -> list[tuple[int, bytes]]:
    """The name and content of every attribute; a damaged end is left off."""
    found: list[tuple[int, bytes]] = []
    if not data.startswith(_SIGNATURE):
        return found
    at = 6
    while at + 9 <= len(data):
        _level, name, _kind, size = struct.unpack_from("<BHHI", data, at)
        if at + 9 + size > len(data):
            break
        found.append((name, data[at + 9 : at + 9 + size]))
        at += 9 + size + 2
    return found


def _add(file: _File, name: int, value: bytes) -> None:
    if name == _TITLE:
        file.title = value
    elif name == _DATA:
        file.content = value
    elif name == _ATTACHED:
        file.properties = _read_properties(value)


def _read_properties(data: bytes) -> dict[int, bytes | str]:
    """The text and binary properties of an encapsulated list (MS-OXTNEF 2.1.3.4). Raises struct.error at its end."""
    found: dict[int, bytes | str] = {}
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, 2000)):
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= 0x8000:
            at = _after_name(data, at)
        many, kind = kind & 0x1000, kind & 0xFFF
        values = 1
        if many or kind in _VARIABLE:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        for _ in range(min(values, 2000)):
            if kind in _VARIABLE:
                (size,) = struct.unpack_from("<I", data, at)
                value = data[at + 4 : at + 4 + size]
                found.setdefault(name, value.decode("utf-16-le", "replace") if kind == 0x1F else value)
                at += 4 + size + (-size) % 4
            elif kind in _SIZES:
                at += _SIZES[kind]
            else:
                return found
    return found


def _after_name(data: bytes, at: int) -> int:
    """Past the identity of a named property."""
    (by_text,) = struct.unpack_from("<I", data, at + 16)
    if not by_text:
        return at + 24
    (size,) = struct.unpack_from("<I", data, at + 20)
    return int(at + 24 + size + (-size) % 4)


def _text(value: bytes | str, page: str) -> str:
    text = value if isinstance(value, str) else decode(value, page)[0]
    return text.rstrip("\0")


def _attachment(file: _File, number: str, page: str) -> Attachment:
    name = _text(file.properties.get(_P_LONG_NAME, file.title), page)
    kind = _text(file.properties.get(_P_MIME, b""), page).lower()
    width, height = dimensions(file.content)
    return Attachment(
        name=safe_name(name),
        type=kind if kind.isascii() and "/" in kind and kind.isprintable() else "application/octet-stream",
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        part=number,
        width=width,
        height=height,
    )
