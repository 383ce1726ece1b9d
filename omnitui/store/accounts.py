"""Accounts: one row for each configured login, and how it is doing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from omnitui.core.models import AccountId, AccountStatus
from omnitui.core.times import Instant
from omnitui.store import feed, identities
from omnitui.store.select import Select

LOCAL = "local"
"""State of an account whose mail was read from files: there is no server to be told of anything."""

GONE = "gone"
"""State of an account that is not in the config any more, and for which nothing waits."""
_WAITED_FOR = "It is not in the config any more, and {waits} for it: put it back under this name, or take them back"


def upsert(connection: sqlite3.Connection, name: str, channel: str, address: str) -> AccountId:
    """The account of this name, made where it is new. Its own address is noted as one of ours."""
    row = connection.execute(
        "INSERT INTO account(name, channel, address) VALUES (?, ?, ?)"
        " ON CONFLICT(name) DO UPDATE SET channel = excluded.channel, address = excluded.address RETURNING id",
        (name, channel, address),
    ).fetchone()
    if address:
        mark_ours(connection, channel, [address])
    return AccountId(row[0])


def number(connection: sqlite3.Connection, name: str) -> AccountId | None:
    """The id of the account of this name."""
    row = connection.execute("SELECT id FROM account WHERE name = ?", (name,)).fetchone()
    return None if row is None else AccountId(row[0])


def mark_ours(connection: sqlite3.Connection, channel: str, addresses: list[str]) -> None:
    """Note addresses as our own (account address, aliases): what comes from them was written on our side."""
    for address in addresses:
        key = (channel, identities.key(address, channel))
        if connection.execute("SELECT 1 FROM identity WHERE channel = ? AND address = ?", key).fetchone() is None:
            contact = connection.execute("INSERT INTO contact DEFAULT VALUES RETURNING id").fetchone()[0]
            connection.execute("INSERT INTO identity(contact_id, channel, address) VALUES (?, ?, ?)", (contact, *key))
        connection.execute("UPDATE identity SET ours = 1 WHERE channel = ? AND address = ? AND ours = 0", key)


def set_state(connection: sqlite3.Connection, account_id: AccountId, state: str, detail: str, now: Instant) -> None:
    """Note how an account is doing: new, connecting, online, offline, refused, local, gone; `detail` in words."""
    changed = connection.execute(
        "UPDATE account SET state = ?, detail = ?, state_at = ? WHERE id = ? AND (state <> ? OR detail <> ?)",
        (state, detail, now, account_id, state, detail),
    ).rowcount
    if changed:
        feed.note(connection, [feed.NOT_A_CONVERSATION])


def leave_out(connection: sqlite3.Connection, configured: Collection[str], now: Instant) -> None:
    """Note of every account that is not among those of the config that nothing of it comes or goes any more."""
    rows = connection.execute(
        "SELECT a.id, (SELECT count(*) FROM outbox o WHERE o.account_id = a.id AND o.kind = 'send'"
        "  AND o.state IN ('held', 'queued', 'sending', 'unknown')) AS waiting FROM account a"
        " WHERE a.state <> ? AND a.name NOT IN (SELECT value FROM json_each(?))",
        (LOCAL, json.dumps(list(configured))),
    ).fetchall()
    for row in rows:
        waits = "1 message waits" if row["waiting"] == 1 else f"{row['waiting']} messages wait"
        state, words = ("refused", _WAITED_FOR.format(waits=waits)) if row["waiting"] else (GONE, "Not in the config")
        set_state(connection, AccountId(row["id"]), state, words, now)


def statuses() -> Select[AccountStatus]:
    """Every account with its progress: mails known here against mails on the server, over all its folders."""
    return Select(
        "SELECT a.*, coalesce(sum(min(f.known, f.total)), 0) AS done, coalesce(sum(f.total), 0) AS total"
        " FROM account a LEFT JOIN folder f ON f.account_id = a.id GROUP BY a.id ORDER BY a.id",
        (),
        _status,
    )


def _status(row: sqlite3.Row) -> AccountStatus:
    return AccountStatus(
        AccountId(row["id"]), row["name"], row["channel"], row["address"], row["state"], row["detail"],
        Instant(row["state_at"]), row["done"], row["total"], row["mark"],
        row["capabilities"],
    )  # fmt: skip
