"""Untagged responses read into values: FETCH, SEARCH, STATUS, SELECT (RFC 3501, 4731, 7162, 9051).

A response comes as `parts`: line, literal, line, ... as the connection read them. What cannot be understood is left
out or raises ProtocolError; nothing here trusts a number before it has been looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from omnitui.core.errors import ProtocolError
from omnitui.core.times import Instant, instant
from omnitui.sync.imap import uids
from omnitui.sync.imap.uids import LARGEST, Ranges

Parts = list[bytes]

_TOKEN = re.compile(
    rb'[ \r\n]*(?:(?P<open>\()|(?P<close>\))|"(?P<quoted>(?:[^"\\]|\\.)*)"|\{(?P<literal>\d+)\+?\}\r\n\Z'
    rb"|(?P<atom>[A-Za-z0-9.]+\[[^\]]*\](?:<\d+>)?|[^\s()\"{]+))"
)
_FETCH = re.compile(rb"\* (\d{1,10}) FETCH \(", re.IGNORECASE)
_SEARCH = re.compile(rb"\* SEARCH((?: \d{1,10})*)", re.IGNORECASE)
_ESEARCH = re.compile(rb'\* ESEARCH(?: \(TAG "[^"]*"\))?(?: UID)?(.*)', re.IGNORECASE)
_ALL = re.compile(rb" ALL ([0-9:,]+)", re.IGNORECASE)
_VANISHED = re.compile(rb"\* VANISHED (?:\(EARLIER\) )?([0-9:,]+)", re.IGNORECASE)
_EXISTS = re.compile(rb"\* (\d{1,10}) EXISTS", re.IGNORECASE)
_CODE = re.compile(rb" ?\[([A-Z0-9-]+)(?: ([^\]]*))?\]", re.IGNORECASE)
_NUMBER = re.compile(rb"(MESSAGES|UIDNEXT|UIDVALIDITY|HIGHESTMODSEQ) (\d{1,19})", re.IGNORECASE)
_DATE = re.compile(rb"([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\Z")
_MONTHS = {m: n for n, m in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


@dataclass(slots=True)
class Fetched:
    """One FETCH response; None for what it does not say."""

    uid: int = 0
    """0 when the server left it out: such a response is of no use."""
    flags: str | None = None
    """Sorted, parted by spaces, without \\Recent."""
    at: Instant | None = None
    size: int | None = None
    modseq: int | None = None
    sections: dict[str, bytes] = field(default_factory=dict)
    """By what was asked for, upper case and without the partial mark: BODY[], BODY[HEADER], BODY[1.MIME]."""


@dataclass(slots=True)
class Selected:
    """What SELECT said of a folder."""

    uidvalidity: int = 0
    uid_next: int = 0
    modseq: int = 0
    """0: the folder keeps none."""
    exists: int = 0
    vanished: Ranges = field(default_factory=list)
    changed: list[Fetched] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Status:
    """What STATUS said of a folder."""

    messages: int = 0
    uid_next: int = 0
    uidvalidity: int = 0
    modseq: int = 0


def fetched(parts: Parts) -> Fetched | None:
    """Read a FETCH response; None when it is another kind. Raises ProtocolError when it is broken."""
    head = _FETCH.match(parts[0])
    if head is None:
        return None
    values = _values(parts, head.end())
    out = Fetched()
    for name, value in zip(values[::2], values[1::2], strict=False):
        if isinstance(name, bytes):
            _item(out, name.upper(), value)
    return out


def body_structure(parts: Parts) -> list[object] | None:
    """The BODYSTRUCTURE of a FETCH response as nested lists; None when there is none."""
    head = _FETCH.match(parts[0])
    values = _values(parts, head.end(), deepest=100) if head else []
    for name, value in zip(values[::2], values[1::2], strict=False):
        if name == b"BODYSTRUCTURE" and isinstance(value, list):
            return value
    return None


def _item(out: Fetched, name: bytes, value: object) -> None:
    if name == b"UID":
        uid = _number(value)
        out.uid = uid if uid <= LARGEST else 0
    elif name == b"FLAGS" and isinstance(value, list):
        out.flags = flag_text(f.decode("ascii", "replace") for f in value if isinstance(f, bytes))
    elif name == b"INTERNALDATE" and isinstance(value, bytes):
        out.at = _internal_date(value)
    elif name == b"RFC822.SIZE":
        out.size = _number(value)
    elif name == b"MODSEQ" and isinstance(value, list) and value:
        out.modseq = _number(value[0])
    elif b"[" in name and isinstance(value, bytes):
        out.sections[name.partition(b"<")[0].decode("ascii", "replace")] = b"" if value == b"NIL" else value


def flag_text(flags: Iterable[str]) -> str:
    """Flags as the ledger keeps them; system flags in their usual spelling, since they compare without case."""
    usual = {f.lower(): f for f in ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft")}
    return " ".join(sorted({usual.get(f.lower(), f) for f in flags if f.lower() != "\\recent"}))


def _values(parts: Parts, start: int, deepest: int = 20) -> list[object]:
    """The items between the outer parentheses; lists nested at most a few deep, as flags and MODSEQ are."""
    stack: list[list[object]] = [[]]
    index, at, line = 0, start, parts[0]
    while True:
        found = _TOKEN.match(line, at)
        if found is None:
            raise ProtocolError("the server sent a FETCH response that cannot be read")
        at = found.end()
        kind = found.lastgroup
        if kind == "open":
            if len(stack) > deepest:
                raise ProtocolError("the server sent a FETCH response nested too deep")
            stack.append([])
        elif kind == "close":
            if len(stack) == 1:
                return stack[0]
            done = stack.pop()
            stack[-1].append(done)
        elif kind == "literal":
            if index + 2 >= len(parts):
                raise ProtocolError("the server sent a FETCH response that cannot be read")
            stack[-1].append(parts[index + 1])
            index, at = index + 2, 0
            line = parts[index]
        elif kind == "quoted":
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", found["quoted"]))
        else:
            stack[-1].append(found["atom"])


def _number(value: object) -> int:
    """A number of the server's; what is none, negative or absurd counts as 0."""
    if isinstance(value, bytes) and value.isdigit() and len(value) <= 19:
        return int(value)
    return 0


def _internal_date(value: bytes) -> Instant | None:
    found = _DATE.match(value)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, off_hours, off_minutes = found.groups()
    offset = timedelta(hours=int(off_hours), minutes=int(off_minutes)) * (-1 if sign == b"-" else 1)
    try:
        zone = timezone(offset) if offset else UTC
        moment = datetime(
            int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), min(int(second), 59), tzinfo=zone
        )
        return Instant(max(0, instant(moment)))
    except (ValueError, KeyError, OverflowError):
        return None


def search_result(responses: Iterable[Parts]) -> Ranges:
    """The UIDs of SEARCH or ESEARCH as ranges."""
    found: list[tuple[int, int]] = []
    for parts in responses:
        plain = _SEARCH.match(parts[0])
        extended = _ESEARCH.match(parts[0])
        if plain:
            found += [(int(n), int(n)) for n in plain[1].split() if 0 < int(n) <= LARGEST]
        elif extended and (every := _ALL.search(extended[1])):
            found += uids.parse(every[1].decode())
    return uids.merge(found)


def vanished(parts: Parts) -> Ranges:
    """The UIDs of a VANISHED response (RFC 7162), or nothing."""
    found = _VANISHED.match(parts[0])
    return uids.parse(found[1].decode()) if found else []


def exists(parts: Parts) -> int | None:
    """How many mails the selected folder has now, when the response says so."""
    found = _EXISTS.match(parts[0])
    return int(found[1]) if found else None


def selected(responses: Iterable[Parts]) -> Selected:
    """Everything SELECT said. Raises ProtocolError without a UIDVALIDITY: no cursor would mean anything."""
    out = Selected()
    gone: list[tuple[int, int]] = []
    for parts in responses:
        if (number := exists(parts)) is not None:
            out.exists = number
        elif (change := fetched(parts)) is not None:
            out.changed.append(change)
        elif code := _CODE.match(parts[0], 5):
            _select_code(out, code[1].upper(), code[2] or b"")
        else:
            gone += vanished(parts)
    out.vanished = uids.merge(gone)
    if not out.uidvalidity:
        raise ProtocolError("the server gives no UIDVALIDITY for this folder, so that its mails cannot be told apart")
    return out


def _select_code(out: Selected, name: bytes, value: bytes) -> None:
    if name == b"UIDVALIDITY":
        out.uidvalidity = min(_number(value), LARGEST)
    elif name == b"UIDNEXT":
        out.uid_next = min(_number(value), LARGEST + 1)
    elif name == b"HIGHESTMODSEQ":
        out.modseq = _number(value)


def status(responses: Iterable[Parts]) -> Status:
    """The numbers of a STATUS response, whatever the folder's name looks like."""
    for parts in responses:
        if parts[0][:9].upper() == b"* STATUS ":
            numbers = {name.upper(): int(n) for name, n in _NUMBER.findall(parts[-1][parts[-1].rfind(b"(") :])}
            get = numbers.get
            return Status(get(b"MESSAGES", 0), get(b"UIDNEXT", 0), get(b"UIDVALIDITY", 0), get(b"HIGHESTMODSEQ", 0))
    return Status()


def code_of(text: bytes) -> tuple[str, str]:
    """The response code of a status line, upper case, with its argument ("COPYUID", "1 2 3"); empty without one."""
    found = _CODE.match(text)
    return (found[1].decode().upper(), (found[2] or b"").decode("ascii", "replace")) if found else ("", "")
