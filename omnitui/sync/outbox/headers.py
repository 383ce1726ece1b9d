"""Header fields as they go over the wire: folded, encoded, and never more than the one field that was meant.

Sources: RFC 5322 2.2.3 (folding), RFC 2047 (encoded words), RFC 2231 (parameters), RFC 5890 (domains), RFC 6532
(addresses that only UTF-8 can write).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from omnitui.core.mail import Address
from omnitui.core.recipients import check_address
from omnitui.core.text.clean import safe_text

WIDTH = 76
"""Columns of a folded line; RFC 5322 asks for at most 78."""
_ENCODED_WORD = 75
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+")
_Q_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_LONGEST_WORD = 200
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`{|}~]+")


def text_field(name: str, value: str) -> bytes:
    """An unstructured field such as Subject. Whatever could begin another field is taken out of `value`."""
    words = safe_text(value, lines=False).split(" ")
    odd = [n for n, word in enumerate(words) if _needs_encoding(word)]
    if not odd:
        return fold(name, words)
    before, middle, after = words[: odd[0]], words[odd[0] : odd[-1] + 1], words[odd[-1] + 1 :]
    return fold(name, [*before, *encoded_words(" ".join(middle)), *after])


def people_field(name: str, people: Sequence[Address]) -> bytes:
    """An address list. Raises Refused when an address cannot be written."""
    tokens: list[str] = []
    for place, person in enumerate(people):
        comma = "," if place < len(people) - 1 else ""
        tokens += [*_phrase(person.name), f"<{wire_address(person.email)}>{comma}"]
        if not person.name.strip():
            tokens[-1] = f"{wire_address(person.email)}{comma}"
    return fold(name, tokens)


def ids_field(name: str, ids: Iterable[str]) -> bytes:
    """Message-IDs; one that is none (white space, brackets, controls or letters that RFC 5322 3.6.4 has not) is left
    out, as it came from somebody else's header."""
    return fold(name, [f"<{mid}>" for mid in ids if is_message_id(mid)])


def is_message_id(mid: str) -> bool:
    """Can it stand between angle brackets in a header or in a search?"""
    return bool(re.fullmatch(r"[!-;=?-~]{1,900}", mid)) and '"' not in mid and "\\" not in mid


def wire_address(email: str) -> str:
    """An address as it goes out: the domain in its ASCII form. Only the part before the @ may still need UTF-8."""
    local, _, domain = check_address(email).rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            check_address("@" + domain)
    return f"{local}@{domain}"


def encoded_words(text: str) -> list[str]:
    """`text` as RFC 2047 words of at most 75 characters, never parted inside a character."""
    plain = sum(char.isascii() for char in text)
    wrap = _q_word if plain * 2 >= len(text) else _b_word
    words, pending = [], ""
    for char in text:
        if len(wrap(pending + char)) > _ENCODED_WORD:
            words.append(wrap(pending))
            pending = ""
        pending += char
    return [*words, wrap(pending)]


def fold(name: str, tokens: Iterable[str]) -> bytes:
    """`name: tokens`, broken before a token where the line would grow too long."""
    lines, line = [], f"{name}:"
    for token in tokens:
        if len(line) + 1 + len(token) > WIDTH and line.strip() and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {token}"
    return ("\r\n".join([*lines, line]) + "\r\n").encode()


def parameters(kind: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """`kind; name=value; ...` as tokens to be folded, long and non-ASCII values by RFC 2231."""
    tokens = [kind]
    for name, value in pairs:
        tokens[-1] += ";"
        tokens += _parameter(name, safe_text(value, lines=False))
    return tokens


def _parameter(name: str, value: str) -> list[str]:
    if value.isascii() and len(value) <= 60:
        if _TOKEN.fullmatch(value):
            return [f"{name}={value}"]
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return [f'{name}="{escaped}"']
    whole = f"utf-8''{quote(value, safe='')}"
    if len(whole) <= 60:
        return [f"{name}*={whole}"]
    pieces = re.findall(r"(?:%[0-9A-F]{2}|[^%]){1,18}", whole)
    return [f"{name}*{n}*={piece}{';' if n < len(pieces) - 1 else ''}" for n, piece in enumerate(pieces)]


def _needs_encoding(word: str) -> bool:
    return not word.isascii() or "=?" in word or len(word) > _LONGEST_WORD


def _phrase(name: str) -> list[str]:
    name = safe_text(name, lines=False)
    if not name:
        return []
    if not name.isascii() or "=?" in name or len(name) > _LONGEST_WORD:
        return encoded_words(name)
    if _ATOMS.fullmatch(name):
        return name.split(" ")
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _q_word(text: str) -> str:
    coded = "".join(chr(b) if b in _Q_PLAIN else "_" if b == 0x20 else f"={b:02X}" for b in text.encode())
    return f"=?utf-8?q?{coded}?="


def _b_word(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode('ascii')}?="
