"""Who waits: the arithmetic by examples."""

from __future__ import annotations

import pytest

from omnitui.core.models import Delivery, MessageClass, State
from omnitui.core.waiting import UNANSWERING, Mark, reopens, waiting_since

C, H, A, N, M = (MessageClass(name) for name in ("customer", "human", "auto", "note", "machine"))


@pytest.mark.parametrize(
    ("marks", "since"),
    [
        ([], None),
        ([Mark(1, C)], 1),
        ([Mark(1, C), Mark(2, C)], 1),
        ([Mark(1, C), Mark(2, H)], None),
        ([Mark(1, C), Mark(2, H), Mark(3, C), Mark(4, C)], 3),
        ([Mark(1, A)], None),
        ([Mark(1, C), Mark(2, A), Mark(3, N), Mark(4, M)], 1),
        ([Mark(1, C, answered=True)], None),
        ([Mark(1, C), Mark(2, C, answered=True), Mark(3, C)], 3),
        ([Mark(1, C), Mark(1, H)], None),
        ([Mark(3, C), Mark(1, H)], 3),
        ([Mark(1, C), Mark(2, H, delivery=Delivery.QUEUED)], None),
        *[([Mark(1, C), Mark(2, H, delivery=delivery)], 1) for delivery in UNANSWERING],
    ],
)
def test_the_wait_begins_at_the_first_unanswered_customer_message(marks: list[Mark], since: int | None) -> None:
    assert waiting_since(marks) == since


def test_what_was_closed_without_an_answer_waits_no_more() -> None:
    assert waiting_since([Mark(1, C), Mark(5, C)], wait_from=4) == 5
    assert waiting_since([Mark(1, C)], wait_from=4) is None


@pytest.mark.parametrize("state", list(State))
def test_only_a_customer_opens_again_and_never_spam(state: State) -> None:
    assert reopens(state, C) == (state in (State.PENDING, State.SNOOZED, State.CLOSED))
    assert not any(reopens(state, class_) for class_ in (H, A, N, M))
