"""Reasons in words: each place in the order, each join, each change and each wait can be told."""

from __future__ import annotations

from typing import Any

import pytest

from omnitui.core.models import (
    AccountId,
    AccountStatus,
    ConversationId,
    MessageId,
    Order,
    OutboxRow,
    Priority,
    State,
)
from omnitui.core.operations import OpKind
from omnitui.core.threading import Join
from omnitui.core.times import HOUR, MINUTE, Instant
from omnitui.core.why import changed, joined, place, waits
from tests.widgets.rows import NOW, message, row


def when(at: Instant) -> str:
    return f"<{(at - NOW) // MINUTE}>"


@pytest.mark.parametrize(
    ("fields", "order", "words"),
    [
        ({}, Order.WAITING, ["waited since <-60>"]),
        ({"waiting_since": Instant(NOW - 3 * HOUR)}, Order.WAITING, ["since <-180>", "the last is of <-60>"]),
        ({"priority": Priority.URGENT}, Order.WAITING, ["urgent", "does not move it"]),
        ({"queued_count": 1}, Order.WAITING, ["on its way"]),
        ({"failed_count": 1}, Order.WAITING, ["failed", "newest message"]),
        ({"waiting_since": None, "state": State.CLOSED}, Order.WAITING, ["it is closed", "behind all who wait"]),
        ({"state": State.PENDING}, Order.WAITING, ["it is pending"]),
        ({"state": State.SNOOZED, "snoozed_until": Instant(NOW + HOUR)}, Order.WAITING, ["snoozed until <60>"]),
        ({"state": State.SNOOZED}, Order.WAITING, ["until they reply"]),
        ({"waiting_since": None, "last_agent_at": Instant(NOW - MINUTE)}, Order.WAITING, ["our answer of <-1>"]),
        ({}, Order.NEWEST, ["newest to oldest", "<-60>"]),
        ({}, Order.OLDEST, ["oldest to newest"]),
    ],
)
def test_a_place_in_the_order(fields: dict[str, Any], order: Order, words: list[str]) -> None:
    said = " ".join(place(row(1, **fields), order, when))
    assert all(word in said for word in words), said


@pytest.mark.parametrize("reason", list(Join))
def test_every_join_has_words(reason: Join) -> None:
    first = message(1, mid="first@x")
    said = joined(message(2, join_reason=reason.value, join_detail="first@x"), {"first@x": first}, when)
    assert said != reason.value
    assert "first@x" not in said
    unknown = joined(message(2, join_reason=reason.value, join_detail="gone@x"), {}, when)
    assert ("not here (gone@x)" in unknown) == (first.sender.name in said)


def test_what_was_written_here_joined_by_being_written() -> None:
    assert joined(message(1, join_reason=""), {}, when) == "was written here"


@pytest.mark.parametrize(
    ("kind", "payload", "replaces", "words"),
    [
        ("state", {"state": "closed"}, {}, "closed"),
        ("state", {"state": "snoozed", "until": NOW + HOUR}, {}, "snoozed until <60>"),
        ("state", {"state": "snoozed", "until": None}, {}, "snoozed until they reply"),
        ("assign", {"assignee": "ben"}, {"assignee": "ana"}, "assigned to ben (before: ana)"),
        ("assign", {"assignee": ""}, {}, "assigned to nobody"),
        ("priority", {"priority": 2}, {"priority": 0}, "priority urgent (before: normal)"),
        ("tag", {"add": ["refund"], "remove": ["bug"]}, {}, "tags +refund -bug"),
        ("contact", {"name": "Anna", "if": {}}, {}, "contact changed: name"),
        ("something-new", {}, {}, "something-new"),
    ],
)
def test_a_change(kind: str, payload: dict[str, Any], replaces: dict[str, Any], words: str) -> None:
    assert changed(kind, payload, replaces, when) == words


@pytest.mark.parametrize("kind", list(OpKind))
def test_every_kind_of_operation_can_be_told_whatever_its_payload(kind: OpKind) -> None:
    assert changed(kind.value, {}, {}, when) not in ("", kind.value)


def item(state: str, **fields: Any) -> OutboxRow:
    known: dict[str, Any] = {
        "id": "o1", "kind": "send", "account": "support", "conversation_id": ConversationId(1),
        "message_id": MessageId(1), "state": state, "phase": "", "subject": "s", "recipients": "a@x",
        "not_before": Instant(0), "next_try_at": Instant(0), "attempts": 0, "detail": "", "created_at": NOW,
    }  # fmt: skip
    return OutboxRow(**{**known, **fields})


OFFLINE = AccountStatus(AccountId(1), "support", "email", "s@x", "offline", "no route", NOW, 0, 0)


@pytest.mark.parametrize(
    ("one", "account", "words"),
    [
        (item("held", not_before=Instant(NOW + MINUTE)), None, ["held until <1>", "taken back"]),
        (
            item("held", not_before=Instant(NOW + 3 * HOUR), detail="unless they reply"),
            None,
            ["It goes at <180>; until then it can be taken back. Unless they reply."],
        ),
        (item("queued", next_try_at=Instant(NOW + MINUTE), attempts=3, detail="greylisted"), None, ["3 times", "<1>"]),
        (item("queued"), OFFLINE, ["worker's turn", "offline now: no route"]),
        (item("sending", phase="data"), None, ["data"]),
        (item("asking", detail="the customer has written again"), None, ["you decide", "written again"]),
        (item("unknown"), None, ["Nobody knows"]),
        (item("failed", detail="550 no such user"), None, ["could not be sent", "550"]),
        (item("sent"), OFFLINE, ["It was sent."]),
    ],
)
def test_why_something_has_not_gone(one: OutboxRow, account: AccountStatus | None, words: list[str]) -> None:
    said = " ".join(waits(one, account, NOW, when))
    assert all(word in said for word in words), said
