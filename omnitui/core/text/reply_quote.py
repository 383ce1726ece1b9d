"""What an answer says by itself: its subject, and the text it quotes or passes on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from omnitui.core.mail import Address

_REPLY = "re|aw|antw|antwort|sv|vs|rif|odp|ynt|回复|回覆|答复|答覆|trả lời"
_FORWARD = "fwd?|wg|doorst|tr|rv|转发|轉寄|轉發|chuyển tiếp"
_PREFIX = re.compile(rf"\s*(?:{_REPLY}|{_FORWARD})\s*(?:[\[(]\d{{1,3}}[\])])?\s*[:：]\s*", re.IGNORECASE)
_REPLY_PREFIX = re.compile(rf"\s*(?:{_REPLY})\s*(?:[\[(]\d{{1,3}}[\])])?\s*[:：]\s*", re.IGNORECASE)


def reply_subject(subject: str) -> str:
    """ "Re: " and the subject, whatever prefixes of other programs and languages stood before it."""
    return f"Re: {_bare(subject, _REPLY_PREFIX)}".rstrip()


def forward_subject(subject: str) -> str:
    """ "Fwd: " and the subject without the prefixes it gathered."""
    return f"Fwd: {_bare(subject, _PREFIX)}".rstrip()


def reply_quote(sender: Address, at: datetime, text: str) -> str:
    """The attribution line and every line of `text` set behind a ">". `at` is in the zone the reader is to see."""
    who = f"{sender.name} <{sender.email}>" if sender.name else sender.email
    return f"On {_day(at)} at {at:%H:%M}, {who} wrote:\n{_quoted(text)}"


def forward_quote(
    sender: Address, at: datetime, subject: str, to: Iterable[Address], cc: Iterable[Address], text: str
) -> str:
    """A mail passed on within the text: its headers in words, then its text as it was."""
    lines = [
        "---------- Forwarded message ----------",
        f"From: {_shown([sender])}",
        f"Date: {_day(at)} at {at:%H:%M %z}",
        f"Subject: {subject}",
        f"To: {_shown(to)}",
    ]
    if shown := _shown(cc):
        lines.append(f"Cc: {shown}")
    return "\n".join([*lines, "", text.rstrip()])


def _bare(subject: str, prefix: re.Pattern[str]) -> str:
    while found := prefix.match(subject):
        subject = subject[found.end() :]
    return subject.strip()


def _quoted(text: str) -> str:
    lines = text.rstrip().split("\n")
    return "\n".join(f">{line}" if line.startswith(">") or not line else f"> {line}" for line in lines)


def _day(at: datetime) -> str:
    """English by itself: %a and %b would follow whatever locale the process runs in."""
    days, months = "Mon Tue Wed Thu Fri Sat Sun", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    return f"{days.split()[at.weekday()]}, {at.day} {months.split()[at.month - 1]} {at.year}"


def _shown(people: Iterable[Address]) -> str:
    return ", ".join(f"{p.name} <{p.email}>" if p.name else p.email for p in people)
