"""Finding the lines that announce a quote: "On ... wrote:", header blocks, "Original Message", forwarded mail.

Language-neutral where it can be: a line that ends in a colon and holds an address or a date, just above a quote; header
lines in a row; dashes round a title. Where no quote marks follow, more is asked for, since everything below would fold.
All patterns are linear, and no line is looked at beyond 400 characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from omnitui.core.text.vocabulary import FIELDS, FORWARDED, ORIGINAL, OUR_OWN_WORDS, QUOTING, STARTS, WROTE

LONGEST = 400
_MOST_LINES = 4
_LONGEST_VERB = 26
_LONGEST_NAME = 60
_COLON = (":", "：")
FIRST_OF_HEAD = frozenset("-‐―—–=_*")
LAST_OF_HEAD = frozenset(":：>-_*|< \u00a0\u3000")
"""A line can belong to a head only if it begins or ends so, or has a colon within 33 characters; most lines do not."""
_EDGE = " \t*_>|<\u00a0"
_ADDRESS = re.compile(r"[^\s<>@()]@[\w-]+\.[\w.-]*\w")
_DIGIT = re.compile(r"[0-9]")
_IN_BRACKETS = re.compile(r"[<(\[][^<>()\[\]@\s]{1,80}@")
_TIME = re.compile(r"(?<!\d)[0-2]?\d[:.時时h][0-5]\d(?!\d)")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}(?!\d)|\d{1,2}\s?[月日]|\d{1,2}월|(?<!\d)[0-3]?\d\.?\s[^\W\d]{3,12}\.?"
)
_FIELD = re.compile(r"([^\W\d][^:：\n@/]{0,24}?)[\s*_]{0,4}[:：]")
_DASHED = re.compile(r"[-_=*‐―—–]{2,}\s?([^-_=*‐―—–].{0,60}?[^-_=*‐―—–])\s?[-_=*‐―—–]{2,}$")
_OPENED = re.compile(r"[-_=*‐―—–]{2,} ")
_WHOLE_AUTHOR = re.compile(r"[^<>@:]{1,80}<[^<>\s]{3,120}> ")
_VERB_FIRST = re.compile(WROTE.pattern.removesuffix("$") + r"\s", re.IGNORECASE)
_SHARED_LINE = re.compile(r"(?:-+ ?)?\bOn (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|\d)[^:]{4,40}:\d\d")


class HeadKind(Enum):
    """How much a head proves."""

    STRONG = 1
    """What follows is history even without quote marks."""
    WEAK = 2
    """A head only if a quote follows."""
    FORWARD = 3
    """A forwarded mail follows: history by origin, but sent to be read."""


@dataclass(frozen=True, slots=True)
class Head:
    """Lines `start` to `end` (exclusive) announce a quote. `cut`: characters of the first that are the writer's own."""

    start: int
    end: int
    kind: HeadKind
    cut: int = 0


def head_at(lines: Sequence[str], at: int, since: int) -> Head | None:
    """The head that line `at` belongs to, if it shows itself there; lines before `since` are taken already.

    "Shows itself": at the first line of a header block or a dashed title, at the last line (the one with the colon)
    of an announcement.
    """
    line = lines[at]
    if not line or len(line) > LONGEST:
        return None
    bare = line.strip(_EDGE)
    if not bare:
        return None
    if bare[0] in "-‐―—–=_*" or line[0] in "-_*" or bare[-1] in "-_":
        if (titled := _title(lines, at, line.strip(" \t>|"))) is not None:
            return titled
        bare = bare.strip("-‐―—– ")
        if line.lstrip()[0] in "*_" and ORIGINAL.fullmatch(bare):
            return Head(at, _past_fields(lines, at + 1), HeadKind.STRONG)
    if bare[-1:] in _COLON or (line.rstrip()[-1] == ">" and bare[:2].isdigit()):
        if FORWARDED.match(bare) and len(bare) < 60:
            return Head(at, _past_fields(lines, at + 1), HeadKind.FORWARD)
        if found := _announcement(lines, at, since):
            return found
    elif line.rstrip()[-1] in "-_" and WROTE.search(bare) and (found := _announcement(lines, at, since)):
        return found
    if ":" in bare[:27] or "：" in bare[:27]:
        return _fields(lines, at)
    return None


def _title(lines: Sequence[str], at: int, line: str) -> Head | None:
    """Dashes round a known title, or round any title with header lines below."""
    found = _DASHED.match(line)
    if not found:
        opened = _OPENED.match(line)
        if opened and FORWARDED.match(line, opened.end()) and len(line) < _LONGEST_NAME:
            return Head(at, _past_fields(lines, at + 1), HeadKind.FORWARD)
        return None
    title = found[1].strip()
    forwarded = FORWARDED.match(title)
    if forwarded or ORIGINAL.match(title) or (len(title) < _LONGEST_NAME and WROTE.search(title)):
        return Head(at, _past_fields(lines, at + 1), HeadKind.FORWARD if forwarded else HeadKind.STRONG)
    below = next((n for n in range(at + 1, min(at + 3, len(lines))) if lines[n].strip()), None)
    if below is not None and _fields(lines, below):
        return Head(at, _past_fields(lines, at + 1), HeadKind.STRONG)
    return None


def _role(line: str) -> str | None:
    """What a header-like line tells ("from", ...), "other" for a name that is not known, None for other lines."""
    found = _FIELD.match(line.strip(_EDGE)[:60]) if "|" not in line[:4] else None
    if not found:
        return None
    return FIELDS.get(found[1].strip(" *_\u00a0").lower(), "other")


def _fields(lines: Sequence[str], at: int) -> Head | None:
    """A block of header lines that begins at `at`: sender, date, recipient, subject in any order."""
    if _role(lines[at]) not in ("from", "date", "sent"):
        return None
    roles: dict[str, str] = {}
    others = 0
    number = at
    loose = 0
    while number < len(lines) and number - at < 16 and (line := lines[number]).strip():
        role = _role(line) if len(line) <= LONGEST * 5 else None
        if role is None or role in roles:
            loose += 1
            if loose > 1:
                break
        elif role == "other":
            others += 1
        else:
            loose = 0
            roles[role] = line
        number += 1
    if _is_mail_head(roles, others):
        return Head(at, number - min(loose, 1) if loose > 1 else number, HeadKind.STRONG)
    return None


def _is_mail_head(roles: dict[str, str], others: int) -> bool:
    """Whether header lines are a mail's, and not a form's: an address, or a time and a subject."""
    if len(roles) < 2 or others > (1 if len(roles) > 2 else 0):
        return False
    people = " ".join(roles.get(role, "") for role in ("from", "to", "cc"))
    when = roles.get("date", "") + roles.get("sent", "")
    if not when and not roles.keys() >= {"from", "to", "subject"}:
        return False
    if _ADDRESS.search(people[:2000]):
        return True
    return len(roles) > 2 and "subject" in roles and bool(when) and bool(_TIME.search(when) or _DATE.search(when))


def _past_fields(lines: Sequence[str], at: int) -> int:
    """The line after the header block that may stand at `at` or below an empty line; `at` when there is none."""
    start = at
    while start < len(lines) and start - at < 2 and not lines[start].strip():
        start += 1
    if start >= len(lines) or _role(lines[start]) in (None, "other"):
        return at
    number = start
    while number < len(lines) and number - start < 16 and lines[number].strip():
        number += 1
    known = sum(1 for line in lines[start:number] if _role(line) not in (None, "other"))
    return number if known * 2 >= number - start else at


def _announcement(lines: Sequence[str], at: int, since: int) -> Head | None:
    """A line with a colon, and up to three above it, that say who wrote when."""
    shared = _SHARED_LINE.search(lines[at]) if "On " in lines[at] else None
    if shared and shared.start() > 0 and _proof(shared[0].lstrip("- ") + lines[at][shared.end() :]) is HeadKind.STRONG:
        return Head(at, at + 1, HeadKind.WEAK, shared.start())
    joined = ""
    weak: Head | None = None
    for start in range(at, max(since, at - _MOST_LINES) - 1, -1):
        line = lines[start].strip(" \t>|\u00a0")
        if not line or len(joined) + len(line) > LONGEST:
            break
        joined = f"{line} {joined}" if joined else line
        kind = _proof(joined)
        if kind is HeadKind.STRONG:
            return Head(start - _dates(lines, start - 1, since), at + 1, kind)
        if kind is HeadKind.WEAK and weak is None:
            weak = Head(start, at + 1, kind)
    return weak


def _dates(lines: Sequence[str], at: int, since: int) -> bool:
    """Whether line `at`, above an announcement, is its date alone ("On Wed, 4 Feb 2026 18:31:10 +0100")."""
    if at < since:
        return False
    line = lines[at].strip()
    if not line or len(line) > _LONGEST_NAME or line[-1] in ".!?":
        return False
    return bool(STARTS.match(line) and _TIME.search(line) and _DATE.search(line))


def _proof(text: str) -> HeadKind | None:
    numbered = _DIGIT.search(text)
    timed, dated = (_TIME.search(text), _DATE.search(text)) if numbered else (None, None)
    address = _ADDRESS.search(text) if "@" in text else None
    if not (address or timed or dated):
        return None
    bare = text.strip("-‐―—–_* \u00a0\t").rstrip(":：> \u00a0").rstrip("-")
    verb = WROTE.search(bare, max(0, len(bare) - _LONGEST_VERB))
    if verb and OUR_OWN_WORDS.search(bare[: verb.start()].rstrip()):
        return None
    starts = STARTS.match(bare)
    bracketed = address and _IN_BRACKETS.search(text)
    if bracketed and ((dated and timed) or (starts and (dated or timed))):
        return HeadKind.STRONG
    if starts and verb and dated and (timed or address):
        return HeadKind.STRONG
    author = _WHOLE_AUTHOR.match(bare)
    if author and verb and author.end() == verb.start():
        return HeadKind.STRONG
    if author and (dated and timed) and _VERB_FIRST.match(bare, author.end()):
        return HeadKind.STRONG
    if verb or starts or (address and dated) or QUOTING.match(bare):
        return HeadKind.WEAK
    return None
