"""Addresses and the people behind them: who is known already, who is new."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from omnitui.core.freemail import organisation
from omnitui.core.mail import Address
from omnitui.store import feed

EMAIL = "email"


@dataclass(slots=True)
class Identity:
    """One address as the store has it."""

    id: int
    contact_id: int
    address: str
    name: str
    ours: bool


def key(address: str, channel: str = EMAIL) -> str:
    """An address as the store keeps and compares it: that of a mailbox without case, any other as its channel gave it,
    which must know it again when we write first."""
    return address.strip().lower() if channel == EMAIL else address


def known(connection: sqlite3.Connection, channel: str, addresses: Iterable[str]) -> dict[str, Identity]:
    """Those of the addresses (each already a `key`) that are in the store."""
    rows = connection.execute(
        "SELECT i.id, i.contact_id, i.address, i.name, i.ours FROM json_each(?) AS wanted"
        " CROSS JOIN identity i ON i.channel = ? AND i.address = wanted.value",
        (json.dumps(list(addresses)), channel),
    )
    return {row[2]: Identity(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows}


def ours(connection: sqlite3.Connection, channel: str) -> frozenset[str]:
    """Our own addresses on a channel."""
    rows = connection.execute("SELECT address FROM identity WHERE channel = ? AND ours = 1", (channel,))
    return frozenset(row[0] for row in rows)


def ensure(connection: sqlite3.Connection, channel: str, people: Iterable[Address]) -> dict[str, Identity]:
    """Every address with its identity; a new one gets a contact of its own. Keyed by `key`, empty ones left out.

    The first name seen for an address is kept, on a contact without a name too.
    """
    names: dict[str, str] = {}
    for person in people:
        address = key(person.email, channel)
        if address and not names.get(address):
            names[address] = person.name
    found = known(connection, channel, names)
    for address, name in names.items():
        identity = found.get(address)
        if identity is None:
            found[address] = _create(connection, channel, address, name)
        elif name and not identity.name:
            identity.name = name
            connection.execute("UPDATE identity SET name = ? WHERE id = ?", (name, identity.id))
            _name(connection, identity.contact_id, name)
    return found


def same_person(connection: sqlite3.Connection, channel: str, address: str, other: str, name: str) -> None:
    """Two addresses of one person, as their channel says: one that is new gets the contact of the other. Where both are
    known already, each stays with its own: joining contacts is for the agent."""
    found = known(connection, channel, (address, other))
    if len(found) != 1 or address == other:
        if found or address == other:
            return
        found = {address: _create(connection, channel, address, name)}
    ((had, identity),) = found.items()
    connection.execute(
        "INSERT INTO identity(contact_id, channel, address, name) VALUES (?, ?, ?, ?)",
        (identity.contact_id, channel, other if had == address else address, name),
    )


def took_part(connection: sqlite3.Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Note `(conversation id, identity id)`: these people are in these conversations."""
    connection.executemany("INSERT OR IGNORE INTO conversation_identity VALUES (?, ?)", pairs)


def heard_from(connection: sqlite3.Connection, times: Iterable[tuple[int, int, int]]) -> None:
    """Note `(contact id, earliest, latest)` of messages from or to a contact."""
    connection.executemany(
        "UPDATE contact SET first_at = min(coalesce(first_at, ?2), ?2), last_at = max(coalesce(last_at, ?3), ?3)"
        " WHERE id = ?1 AND (first_at IS NULL OR first_at > ?2 OR last_at < ?3)",
        times,
    )


def _name(connection: sqlite3.Connection, contact_id: int, name: str) -> None:
    """Give a contact without a name one, in the list too."""
    sql = "UPDATE contact SET name = ? WHERE id = ? AND name = ''"
    if connection.execute(sql, (name, contact_id)).rowcount:
        renamed = "UPDATE conversation SET contact_name = ? WHERE contact_id = ? RETURNING id"
        feed.note(connection, [row[0] for row in connection.execute(renamed, (name, contact_id)).fetchall()])


def _create(connection: sqlite3.Connection, channel: str, address: str, name: str) -> Identity:
    firm = organisation(address) if channel == EMAIL else ""
    contact = connection.execute(
        "INSERT INTO contact(name, organisation) VALUES (?, ?) RETURNING id", (name, firm)
    ).fetchone()[0]
    row = connection.execute(
        "INSERT INTO identity(contact_id, channel, address, name) VALUES (?, ?, ?, ?) RETURNING id",
        (contact, channel, address, name),
    ).fetchone()
    return Identity(row[0], contact, address, name, ours=False)
