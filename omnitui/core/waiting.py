"""Who waits for us, and what opens a conversation again: the arithmetic of the wait (product page, Wait).

A wait opens at a customer message when none is open, and ends with the next human message that did not fail. Mail
answered elsewhere counts as answered: a copy in the Sent folder is a human message, and a server's \\Answered ends the
wait of the mail it stands on and of every earlier one. Lists, reports and automatic mail never wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from omnitui.core.models import Delivery, MessageClass, State
from omnitui.core.times import Instant

UNANSWERING = (Delivery.FAILED, Delivery.UNKNOWN, Delivery.ASKING, Delivery.BOUNCED)
"""A message of ours in one of these states has not reached the customer, as far as we know: the wait goes on."""


class Mark(NamedTuple):
    """What the wait needs to know of one message."""

    at: int
    class_: MessageClass
    answered: bool = False
    delivery: Delivery = Delivery.NONE


def ends_wait(mark: Mark) -> bool:
    """It answers what came before it, or was answered itself."""
    if mark.class_ is MessageClass.HUMAN:
        return mark.delivery not in UNANSWERING
    return mark.class_ is MessageClass.CUSTOMER and mark.answered


def waiting_since(marks: Iterable[Mark], wait_from: int = 0) -> Instant | None:
    """When the first unanswered customer message came, or None. `wait_from`: what came up to then waits no more."""
    marks = tuple(marks)
    settled = max((mark.at for mark in marks if ends_wait(mark)), default=-1)
    waits = [
        mark.at for mark in marks if mark.class_ is MessageClass.CUSTOMER and mark.at > settled and mark.at > wait_from
    ]
    return Instant(min(waits)) if waits else None


def reopens(state: State, class_: MessageClass) -> bool:
    """A new message of this class opens a conversation in this state again (never one that was marked spam)."""
    return class_ is MessageClass.CUSTOMER and state in (State.PENDING, State.SNOOZED, State.CLOSED)
