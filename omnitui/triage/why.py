"""All the reasons of one conversation: why here in the order, why these mails, who did what, what is still to go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from omnitui.core import why
from omnitui.core.models import (
    AccountStatus,
    ConversationRow,
    MessageId,
    Order,
    OutboxRow,
    ThreadMessage,
)
from omnitui.core.times import Instant
from omnitui.core.why import When
from omnitui.store import accounts, conversations, log, messages, outbox
from omnitui.store.connection import Cache
from omnitui.store.log import LogRow
from omnitui.store.select import Select

MOST_MESSAGES = 500


class Questions(NamedTuple):
    """What to ask of the store: each, then `explain`."""

    row: Select[ConversationRow]
    thread: Select[ThreadMessage]
    history: Select[LogRow]
    items: Select[OutboxRow]
    accounts: Select[AccountStatus]


class Answers(NamedTuple):
    """What the store said to each."""

    row: ConversationRow
    thread: Sequence[ThreadMessage]
    history: Sequence[LogRow]
    items: Sequence[OutboxRow]
    accounts: Sequence[AccountStatus]


@dataclass(frozen=True, slots=True)
class JoinReason:
    """Why one message is there."""

    message: MessageId
    at: Instant
    who: str
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log."""

    at: Instant
    who: str
    words: str
    step: str
    kind: str
    undoes: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to be sent that has not gone."""

    id: str
    state: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons, newest changes first."""

    row: ConversationRow
    place: tuple[str, ...]
    joins: tuple[JoinReason, ...]
    waits: tuple[Waiting, ...]
    changes: tuple[Change, ...]


def questions(conversation_id: int, order: Order = Order.WAITING) -> Questions:
    """The questions for one conversation."""
    return Questions(
        conversations.by_id(conversation_id, order),
        messages.thread(conversation_id, limit=MOST_MESSAGES),
        log.history(conversation_id, limit=MOST_MESSAGES),
        outbox.of_conversation(conversation_id),
        accounts.statuses(),
    )


def explain(found: Answers, order: Order, now: Instant, when: When) -> Why:
    """The reasons from the answers."""
    known = {message.mid: message for message in found.thread if message.mid}
    by_name = {status.name: status for status in found.accounts}
    return Why(
        found.row,
        tuple(why.place(found.row, order, when)),
        tuple(
            JoinReason(m.id, m.at, m.author or m.sender.email, m.join_reason, why.joined(m, known, when))
            for m in reversed(found.thread)
        ),
        tuple(
            Waiting(item.id, item.state, tuple(why.waits(item, by_name.get(item.account), now, when)))
            for item in found.items
        ),
        tuple(
            Change(r.at, r.actor, why.changed(r.kind, r.payload, r.replaces, when), r.step, r.kind, r.undoes)
            for r in found.history
        ),
    )


def of(cache: Cache, conversation_id: int, now: Instant, when: When) -> Why | None:
    """The reasons of a conversation in the default order; None where there is none."""
    asked = questions(conversation_id)
    row = asked.row.first(cache)
    if row is None:
        return None
    found = Answers(
        row, asked.thread.all(cache), asked.history.all(cache), asked.items.all(cache), asked.accounts.all(cache)
    )
    return explain(found, Order.WAITING, now, when)


def only(changes: Sequence[Change], words: str) -> list[Change]:
    """Those of which each of the words stands in who, what or how it was called."""
    wanted = words.lower().split()
    return [
        change
        for change in changes
        if all(word in f"{change.who} {change.words} {change.step} {change.kind}".lower() for word in wanted)
    ]
