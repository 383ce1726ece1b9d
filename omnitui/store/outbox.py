"""What is to be sent or changed at the other side, each item with its state; claimed by one worker at a time.

A send holds its whole content (`core/outgoing.py` JSON) from the moment the agent pressed the key; the worker composes
it and freezes the bytes in `raw` before the first of them leaves, so every later try sends the same mail.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.errors import Refused
from omnitui.core.models import ConversationId, MessageId, OutboxRow
from omnitui.core.people import people_of
from omnitui.core.times import HOUR, MINUTE, Instant
from omnitui.store import feed
from omnitui.store.connection import joined
from omnitui.store.refresh import refresh
from omnitui.store.select import Select

OPEN = ("held", "queued", "sending", "unknown")
"""States of an item that a worker still has to do with."""
STUCK = ("failed", "unknown", "asking")
"""States that only a person ends (an unknown one may also be found)."""
LOOKING = "It may have been sent when the connection broke: looking for it in the sent mail"
LONGEST_PAUSE = 25 * HOUR
"""Longer than any pause between two tries (a server's word is taken for a day)."""
HELD = HOUR
"""The longest undo time; what waits for longer was wanted to leave then."""
SET_BACK = 10 * MINUTE
"""By how much a clock must have been set back: less may be waited for, and must shorten no undo time."""
_OPEN = "state IN ('held', 'queued', 'sending', 'unknown')"
"""Spelled as in the partial index, so that SQLite uses it."""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One item as the worker handles it. `phase` of a send: '', envelope, data, dot."""

    id: str
    kind: str
    account_id: int
    conversation_id: int | None = None
    message_id: int | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    mid: str = ""
    raw: bytes | None = None
    state: str = "queued"
    phase: str = ""
    step_id: int | None = None
    not_before: Instant = Instant(0)
    next_try_at: Instant = Instant(0)
    attempts: int = 0
    looks: int = 0
    owner: str = ""
    lease_until: Instant = Instant(0)
    saw_at: Instant = Instant(0)
    detail: str = ""
    created_at: Instant = Instant(0)

    @property
    def deferrals(self) -> int:
        """How often the other side has said "later" to one that was never lost: `looks` counts either."""
        return self.looks

    @property
    def may_have_gone(self) -> bool:
        """Nobody knows whether it was sent: sending it again may double it."""
        return self.state in ("unknown", "asking") and self.phase == "dot"


def enqueue(connection: sqlite3.Connection, item: OutboxItem) -> None:
    """Add an item, in the caller's transaction or one of its own."""
    with joined(connection):
        connection.execute(
            "INSERT INTO outbox (id, kind, account_id, conversation_id, message_id, payload, mid, raw, state, phase,"
            " step_id, not_before, next_try_at, attempts, looks, owner, lease_until, saw_at, detail, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.id, item.kind, item.account_id, item.conversation_id, item.message_id,
                json.dumps(item.payload, ensure_ascii=False, separators=(",", ":")), item.mid, item.raw, item.state,
                item.phase, item.step_id, item.not_before, max(item.next_try_at, item.not_before), item.attempts,
                item.looks, item.owner, item.lease_until, item.saw_at, item.detail, item.created_at,
            ),
        )  # fmt: skip
        show(connection, item.id)


def claim(
    connection: sqlite3.Connection,
    kinds: Iterable[str],
    account_id: int,
    *,
    owner: str,
    now: Instant,
    lease: int,
    due_since: Instant | None = None,
) -> OutboxItem | None:
    """Take the next due item of these kinds for `owner` until `now + lease` (ms), or None.

    With `due_since` only one that might have left since then at the latest, however often it was tried. An item whose
    worker died is taken again when its lease is over, unless its final dot may have been written: that one is unknown
    (`recover`).

    A clock that was set back holds nothing for as long as it was wrong: what would wait for longer than anything is
    made to wait is due, and so is what was only held and comes from the time to come.
    """
    with joined(connection):
        row = connection.execute(
            "UPDATE outbox SET state = 'sending', owner = ?1, lease_until = ?2, attempts = attempts + 1 WHERE id ="
            f" (SELECT id FROM outbox WHERE kind IN (SELECT value FROM json_each(?3)) AND {_OPEN}"
            "   AND account_id = ?4 AND (next_try_at <= ?5 OR next_try_at > ?5 + ?7)"
            "   AND (not_before <= ?5 OR (created_at > ?5 + ?8 AND not_before <= created_at + ?9))"
            "   AND (?6 IS NULL OR max(not_before, created_at) <= ?6)"
            "   AND (state IN ('held', 'queued') OR (state = 'sending' AND lease_until <= ?5 AND phase <> 'dot'))"
            "   ORDER BY next_try_at, created_at, rowid LIMIT 1) RETURNING *",
            (owner, now + lease, json.dumps(list(kinds)), account_id, now, due_since, LONGEST_PAUSE, SET_BACK, HELD),
        ).fetchone()
        if row is None:
            return None
        show(connection, row["id"])
        return item_of(row)


def recover(connection: sqlite3.Connection, owner: str, now: Instant, *, kinds: Iterable[str], account_id: int) -> int:
    """Take over what other workers, dead by now (one worker at a time holds the lock), left in the middle.

    A send whose final dot may have gone out becomes unknown, everything else is queued again. Returns how many.
    """
    with joined(connection):
        left = connection.execute(
            "UPDATE outbox SET state = CASE WHEN kind = 'send' AND phase = 'dot' THEN 'unknown' ELSE 'queued' END,"
            " detail = CASE WHEN kind = 'send' AND phase = 'dot' THEN ? ELSE detail END,"
            " phase = CASE WHEN phase = 'dot' THEN phase ELSE '' END,"
            f" owner = '', lease_until = 0, looks = 0, next_try_at = ? WHERE {_OPEN} AND state = 'sending'"
            " AND kind IN (SELECT value FROM json_each(?)) AND account_id = ? AND (owner <> ? OR lease_until <= ?)"
            " RETURNING id",
            (LOOKING, now, json.dumps(list(kinds)), account_id, owner, now),
        ).fetchall()
        for row in left:
            show(connection, row["id"])
        return len(left)


def freeze(connection: sqlite3.Connection, item_id: str, raw: bytes) -> bytes:
    """Keep the composed bytes; a second call changes nothing. Returns the bytes to send."""
    with joined(connection):
        connection.execute("UPDATE outbox SET raw = ? WHERE id = ? AND raw IS NULL", (raw, item_id))
        kept: bytes = connection.execute("SELECT raw FROM outbox WHERE id = ?", (item_id,)).fetchone()[0]
        return kept


def set_phase(connection: sqlite3.Connection, item_id: str, phase: str, owner: str) -> None:
    """Note how far a send has come, on the disk when this returns (on a connection of Role.OPERATIONS).

    Raises Refused when the item is not this owner's any more: whoever has it now sends it.
    """
    with joined(connection):
        noted = connection.execute(
            "UPDATE outbox SET phase = ? WHERE id = ? AND state = 'sending' AND owner = ?", (phase, item_id, owner)
        ).rowcount
        if not noted:
            raise Refused("the item is in other hands now")


def lose(connection: sqlite3.Connection, item_id: str, detail: str, look_at: Instant) -> None:
    """A send went out and no answer came: it is unknown, and looked for from `look_at` on."""
    with joined(connection):
        connection.execute(
            "UPDATE outbox SET state = 'unknown', detail = ?, owner = '', lease_until = 0, looks = 0, next_try_at = ?"
            " WHERE id = ?",
            (detail, look_at, item_id),
        )
        show(connection, item_id)


def settle(
    connection: sqlite3.Connection, item_id: str, state: str, detail: str, now: Instant, *, was: str = ""
) -> None:
    """End an item as sent, failed, unknown or asking; a message that was sent has its time from now.

    With `was`, nothing happens unless the item is in that state still.
    """
    with joined(connection):
        ended = connection.execute(
            "UPDATE outbox SET state = ?, detail = ?, owner = '', lease_until = 0,"
            " settled_at = CASE WHEN ? IN ('sent', 'failed', 'cancelled') THEN ? END"
            " WHERE id = ? AND state = iif(? = '', state, ?)",
            (state, detail, state, now, item_id, was, was),
        ).rowcount
        if not ended:
            return
        if state == "sent":
            connection.execute(
                "UPDATE message SET accepted_at = ?, at = ? WHERE id ="
                " (SELECT message_id FROM outbox WHERE id = ? AND kind = 'send') AND accepted_at IS NULL",
                (now, now, item_id),
            )
        show(connection, item_id)


def retry_at(
    connection: sqlite3.Connection, item_id: str, at: Instant, detail: str, *, was: str = "sending",
    never_before: bool = False, deferred: bool = False,
) -> None:  # fmt: skip
    """Give a claimed item back, to be taken again from `at` on; nothing happens unless it is in the state `was`.

    With `never_before` not sooner either when the network is back: the other side itself has said how long to wait.
    `deferred`: it has said "later", which is counted.
    """
    with joined(connection):
        connection.execute(
            "UPDATE outbox SET state = 'queued', phase = '', owner = '', lease_until = 0, next_try_at = ?1,"
            " detail = ?2, not_before = CASE WHEN ?5 THEN ?1 ELSE not_before END, looks = looks + ?6"
            " WHERE id = ?3 AND state = ?4",
            (at, detail, item_id, was, never_before, deferred),
        )
        show(connection, item_id)


def cancel(connection: sqlite3.Connection, item_id: str, now: Instant) -> None:
    """Stop an item that no worker holds. Raises Refused when it is being sent, was sent, or may have been."""
    with joined(connection):
        stopped = connection.execute(
            "UPDATE outbox SET state = 'cancelled', settled_at = ? WHERE id = ?"
            " AND (state IN ('held', 'queued', 'failed') OR (state = 'asking' AND phase <> 'dot'))",
            (now, item_id),
        ).rowcount
        if not stopped:
            raise Refused("It is being sent or has been sent: it cannot be cancelled any more")
        show(connection, item_id)


def answer(connection: sqlite3.Connection, item_id: str, choice: str, now: Instant) -> None:
    """The agent's decision on an item that is failed, unknown or asking.

    `send`: try (again) at once, with the same bytes; `sent`: it has arrived, leave it; `drop`: do not send it.
    Raises Refused when the item waits for no decision.
    """
    with joined(connection):
        row = connection.execute("SELECT state FROM outbox WHERE id = ?", (item_id,)).fetchone()
        if row is None or row["state"] not in STUCK:
            raise Refused("This item waits for no decision")
        if choice == "sent":
            settle(connection, item_id, "sent", "Marked as sent by hand", now)
        elif choice == "drop":
            settle(connection, item_id, "cancelled", "Dropped by hand", now)
        elif choice == "send":
            connection.execute(
                "UPDATE outbox SET state = 'queued', phase = '', next_try_at = ?, not_before = 0, looks = 0,"
                " detail = '', saw_at = max(saw_at, coalesce((SELECT max(m.at) + 1 FROM message m"
                "  WHERE m.conversation_id = outbox.conversation_id AND m.omni_id <> outbox.id"
                "  AND m.class IN ('customer', 'human')), 0)) * (saw_at > 0) WHERE id = ?",
                (now, item_id),
            )
            show(connection, item_id)
        else:
            raise Refused(f"“{choice}” is no decision: send, sent or drop")


def hurry(connection: sqlite3.Connection, item_id: str, now: Instant) -> bool:
    """Let an item that is held, or waits for another try, leave at once. False when it waits for nothing."""
    with joined(connection):
        found = connection.execute(
            "UPDATE outbox SET state = 'queued', not_before = min(not_before, ?), next_try_at = ? WHERE id = ?"
            " AND state IN ('held', 'queued')",
            (now, now, item_id),
        ).rowcount
        show(connection, item_id)
        return bool(found)


def withdraw(connection: sqlite3.Connection, item_id: str) -> bool:
    """Take an item out that has certainly not been sent and that no worker has, as if it had never been. False when it
    is being sent, was sent, or may have been."""
    found = connection.execute(
        "DELETE FROM outbox WHERE id = ? AND (state IN ('held', 'queued', 'failed')"
        " OR (state = 'asking' AND phase <> 'dot')) RETURNING id",
        (item_id,),
    ).fetchone()
    return found is not None


def by_id(item_id: str) -> Select[OutboxItem]:
    """One item."""
    return Select("SELECT * FROM outbox WHERE id = ?", (item_id,), item_of)


def of_step(step_id: int) -> Select[OutboxItem]:
    """What a step has put in."""
    return Select("SELECT * FROM outbox WHERE step_id = ? AND kind = 'send'", (step_id,), item_of)


def rows(*, settled: bool = False, kinds: Iterable[str] = ("send",), limit: int = 500) -> Select[OutboxRow]:
    """The outbox as agents see it: what needs a person first, then by age. With `settled` the done ones too."""
    states = "" if settled else " AND o.state NOT IN ('sent', 'cancelled')"
    return Select(
        "SELECT o.*, a.name AS account, coalesce(m.subject, '') AS subject, coalesce(m.people, '{}') AS people"
        " FROM outbox o JOIN account a ON a.id = o.account_id LEFT JOIN message m ON m.id = o.message_id"
        f" WHERE o.kind IN (SELECT value FROM json_each(?)){states}"
        " ORDER BY o.state NOT IN ('failed', 'unknown', 'asking'), o.settled_at IS NOT NULL, o.created_at, o.id"
        " LIMIT ?",
        (json.dumps(list(kinds)), limit),
        _row,
    )


def of_conversation(conversation_id: int) -> Select[OutboxRow]:
    """What of a conversation is to be sent, asks, or has failed."""
    return Select(
        "SELECT o.*, a.name AS account, coalesce(m.subject, '') AS subject, coalesce(m.people, '{}') AS people"
        " FROM outbox o JOIN account a ON a.id = o.account_id LEFT JOIN message m ON m.id = o.message_id"
        " WHERE o.conversation_id = ? AND o.kind = 'send' AND o.state NOT IN ('sent', 'cancelled')"
        " ORDER BY o.created_at, o.id",
        (conversation_id,),
        _row,
    )


def show(connection: sqlite3.Connection, item_id: str) -> None:
    """Carry an item's state over to its message and conversation, and tell the screens; in the caller's transaction."""
    connection.execute(
        "UPDATE message SET delivery = CASE o.state WHEN 'cancelled' THEN 'failed' ELSE o.state END,"
        " delivery_detail = o.detail FROM outbox o WHERE o.id = ? AND o.kind = 'send' AND message.id = o.message_id"
        " AND message.delivery NOT IN ('delivered', 'read', 'bounced')",
        (item_id,),
    )
    row = connection.execute("SELECT kind, conversation_id FROM outbox WHERE id = ?", (item_id,)).fetchone()
    if row["kind"] == "send" and row["conversation_id"] is not None:
        refresh(connection, [row["conversation_id"]])  # a customer whose answer failed is waiting again
    elif row["conversation_id"] is not None:
        feed.note(connection, [row["conversation_id"]])
    feed.note(connection, [feed.NOT_A_CONVERSATION])


def item_of(row: sqlite3.Row) -> OutboxItem:
    """A row of the table as an item."""
    fields = {name: row[name] for name in OutboxItem.__dataclass_fields__}
    return OutboxItem(**fields | {"payload": json.loads(row["payload"])})


def _row(row: sqlite3.Row) -> OutboxRow:
    people = people_of(row["people"])
    names = [person.email for use in ("to", "cc", "bcc") for person in people.get(use, ())]
    return OutboxRow(
        id=row["id"],
        kind=row["kind"],
        account=row["account"],
        conversation_id=None if row["conversation_id"] is None else ConversationId(row["conversation_id"]),
        message_id=None if row["message_id"] is None else MessageId(row["message_id"]),
        state=row["state"],
        phase=row["phase"],
        subject=row["subject"],
        recipients=", ".join(names),
        not_before=row["not_before"],
        next_try_at=row["next_try_at"],
        attempts=row["attempts"],
        detail=row["detail"],
        created_at=row["created_at"],
    )
