"""The contact card: who a conversation is with, and what else they wrote about."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import aiosqlite

from omnitui.core.models import ContactCard, ContactId, ConversationRow, IdentityRow
from omnitui.store import conversations
from omnitui.store.select import Select


class CardSelects(NamedTuple):
    """What a card is made of: ask each, then `assemble`."""

    head: Select[ContactCard]
    identities: Select[IdentityRow]
    conversations: Select[ConversationRow]


def contact_of(conversation_id: int) -> Select[int]:
    """The contact of a conversation, following a merge; no row where it has none."""
    return Select(
        "SELECT coalesce(p.merged_into, p.id) FROM conversation c JOIN contact p ON p.id = c.contact_id WHERE c.id = ?",
        (conversation_id,),
        lambda row: int(row[0]),
    )


def card_selects(contact_id: int, limit: int = 50) -> CardSelects:
    """The questions for the card of a contact, with at most `limit` of their conversations."""
    return CardSelects(
        Select(
            "SELECT p.*, (SELECT count(*) FROM conversation c WHERE c.merged_into IS NULL AND c.contact_id = p.id)"
            " AS conversations FROM contact p WHERE p.id = ?",
            (contact_id,),
            _head,
        ),
        Select(
            "SELECT channel, address, name, blocked FROM identity"
            " WHERE contact_id = ?1 OR contact_id IN (SELECT id FROM contact WHERE merged_into = ?1)"
            " ORDER BY channel, address",
            (contact_id,),
            _identity,
        ),
        conversations.of_contact(contact_id, limit=limit),
    )


def assemble(
    heads: list[ContactCard], identities: list[IdentityRow], rows: list[ConversationRow]
) -> ContactCard | None:
    """The card from the answers to `card_selects`; None where the conversation has no contact."""
    if not heads:
        return None
    (head,) = heads
    return ContactCard(
        head.id, head.name, head.organisation, head.notes, head.first_at, head.last_at, tuple(identities), tuple(rows),
        head.conversation_count,
    )  # fmt: skip


def card(connection: sqlite3.Connection, conversation_id: int, limit: int = 50) -> ContactCard | None:
    """The card of a conversation's contact."""
    contact = contact_of(conversation_id).first(connection)
    if contact is None:
        return None
    head, identities, rows = card_selects(contact, limit)
    return assemble(head.all(connection), identities.all(connection), rows.all(connection))


async def fetch_card(reader: aiosqlite.Connection, conversation_id: int, limit: int = 50) -> ContactCard | None:
    """The same for the event loop."""
    contacts = await contact_of(conversation_id).fetch(reader)
    if not contacts:
        return None
    head, identities, rows = card_selects(contacts[0], limit)
    return assemble(await head.fetch(reader), await identities.fetch(reader), await rows.fetch(reader))


def _head(row: sqlite3.Row) -> ContactCard:
    return ContactCard(
        ContactId(row["id"]), row["name"], row["organisation"], row["notes"], row["first_at"], row["last_at"], (), (),
        row["conversations"],
    )  # fmt: skip


def _identity(row: sqlite3.Row) -> IdentityRow:
    return IdentityRow(row["channel"], row["address"], row["name"], bool(row["blocked"]))
