"""Who gets an answer: Reply-To before From, everybody once, never ourselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from omnitui.core.errors import Refused
from omnitui.core.mail import Address

_MAILBOX = re.compile(r"""[^\s<>()\[\],;:\\"@\x00-\x20\x7f-\x9f]+@[^\s<>()\[\],;:\\"@\x00-\x20\x7f-\x9f]+""")
_LONGEST = 254
"""Octets of an address (RFC 5321 4.5.3.1.3, less the angle brackets)."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """To and Cc of an answer."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()


def reply_recipients(
    sender: Address | None,
    *,
    reply_to: Iterable[Address] = (),
    to: Iterable[Address] = (),
    cc: Iterable[Address] = (),
    ours: Collection[str] = (),
    everyone: bool = False,
) -> Recipients:
    """The recipients of an answer to a mail with these headers; `ours` are our addresses in lower case.

    An answer to a mail of our own goes on to those it went to. With `everyone`, all others of To and Cc come along.
    When nobody but ourselves would be left, the sender stands: a mail to oneself can be answered.
    """
    first = [person for person in (sender,) if person]
    if sender and is_ours(sender.email, ours):
        answer = _others(to, ours, ()) or first
    else:
        answer = _others(reply_to, ours, ()) or _others(first, ours, ()) or first
    answer = _once(answer)
    if not everyone:
        return Recipients(tuple(answer))
    return Recipients((*answer, *(more := _others(to, ours, answer))), tuple(_others(cc, ours, [*answer, *more])))


def is_ours(email: str, ours: Collection[str]) -> bool:
    """Is it one of our addresses, also with a `+detail` (RFC 5233) in it?"""
    email = email.lower()
    local, _, domain = email.rpartition("@")
    return email in ours or f"{local.partition('+')[0]}@{domain}" in ours


def check_address(email: str) -> str:
    """`email` when mail can be sent to it as it stands. Raises Refused, naming it, when not.

    Quoted local parts (RFC 5321 4.1.2) are refused: nobody has one, and they carry what headers must not.
    """
    if not _MAILBOX.fullmatch(email) or len(email.encode(errors="replace")) > _LONGEST or ".." in email:
        raise Refused(f"“{email[:80]}” is not a mail address")
    return email


def _once(people: Iterable[Address]) -> list[Address]:
    return list({person.email.lower(): person for person in reversed(list(people))}.values())[::-1]


def _others(people: Iterable[Address], ours: Collection[str], already: Iterable[Address]) -> list[Address]:
    there = {person.email.lower() for person in already}
    return _once(p for p in people if p.email and not is_ours(p.email, ours) and p.email.lower() not in there)
