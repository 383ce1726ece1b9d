"""Accounts of messaging channels: what they can do, in general and in one conversation, and their templates."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from omnitui.core.channels import Capabilities, from_json, to_json
from omnitui.core.models import AccountId, TemplateRow
from omnitui.core.times import Instant
from omnitui.store import feed
from omnitui.store.select import Select


@dataclass(frozen=True, slots=True)
class Possible:
    """What can be done in a conversation of a channel, and what `core.channels.window_of` needs to know."""

    account: str
    channel: str
    capabilities: Capabilities
    last_customer_at: Instant | None
    barred: str
    url: str


def upsert(
    connection: sqlite3.Connection, name: str, channel: str, address: str, *, mark: str, capabilities: Capabilities
) -> AccountId:
    """The account of this name, made where it is new, with what its channel can do today."""
    row = connection.execute(
        "INSERT INTO account(name, channel, address, mark, capabilities) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT(name) DO UPDATE SET channel = ?2, address = ?3, mark = ?4, capabilities = ?5 RETURNING id",
        (name, channel, address, mark[:2], to_json(capabilities)),
    ).fetchone()
    feed.note(connection, [feed.NOT_A_CONVERSATION])
    return AccountId(row[0])


def possible(conversation_id: int) -> Select[Possible]:
    """What can be done in a conversation; no row for one of a mailbox."""
    return Select(
        "SELECT a.name, a.channel, coalesce(nullif(c.capabilities, ''), a.capabilities), c.last_customer_at, c.barred,"
        " c.url FROM conversation o JOIN conversation c ON c.id = coalesce(o.merged_into, o.id)"
        " JOIN account a ON a.id = c.account_id WHERE o.id = ? AND a.channel <> 'email'",
        (conversation_id,),
        lambda row: Possible(row[0], row[1], from_json(row[2]), row[3], row[4], row[5]),
    )


def capabilities(account: str) -> Select[Capabilities]:
    """What an account's channel can do; no row for a mailbox."""
    return Select(
        "SELECT capabilities FROM account WHERE name = ? AND channel <> 'email'",
        (account,),
        lambda row: from_json(row[0]),
    )


def unsettled(account: str) -> Select[tuple[int, int]]:
    """Gaps of an account that are open, and events that wait for their message."""
    return Select(
        "SELECT (SELECT count(*) FROM gap WHERE account_id = a.id AND filled = 0),"
        " (SELECT count(*) FROM early_event WHERE account_id = a.id) FROM account a WHERE a.name = ?",
        (account,),
        lambda row: (int(row[0]), int(row[1])),
    )


def marks() -> Select[tuple[str, str]]:
    """`(account, mark)` of every account that is no mailbox."""
    return Select("SELECT name, mark FROM account WHERE channel <> 'email' AND mark <> ''", (), lambda row: (*row,))


def set_templates(connection: sqlite3.Connection, account_id: int, templates: Iterable[TemplateRow]) -> None:
    """These are the account's approved templates now."""
    connection.execute("DELETE FROM template WHERE account_id = ?", (account_id,))
    connection.executemany(
        "INSERT OR REPLACE INTO template VALUES (?, ?, ?, ?, ?)",
        [(account_id, one.id, one.name, one.language, one.body) for one in templates],
    )


def templates(account: str) -> Select[TemplateRow]:
    """The approved templates of an account, by name."""
    return Select(
        "SELECT t.id, t.name, t.language, t.body FROM template t JOIN account a ON a.id = t.account_id"
        " WHERE a.name = ? ORDER BY t.name, t.language",
        (account,),
        lambda row: TemplateRow(*row),
    )
