"""WhatsApp's chat text (`Export chat`): lines of time, writer and words, in the form of the phone that wrote it.

The form is not said in the file. Day, month and year are tried in each order; what fits every line, and lets time go
forward most often, is taken; where two fit alike, the day comes first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from pathlib import Path

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person, RemoteFile
from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.sync.files.chats.opening import BESIDE, read_bytes

_DATE = r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})"
_TIME = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[\s\u202f]*([AaPp])\.?[\s\u202f]?[Mm]\.?)?"
_HEAD = re.compile(rf"^[\u200e\u200f]*\[?{_DATE},?[\s\u202f]+{_TIME}\]?(?:[\s\u202f]+-)?[\s\u202f]+(.*)$", re.DOTALL)
_WRITER = re.compile(r"^[\u200e\u200f]*([^:\n]{1,80}?):(?: |(?=\S|$))(.*)$", re.DOTALL)
_FILE = re.compile(r"^[\u200e\u200f]*(?:<attached: )?([^\n<>]{1,120}\.\w{2,5})(?:>| \(file attached\))")
_ORDERS = ("dmy", "mdy", "ymd")


@dataclass(frozen=True)
class _Line:
    numbers: tuple[int, int, int]
    hour: int
    minute: int
    second: int
    rest: str


def whatsapp_events(
    path: Path, us: Collection[str], zone: tzinfo = UTC, called: str = "chat text of WhatsApp"
) -> Iterator[Event]:
    """Every message of the export, in its order. `us`: names of ours in it; `zone`: that of the phone; `called`: what
    it is, for other programs that write such lines.

    Raises NotFound, and Refused for what is no such export.
    """
    text = read_bytes(path, called).decode("utf-8-sig", errors="replace")
    lines = list(_lines(text))
    order = _order(lines)
    if not lines or order is None:
        raise Refused(f"{path.name} is no {called}")
    writers = [found.group(1) for line in lines if (found := _WRITER.match(line.rest))]
    outside = tuple(Person(name, name, phone=_phone(name)) for name in dict.fromkeys(writers) if name not in us)[:30]
    seen: dict[str, int] = {}
    for line in lines:
        yield _message(path.stem, line, _moment(line, order, zone), outside, us, seen)


def is_chat_line(line: str) -> bool:
    """Whether a line begins a message as such an export writes it."""
    return _HEAD.match(line) is not None


def _lines(text: str) -> Iterator[_Line]:
    """Messages; a line without a head goes on with the one before."""
    waiting: list[str] = []
    for line in text.splitlines():
        if _HEAD.match(line) and waiting:
            yield from _read("\n".join(waiting))
            waiting = []
        waiting.append(line)
    if waiting:
        yield from _read("\n".join(waiting))


def _read(text: str) -> Iterator[_Line]:
    found = _HEAD.match(text)
    if found is None:
        return
    a, b, c, hour, minute, second, half, rest = found.groups()
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half in "Pp" else 0)
    yield _Line((int(a), int(b), int(c)), hours, int(minute), int(second or 0), rest)


def _date(numbers: tuple[int, int, int], order: str) -> tuple[int, int, int] | None:
    parts = dict(zip(order, numbers, strict=True))
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]
    try:
        datetime(year, parts["m"], parts["d"], tzinfo=UTC)
    except ValueError:
        return None
    return (year, parts["m"], parts["d"]) if year > 2008 else None


def _order(lines: list[_Line]) -> str | None:
    best: tuple[int, str] | None = None
    for order in _ORDERS:
        dates = [_date(line.numbers, order) for line in lines]
        if any(date is None for date in dates):
            continue
        times = [(*(date or ()), line.hour, line.minute) for date, line in zip(dates, lines, strict=True)]
        forward = sum(a <= b for a, b in pairwise(times))
        if best is None or forward > best[0]:
            best = (forward, order)
    return best[1] if best else None


def _moment(line: _Line, order: str, zone: tzinfo) -> Instant:
    date = _date(line.numbers, order) or (2009, 1, 1)
    hour, minute, second = min(line.hour, 23), min(line.minute, 59), min(line.second, 59)
    return Instant(int(datetime(*date, hour, minute, second, tzinfo=zone).timestamp() * 1000))


def _message(
    chat: str, line: _Line, at: Instant, outside: tuple[Person, ...], us: Collection[str], seen: dict[str, int]
) -> MessageEvent:
    found = _WRITER.match(line.rest)
    writer, text = (found.group(1), found.group(2)) if found else ("", line.rest)
    file = _FILE.match(text)
    digest = hashlib.sha256(f"{at} {writer} {text}".encode("utf-8", "replace")).hexdigest()[:24]
    seen[digest] = seen.get(digest, 0) + 1
    return MessageEvent(
        conversation=chat,
        remote_id=f"{digest}-{seen[digest]}",
        at=at,
        direction=Direction.SYSTEM if not found else Direction.OUT if writer in us else Direction.IN,
        author=Person(writer, writer, phone=_phone(writer)) if found else None,
        text=text,
        files=(RemoteFile(file.group(1), file.group(1), lost=BESIDE),) if file else (),
        people=outside,
        title=chat if len(outside) > 1 else "",
    )


def _phone(name: str) -> str:
    digits = re.sub(r"[\s()-]", "", name)
    return digits if re.fullmatch(r"\+\d{7,15}", digits) else ""
