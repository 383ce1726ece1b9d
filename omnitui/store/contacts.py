"""People: the card of one, with what else they wrote about, and the page of all."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import NamedTuple

import aiosqlite

from omnitui.core.models import ContactCard, ContactId, ContactRow, ConversationRow, IdentityRow
from omnitui.core.text.fold import match_words
from omnitui.store import conversations
from omnitui.store.select import Gauged, Select

SAMPLE = 1000
"""People looked at, the last heard of first, to see how common a word is."""


class CardSelects(NamedTuple):
    """What a card is made of: ask each, then `assemble`."""

    head: Select[ContactCard]
    identities: Select[IdentityRow]
    conversations: Select[ConversationRow]
    tags: Select[tuple[str, int]]


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
            f"SELECT p.id, {_SAID}, {_FACTS} FROM contact p WHERE p.id = ?",
            (contact_id,),
            _head,
        ),
        identities(contact_id),
        conversations.of_contact(contact_id, limit=limit),
        Select(
            "SELECT t.tag, count(*) AS n FROM conversation c JOIN conversation_tag t ON t.conversation_id = c.id"
            " WHERE c.contact_id = ? AND c.merged_into IS NULL GROUP BY t.tag ORDER BY n DESC, t.tag LIMIT 12",
            (contact_id,),
            lambda row: (str(row[0]), int(row[1])),
        ),
    )


def identities(contact_id: int) -> Select[IdentityRow]:
    """Every address of a person."""
    return Select(
        "SELECT channel, address, name, blocked FROM identity"
        " WHERE contact_id = ?1 OR contact_id IN (SELECT id FROM contact WHERE merged_into = ?1)"
        " ORDER BY channel, address",
        (contact_id,),
        _identity,
    )


def page(words: str = "", limit: int = 200) -> Select[ContactRow]:
    """People, whom we heard of last first; with `words` those in whose name, firm, addresses or notes each begins a
    word. Our own addresses are not among them.

    Common words are met soon along the order; for rare ones everybody is read as they lie in the file, which is
    five times as fast.
    """
    wanted = [f" {word}" if _is_word(word) else word for word in match_words(words).split()]
    said = "".join(f" AND instr(coalesce(p.sought, {_SOUGHT}), ?) > 0" for _ in wanted)
    sql = (
        f"SELECT p.id, {_SAID}, {_FACTS}, (SELECT group_concat(address, ' ') FROM (SELECT"
        " i.address FROM identity i WHERE i.contact_id = p.id ORDER BY i.channel, i.address LIMIT 5)) AS addresses"
        " FROM contact p NOT INDEXED WHERE p.id IN (SELECT p.id FROM contact p {how} WHERE p.merged_into IS NULL"
        f"{said} AND EXISTS (SELECT 1 FROM identity i WHERE i.contact_id = p.id AND i.ours = 0)"
        " ORDER BY p.last_at DESC, p.id DESC LIMIT ?) ORDER BY p.last_at DESC, p.id DESC"
    )
    along = Select(sql.replace("{how}", ""), [*wanted, limit], _contact)
    if not wanted:
        return along
    sample = Select(
        "SELECT count(*) FROM (SELECT * FROM contact WHERE merged_into IS NULL ORDER BY last_at DESC, id DESC"
        f" LIMIT {SAMPLE}) p WHERE 1{said}",
        wanted,
        _number,
    )
    return Gauged(sql.replace("{how}", "NOT INDEXED"), [*wanted, limit], _contact, sample, SAMPLE // 50, along)


def make_sought(connection: sqlite3.Connection, most: int) -> bool:
    """Make what `page` looks in for at most so many people who lack it; True while there may be more."""
    made = connection.execute(
        f"UPDATE contact AS p SET sought = {_SOUGHT} WHERE p.id IN"
        " (SELECT id FROM contact WHERE sought IS NULL LIMIT ?)",
        (most,),
    )
    return made.rowcount == most


def _is_word(word: str) -> bool:
    """It stands between spaces; a run of a script without them does not."""
    return match_words(word).startswith(" ")


def by_id(contact_id: int) -> Select[ContactRow]:
    """One person."""
    return Select(
        f"SELECT p.id, {_SAID}, {_FACTS}, (SELECT group_concat(i.address, ' ') FROM identity i"
        " WHERE i.contact_id = p.id) AS addresses FROM contact p WHERE p.id = ?",
        (contact_id,),
        _contact,
    )


def assemble(
    heads: list[ContactCard],
    addresses: list[IdentityRow],
    rows: list[ConversationRow],
    tags: list[tuple[str, int]],
) -> ContactCard | None:
    """The card from the answers to `card_selects`; None where the conversation has no contact."""
    if not heads:
        return None
    return replace(heads[0], identities=tuple(addresses), conversations=tuple(rows), tags=tuple(tags))


def card(connection: sqlite3.Connection, conversation_id: int, limit: int = 50) -> ContactCard | None:
    """The card of a conversation's contact."""
    contact = contact_of(conversation_id).first(connection)
    return None if contact is None else person(connection, contact, limit)


def person(connection: sqlite3.Connection, contact_id: int, limit: int = 50) -> ContactCard | None:
    """The card of a person."""
    asked = card_selects(contact_id, limit)
    return assemble(
        asked.head.all(connection), asked.identities.all(connection), asked.conversations.all(connection),
        asked.tags.all(connection),
    )  # fmt: skip


async def fetch_card(reader: aiosqlite.Connection, conversation_id: int, limit: int = 50) -> ContactCard | None:
    """The same for the event loop."""
    contacts = await contact_of(conversation_id).fetch(reader)
    return await fetch_person(reader, contacts[0], limit) if contacts else None


async def fetch_person(reader: aiosqlite.Connection, contact_id: int, limit: int = 50) -> ContactCard | None:
    """The card of a person."""
    asked = card_selects(contact_id, limit)
    return assemble(
        await asked.head.fetch(reader), await asked.identities.fetch(reader), await asked.conversations.fetch(reader),
        await asked.tags.fetch(reader),
    )  # fmt: skip


_SOUGHT = (
    "words(p.name || ' ' || p.organisation || ' ' || p.notes || ' ' || coalesce((SELECT"
    " group_concat(i.address || ' ' || i.name, ' ') FROM identity i WHERE i.contact_id = p.id), ''))"
)
_SAID = "p.name, p.organisation, p.notes"
_OF = "FROM conversation c WHERE c.contact_id = p.id AND c.merged_into IS NULL"
_FACTS = (
    f"coalesce((SELECT min(c.first_at) {_OF} AND c.first_at > 0), p.first_at) AS first_at,"
    f" max(coalesce(p.last_at, 0), coalesce((SELECT max(c.last_at) {_OF}), 0)) AS last_at,"
    f" (SELECT count(*) {_OF}) AS conversations, (SELECT min(c.waiting_since) {_OF} AND c.state = 'open') AS waits"
)
"""What follows from their conversations, so that it holds after people were merged too."""


def _head(row: sqlite3.Row) -> ContactCard:
    return ContactCard(
        ContactId(row["id"]), row["name"], row["organisation"], row["notes"], row["first_at"], row["last_at"] or None,
        (), (), row["conversations"], row["waits"],
    )  # fmt: skip


def _contact(row: sqlite3.Row) -> ContactRow:
    return ContactRow(
        ContactId(row["id"]), row["name"], row["organisation"], row["notes"], row["last_at"] or None,
        tuple((row["addresses"] or "").split()), row["conversations"], row["waits"],
    )  # fmt: skip


def _number(row: sqlite3.Row) -> int:
    return int(row[0])


def _identity(row: sqlite3.Row) -> IdentityRow:
    return IdentityRow(row["channel"], row["address"], row["name"], bool(row["blocked"]))
