"""Messages being written: saved while one types, there again after a crash."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from omnitui.core.models import ConversationId, Draft, MessageId
from omnitui.core.people import people_json, people_of
from omnitui.core.times import Instant
from omnitui.store.connection import joined
from omnitui.store.refresh import refresh
from omnitui.store.select import Select


@dataclass(frozen=True, slots=True)
class News:
    """A message that came while one was writing."""

    who: str
    customer: bool
    at: Instant


_DRAFT = "SELECT d.*, coalesce(a.name, '') AS account FROM draft d LEFT JOIN account a ON a.id = d.account_id"


def save(connection: sqlite3.Connection, draft: Draft, now: Instant) -> Draft:
    """Keep a draft as it is now; returns it with its id. One that has gone meanwhile (sent elsewhere) is kept anew."""
    with joined(connection):
        fields: dict[str, Any] = {
            "conversation_id": draft.conversation_id,
            "account_id": _account_id(connection, draft.account),
            "kind": draft.kind,
            "message_id": draft.message_id,
            "recipients": people_json(to=draft.to, cc=draft.cc, bcc=draft.bcc),
            "subject": draft.subject,
            "body": draft.body,
            "quote": draft.quote,
            "attachments": json.dumps(draft.attachments, ensure_ascii=False),
            "saw_at": draft.saw_at,
            "author": draft.author,
            "updated_at": now,
            "sender": draft.sender,
            "began_at": draft.began_at,
            "chat": draft.chat,
            "origin": draft.origin,
        }
        names = ", ".join(f"{name} = ?" for name in fields)
        known = connection.execute(f"UPDATE draft SET {names} WHERE id = ?", (*fields.values(), draft.id)).rowcount
        if known:
            return replace(draft, updated_at=now)
        marks = ", ".join("?" * len(fields))
        row = connection.execute(
            f"INSERT INTO draft ({', '.join(fields)}) VALUES ({marks}) RETURNING id", tuple(fields.values())
        ).fetchone()
        _count(connection, draft.conversation_id)
        return replace(draft, id=row["id"], updated_at=now)


def delete(connection: sqlite3.Connection, draft_id: int) -> bool:
    """Throw a draft away; False when it is gone already."""
    with joined(connection):
        row = connection.execute("DELETE FROM draft WHERE id = ? RETURNING conversation_id", (draft_id,)).fetchone()
        if row is not None:
            _count(connection, row["conversation_id"])
        return row is not None


def for_conversation(conversation_id: int) -> Select[Draft]:
    """The drafts of a conversation, the latest first."""
    return Select(
        f"{_DRAFT} WHERE d.conversation_id = ? ORDER BY d.updated_at DESC, d.id DESC", (conversation_id,), _draft
    )


def every(limit: int = 500) -> Select[Draft]:
    """All drafts, those of no conversation too, the latest first."""
    return Select(f"{_DRAFT} ORDER BY d.updated_at DESC, d.id DESC LIMIT ?", (limit,), _draft)


def by_id(draft_id: int) -> Select[Draft]:
    """One draft."""
    return Select(f"{_DRAFT} WHERE d.id = ?", (draft_id,), _draft)


def written_since(draft: Draft, me: str) -> Select[News]:
    """What others have written in the conversation since the draft began: the customer by the server's clock, as the
    outbox asks too; a colleague by the time it came to this cache."""
    return Select(
        "SELECT m.class, m.author, m.from_name, m.from_address, m.at FROM message m WHERE m.conversation_id ="
        " (SELECT coalesce(merged_into, id) FROM conversation WHERE id = ?1) AND (m.class = 'customer' AND m.at > ?2"
        " AND ?2 > 0 OR m.class = 'human' AND m.author <> ?3 AND m.fetched_at > ?4 AND ?4 > 0) ORDER BY m.at",
        (draft.conversation_id, draft.saw_at, me, draft.began_at),
        lambda row: News(row[1] or row[2] or row[3] or "Somebody", row[0] == "customer", Instant(row[4])),
    )


def take_part(conversation_id: int) -> Select[str]:
    """The addresses of everybody in a conversation, and our own, in small letters."""
    return Select(
        "SELECT lower(i.address) FROM conversation_identity ci JOIN identity i ON i.id = ci.identity_id"
        " WHERE ci.conversation_id = ?1 UNION SELECT lower(address) FROM identity WHERE ours = 1"
        " UNION SELECT lower(from_address) FROM message WHERE conversation_id = ?1"
        " UNION SELECT lower(json_extract(person.value, '$[1]')) FROM message m, json_each(m.people) AS use,"
        " json_each(use.value) AS person WHERE m.conversation_id = ?1",
        (conversation_id,),
        lambda row: str(row[0]),
    )


def frozen(connection: sqlite3.Connection, draft_id: int) -> dict[str, Any] | None:
    """The row as it stands, for an operation that takes it away and must be able to bring it back."""
    row = connection.execute("SELECT * FROM draft WHERE id = ?", (draft_id,)).fetchone()
    return None if row is None else dict(row)


def _account_id(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute("SELECT id FROM account WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row["id"])


def _count(connection: sqlite3.Connection, conversation_id: int | None) -> None:
    if conversation_id is not None:
        refresh(connection, [conversation_id])


def _draft(row: sqlite3.Row) -> Draft:
    people = people_of(row["recipients"])
    return Draft(
        id=row["id"],
        conversation_id=None if row["conversation_id"] is None else ConversationId(row["conversation_id"]),
        account=row["account"],
        kind=row["kind"],
        message_id=None if row["message_id"] is None else MessageId(row["message_id"]),
        to=people.get("to", ()),
        cc=people.get("cc", ()),
        bcc=people.get("bcc", ()),
        subject=row["subject"],
        body=row["body"],
        quote=bool(row["quote"]),
        attachments=tuple(json.loads(row["attachments"])),
        saw_at=row["saw_at"],
        author=row["author"],
        updated_at=row["updated_at"],
        sender=row["sender"],
        began_at=row["began_at"],
        chat=row["chat"],
        origin=None if row["origin"] is None else ConversationId(row["origin"]),
    )
