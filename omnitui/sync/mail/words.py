"""Header values to text: RFC 2047 encoded words, raw eight-bit bytes, RFC 2231 parameters. Linear in their length."""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

from omnitui.sync.mail.charsets import decode

FIELD_LIMIT = 8192
"""Characters of one decoded field that are kept."""

_BOUNDARY_ALONE = re.compile(r"(multipart/[a-zA-Z]+);\s*boundary=\"([\w=.+/:;,'()-]*)\"", re.ASCII)
"""What most containers say."""
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def raw_text(value: str) -> str:
    """A header value holds its bytes as latin-1; this reads them as what they are."""
    return value if value.isascii() else decode(value.encode("latin-1", "replace"))[0]


def unfolded(value: str) -> str:
    """White space made single, as RFC 5322 section 2.2.3 lets a reader do."""
    return " ".join(value.split())


def _word_bytes(kind: str, body: str) -> bytes | None:
    """The bytes of one encoded word, or None when it is no such thing."""
    data = body.encode("latin-1", "replace")
    if kind in "qQ":
        return _HEX.sub(lambda m: bytes((int(m[1], 16),)), data.replace(b"_", b" "))
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data.partition(b"=")[0])
    if len(data) % 4 == 1:
        data = data[:-1]
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return None


def _next_word(value: str, at: int) -> tuple[int, int, str, str, str] | None:
    """The next `=?charset?kind?body?=` at or after `at`: its start, end and three fields."""
    while (start := value.find("=?", at)) >= 0:
        first = value.find("?", start + 2, start + 82)
        if first < 0 or value[first + 1 : first + 2] not in tuple("bBqQ") or value[first + 2 : first + 3] != "?":
            at = start + 2
            continue
        end = value.find("?=", first + 3)
        if end < 0:
            return None
        if value[end + 2 : end + 3] == "=" and value[end + 2 : end + 4] != "=?":
            end = max(end, value.find("?=", end + 1))
        return start, end + 2, value[start + 2 : first], value[first + 1], value[first + 3 : end]
    return None


def decoded(value: str) -> str:
    """The text of a header value (bytes as latin-1). Neighbouring words are joined before their bytes are read,
    since senders cut characters in two (RFC 2047 forbids it, many do it); white space between them goes."""
    if "=?" not in value:
        return raw_text(value)
    out: list[str] = []
    pending, charset, at = b"", "", 0
    while word := _next_word(value, at):
        start, end, name, kind, body = word
        between, data = value[at:start], _word_bytes(kind, body)
        name = name.partition("*")[0].lower()
        gap = not between.strip() and bool(pending or out)
        if pending and (not gap or name != charset or data is None):
            out.append(decode(pending, charset)[0])
            pending = b""
        if not gap:
            out.append(raw_text(between))
        if data is None:
            out.append(value[start:end])
        else:
            pending, charset = pending + data, name
        at = end
    if pending:
        out.append(decode(pending, charset)[0])
    out.append(raw_text(value[at:]))
    return "".join(out)


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=x; name*0*=...` as its first word in lower case and its parameters (RFC 2045, RFC 2231).

    Tolerates missing quotes, missing semicolons at the end, repeated names (the first wins) and encoded words.
    """
    if simple := _BOUNDARY_ALONE.fullmatch(value):
        return simple[1].lower(), {"boundary": simple[2]}
    main, _, rest = value.partition(";")
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, text in _pairs(rest[:65536]):
        base, star, tail = name.partition("*")
        if not star:
            found.setdefault(base, text)
            continue
        index = tail.rstrip("*")
        if index and not (index.isdecimal() and len(index) < 4):
            continue
        pieces.setdefault(base, {}).setdefault(int(index or 0), (text, name.endswith("*")))
    joined: dict[str, str] = {}
    for base, parts in pieces.items():
        joined[base] = _joined(parts)
    return "".join(main.split()).lower(), {key: decoded(text) for key, text in found.items()} | joined


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231 continuations put together; the result is text again, bytes as latin-1 only when nothing was said."""
    charset, data = "", b""
    for index in sorted(parts):
        text, coded = parts[index]
        if index == min(parts) and coded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw = text.encode("latin-1", "replace")
        data += unquote_to_bytes(raw) if coded else raw
    return decode(data, charset)[0] if charset else decode(data)[0]


def _pairs(rest: str) -> list[tuple[str, str]]:
    """`a=b; c="d;e"` as pairs, one pass."""
    pairs: list[tuple[str, str]] = []
    at, size = 0, len(rest)
    while at < size and len(pairs) < 200:
        equals = rest.find("=", at)
        if equals < 0:
            break
        name = rest[at:equals].replace(";", " ").split()
        at = equals + 1
        while at < size and rest[at] in " \t\r\n":
            at += 1
        if rest[at : at + 1] == '"':
            text, at = _quoted(rest, at + 1)
        else:
            end = rest.find(";", at)
            end = size if end < 0 else end
            text, at = rest[at:end].strip(), end
        if name:
            pairs.append((name[-1].lower(), text))
    return pairs


def _quoted(rest: str, at: int) -> tuple[str, int]:
    """A quoted string from after its opening quote; one without an end runs to the end of the value."""
    out: list[str] = []
    while at < len(rest):
        stop = at
        while stop < len(rest) and rest[stop] not in '"\\':
            stop += 1
        out.append(rest[at:stop])
        if rest[stop : stop + 1] != "\\":
            return _fold_taken_out("".join(out)), stop + 1
        # A backslash before anything but a quote or itself is a Windows path, not an escape.
        out.append(rest[stop + 1 : stop + 2] if rest[stop + 1 : stop + 2] in ('"', "\\") else rest[stop : stop + 2])
        at = stop + 2
    return _fold_taken_out("".join(out)), at


def _fold_taken_out(text: str) -> str:
    """Line folds inside a quoted string taken out, other spaces kept."""
    return re.sub(r"\r?\n[ \t]?", "", text) if "\n" in text else text
