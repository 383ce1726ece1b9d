"""A cache with any number of made-up conversations, filled with plain inserts: for measuring reads, not ingest."""

from __future__ import annotations

import random
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from omnitui.core.blocks import Block, BlockKind, blocks_to_json
from omnitui.core.text.fold import index_text
from omnitui.store.connection import Role, open_cache, transaction

START = 1_700_000_000_000
MINUTE = 60_000
AGENTS = ("", "", "ana", "ben", "mai")
TAGS = ("refund", "parcel", "size", "invoice", "vip")
WORDS = """parcel refund invoice delivery bicycle order address label carrier shop size colour return payment letter
pakket levering factuur envío dirección pedido đơn hàng giao địa chỉ 訂單 發票 退款 運送""".split()  # noqa: SIM905
PEOPLE = 5_000


def fill(path: Path, conversations: int, *, messages: int = 0, seed: int = 1) -> sqlite3.Connection:
    """Make the cache; every conversation gets `messages` messages with body and full text."""
    chance = random.Random(seed)
    connection = open_cache(path, Role.PULL)
    with transaction(connection):
        connection.execute(
            "INSERT INTO account (id, name, channel, address) VALUES (1, 'support', 'email', 'support@shop.example')"
        )
        connection.executemany(
            "INSERT INTO contact (id, name) VALUES (?, ?)", [(n, f"Person {n}") for n in range(1, PEOPLE + 1)]
        )
        connection.executemany(
            "INSERT INTO identity (id, contact_id, channel, address, name) VALUES (?, ?, 'email', ?, ?)",
            [(n, n, f"person{n}@example.org", f"Person {n}") for n in range(1, PEOPLE + 1)],
        )
        _conversations(connection, conversations, messages, chance)
    if messages:
        for first in range(1, conversations + 1, 20_000):
            with transaction(connection):
                _messages(connection, range(first, min(first + 20_000, conversations + 1)), messages, chance)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


def _conversations(connection: sqlite3.Connection, n: int, messages: int, chance: random.Random) -> None:
    connection.executemany(
        "INSERT INTO conversation (id, key, account_id, channel, subject, contact_id, contact_name, preview,"
        " state, snoozed_until, assignee, priority, tags, message_count, unread_count, draft_count, failed_count,"
        " first_at, last_at, last_customer_at, waiting_since)"
        " VALUES (?, ?, 1, 'email', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_row(number, messages, chance) for number in range(1, n + 1)),
    )
    connection.execute(
        "INSERT INTO conversation_tag SELECT id, trim(tags) FROM conversation WHERE tags <> ''",
    )


def _row(number: int, messages: int, chance: random.Random) -> tuple[Any, ...]:
    person = number % PEOPLE + 1
    at = START + number * MINUTE
    state = chance.choices(("open", "pending", "snoozed", "closed", "spam"), (10, 2, 2, 85, 1))[0]
    waiting = at if chance.random() < 0.4 else None
    tag = f" {chance.choice(TAGS)} " if chance.random() < 0.1 else ""
    subject = " ".join(chance.choices(WORDS, k=4))
    return (
        number, f"support m{number}.0@example.org", subject, person, f"Person {person}",
        f"{subject} and more words to show",
        state, at + 10**9 if state == "snoozed" else None, chance.choice(AGENTS), 0, tag, messages,
        int(chance.random() < 0.2), int(number % 997 == 0 and number < 200_000),
        int(number % 499 == 0 and number < 20_000), at, at, at, waiting,
    )  # fmt: skip


def _messages(connection: sqlite3.Connection, conversations: range, each: int, chance: random.Random) -> None:
    blocks: dict[str, bytes] = {}
    rows = list(_bodies(conversations, each, chance))
    for text in {row[2] for row in rows}:
        blocks[text] = zlib.compress(blocks_to_json([Block(BlockKind.PARAGRAPH, text)]).encode(), 1)
    connection.executemany(
        "INSERT INTO message (id, account_id, conversation_id, mid, class, from_name, from_address, subject,"
        " preview, at, fetched_at) VALUES (?, 1, ?, ?, 'customer', ?, ?, ?, ?, ?, ?)",
        (
            (
                id_,
                of,
                f"m{of}.{id_}@example.org",
                f"Person {of % PEOPLE + 1}",
                f"person{of % PEOPLE + 1}@example.org",
                text[:30],
                text[:80],
                at,
                at,
            )
            for id_, of, text, at in rows
        ),
    )
    connection.executemany(
        "INSERT INTO body (message_id, text, blocks) VALUES (?, ?, ?)",
        ((id_, text, blocks[text]) for id_, _, text, _ in rows),
    )
    connection.executemany(
        "INSERT INTO fulltext (rowid, subject, people, body, files) VALUES (?, ?, ?, ?, '')",
        (
            (
                id_,
                index_text(text[:30]),
                f"Person {of % PEOPLE + 1} person{of % PEOPLE + 1}@example.org",
                index_text(text),
            )
            for id_, of, text, _ in rows
        ),
    )


def _bodies(conversations: range, each: int, chance: random.Random) -> Iterator[tuple[int, int, str, int]]:
    for of in conversations:
        for n in range(each):
            at = START + of * MINUTE - n * 1000
            rare = [f"rare{of // 1000}"] if chance.random() < 0.001 else []
            text = " ".join([*chance.choices(WORDS, k=40), *rare])
            yield ((at // 1000) << 20) + of % 1_000_000, of, text, at
