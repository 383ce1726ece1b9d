"""What the sender asks and records: may it leave now, has it left, where is its copy.

Each write is one transaction that carries the whole effect: item, message, conversation, follow-up work.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
import zlib
from collections.abc import Collection, Iterable

from omnitui.core.times import Instant
from omnitui.store import folders, ledger, outbox
from omnitui.store.connection import joined
from omnitui.store.outbox import OutboxItem
from omnitui.store.refresh import refresh
from omnitui.store.select import Select

WROTE_AGAIN = "The customer has written again since: read it, then send this or change it"
SEEN_AGAIN = "Seen again on the other side: it was sent"
ANSWERED = "Somebody else has answered meanwhile: read it, then send this or drop it"


def reason_to_ask(connection: sqlite3.Connection, item: OutboxItem) -> str:
    """Why a queued answer should not leave without another look; empty when nothing changed since it was written."""
    if item.conversation_id is None:
        return ""
    found = connection.execute(
        "WITH here(id) AS (SELECT coalesce(merged_into, id) FROM conversation WHERE id = :conversation)"
        " SELECT EXISTS (SELECT 1 FROM message m JOIN here ON m.conversation_id = here.id"
        "   WHERE m.class = 'customer' AND :saw > 0"
        # Mail servers count whole seconds: what came later in the one that was seen is told by when it came here.
        "   AND (m.at > :saw OR m.at = :saw AND m.fetched_at > :queued)) AS again,"
        " EXISTS (SELECT 1 FROM message m JOIN here ON m.conversation_id = here.id"
        "   WHERE m.class = 'human' AND m.at > :saw AND m.omni_id <> :id AND :saw > 0"
        "   AND m.delivery IN ('', 'sent', 'delivered', 'read') AND coalesce(m.accepted_at, m.fetched_at) > :queued"
        "   AND m.author <> coalesce((SELECT author FROM message WHERE id = :message), '\x01')) AS answered",
        {
            "conversation": item.conversation_id,
            "saw": item.saw_at,
            "id": item.id,
            "queued": item.created_at,
            "message": item.message_id,
        },
    ).fetchone()
    if found["again"]:
        return WROTE_AGAIN
    return ANSWERED if found["answered"] else ""


def settle_sent(connection: sqlite3.Connection, item_id: str, detail: str, now: Instant, *, copy: bool) -> None:
    """The mail has left: the item is done, the customer's mail answered, and (with `copy`) its copy is to be filed,
    where it is not in the Sent folder already."""
    with joined(connection):
        item = outbox.by_id(item_id).first(connection)
        if item is None or item.state == "sent":
            return
        outbox.settle(connection, item_id, "sent", detail, now)
        if copy:
            _enqueue_copy(connection, item, now)
        _answered(connection, item, now)
        if item.conversation_id is not None:
            refresh(connection, [item.conversation_id])


def _enqueue_copy(connection: sqlite3.Connection, item: OutboxItem, now: Instant) -> None:
    outbox.enqueue(
        connection,
        OutboxItem(
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"copy {item.id}")),
            kind="copy",
            account_id=item.account_id,
            conversation_id=item.conversation_id,
            message_id=item.message_id,
            mid=item.mid,
            payload={"folder_role": "sent", "of": item.id},
            created_at=now,
        ),
    )


def _answered(connection: sqlite3.Connection, item: OutboxItem, now: Instant) -> None:
    """Mark what was answered, here and (by an item of its own) at the server."""
    answered = item.payload.get("in_reply_to") or []
    rows = connection.execute(
        "UPDATE message SET answered = 1 WHERE account_id = ? AND mid IN (SELECT value FROM json_each(?))"
        " AND class IN ('customer', 'auto') AND answered = 0 RETURNING id",
        (item.account_id, json.dumps(answered)),
    ).fetchall()
    for row in rows:
        outbox.enqueue(
            connection,
            OutboxItem(
                id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"answered {row['id']} {item.id}")),
                kind="flag",
                account_id=item.account_id,
                conversation_id=item.conversation_id,
                message_id=row["id"],
                payload={"add": ["\\Answered"], "remove": []},
                created_at=now,
            ),
        )


def prove(
    connection: sqlite3.Connection, account_id: int, mids: Collection[str], omni_ids: Collection[str], now: Instant
) -> set[int]:
    """Mail came in that only a delivered mail of ours can cause: a copy of it, an answer or a report that names it.

    Items with these Message-IDs or keys whose fate was not known were sent. Gives their conversations.
    """
    waiting = connection.execute(
        "SELECT id, mid, conversation_id FROM outbox WHERE kind = 'send' AND state IN ('unknown', 'asking')"
        " AND phase = 'dot' AND account_id = ?",
        (account_id,),
    ).fetchall()
    proved = [row for row in waiting if row["mid"] in mids or row["id"] in omni_ids]
    for row in proved:
        settle_sent(connection, row["id"], SEEN_AGAIN, now, copy=True)
    return {row["conversation_id"] for row in proved} - {None}


def unknown_due(account_id: int, now: Instant) -> Select[OutboxItem]:
    """Sends whose fate is not known and that are to be looked for now."""
    return Select(
        "SELECT * FROM outbox WHERE kind = 'send' AND state = 'unknown' AND account_id = ? AND next_try_at <= ?"
        " ORDER BY next_try_at",
        (account_id, now),
        outbox.item_of,
    )


def next_due(account_id: int, kinds: Iterable[str] = ("send", "copy")) -> Select[int]:
    """When the next item of these kinds, or the next look for a send, is due; no row when nothing waits."""
    return Select(
        "SELECT min(max(not_before, next_try_at)) FROM outbox WHERE state IN ('held', 'queued', 'unknown')"
        " AND account_id = ? AND kind IN (SELECT value FROM json_each(?)) HAVING count(*) > 0",
        (account_id, json.dumps(list(kinds))),
        lambda row: int(row[0]),
    )


def leaves_by(until: Instant) -> Select[bool]:
    """Whether a send of any account is on its way, or is to be tried or looked for by then."""
    return Select(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE state IN ('held', 'queued', 'sending', 'unknown')"
        " AND kind = 'send' AND max(not_before, next_try_at) <= ?)",
        (until,),
        lambda row: bool(row[0]),
    )


def anything_open(account_id: int, kinds: Iterable[str]) -> Select[bool]:
    """Whether an item of these kinds waits, is under way, or has an unknown fate."""
    return Select(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE state IN ('held', 'queued', 'sending', 'unknown')"
        " AND account_id = ? AND kind IN (SELECT value FROM json_each(?)))",
        (account_id, json.dumps(list(kinds))),
        lambda row: bool(row[0]),
    )


def looked(connection: sqlite3.Connection, item_id: str, looks: int, next_at: Instant, detail: str) -> None:
    """An unknown send was looked for and not found; the next look is at `next_at`."""
    with joined(connection):
        connection.execute(
            "UPDATE outbox SET looks = ?, next_try_at = ?, detail = ? WHERE id = ? AND state = 'unknown'",
            (looks, next_at, detail, item_id),
        )
        outbox.show(connection, item_id)


def originals_with(sha256: str) -> Select[bytes]:
    """Mails that hold a file with this hash, as they came."""
    return Select(
        "SELECT DISTINCT o.data FROM attachment a JOIN original o ON o.message_id = a.message_id"
        " WHERE a.sha256 = ? LIMIT 3",
        (sha256,),
        lambda row: zlib.decompress(row["data"]),
    )


def filed(connection: sqlite3.Connection, item: OutboxItem, where: tuple[str, int, int] | None, now: Instant) -> None:
    """The copy is in place; `where` is (folder, UIDVALIDITY, UID) when the server told (RFC 4315)."""
    with joined(connection):
        if where is not None and item.message_id is not None:
            folder, uidvalidity, uid = where
            found = folders.by_name(item.account_id, folder).first(connection)
            if found is not None and found.uidvalidity == uidvalidity:
                ledger.note_filed(connection, found, uid, item.message_id)
        outbox.settle(connection, item.id, "sent", "", now)


def try_now(connection: sqlite3.Connection, account_id: int, now: Instant) -> int:
    """The network is back: sends and copies that wait for another try are due at once. Returns how many."""
    with joined(connection):
        return connection.execute(
            "UPDATE outbox SET next_try_at = max(not_before, ?) WHERE account_id = ? AND kind IN ('send', 'copy')"
            " AND state IN ('held', 'queued') AND attempts > 0 AND next_try_at > ?",
            (now, account_id, now),
        ).rowcount
