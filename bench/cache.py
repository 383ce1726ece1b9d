"""Fills a cache with conversations of made-up customers, straight into the tables: for figures of the screen."""

from __future__ import annotations

import random
import sqlite3
import zlib
from collections.abc import Iterator

from omnitui.core.blocks import Block, BlockKind, blocks_to_json
from omnitui.core.times import HOUR, MINUTE

NAMES = ("Anna de Vries", "Miguel Torres", "陳怡君", "Ngọc Trần", "Sofía Herrera", "Jan Smit", "Grace Okafor", "林志明")
SUBJECTS = (
    "Where is my parcel?",
    "¿Pueden cambiar la talla?",
    "訂單 8812 的發票",
    "Đổi địa chỉ giao hàng",
    "De fietsbel is stuk",
    "Invoice for March",
    "Is the shop open on Sunday?",
)
_TEXT = "the parcel should have come on friday but nothing is here yet can you please look into it thank you"
WORDS = tuple(_TEXT.split())


def fill(connection: sqlite3.Connection, conversations: int, now: int, *, each: int = 2, seed: int = 7) -> None:
    """Put `conversations` with `each` messages into an empty cache; every fifth waits."""
    random.seed(seed)
    connection.execute(
        "INSERT INTO account(id, name, channel, address) VALUES (1, 'support', 'email', 'support@shop.example')"
    )
    people = max(min(conversations // 3, 50_000), 1)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO contact(id, name, organisation, last_at) VALUES (?, ?, ?, ?)",
        ((n, f"{NAMES[n % len(NAMES)]} {n}", "De Vries Fietsen", now) for n in range(1, people + 1)),
    )
    connection.executemany(
        "INSERT INTO identity(id, contact_id, channel, address) VALUES (?, ?, 'email', ?)",
        ((n, n, f"customer{n}@example.org") for n in range(1, people + 1)),
    )
    connection.execute("INSERT INTO contact(id, last_at) VALUES (?, ?)", (people + 1, now))
    connection.execute(
        "INSERT INTO identity(contact_id, channel, address, ours) VALUES (?, 'email', 'support@shop.example', 1)",
        (people + 1,),
    )
    connection.executemany(
        "INSERT INTO conversation(id, key, account_id, channel, subject, contact_id, contact_name, preview, state,"
        " message_count, unread_count, first_at, last_at, last_customer_at, waiting_since, priority, tags)"
        " VALUES (?, ?, 1, 'email', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _conversations(conversations, people, now, each),
    )
    connection.execute("INSERT INTO conversation_tag SELECT id, 'parcel' FROM conversation WHERE tags <> ''")
    for n in range(1, conversations + 1) if each else ():
        add_messages(connection, n, n % people + 1, _last(now, n), each, waits=n % 5 == 0, unread=n % 4 == 0)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")


def _conversations(count: int, people: int, now: int, each: int) -> Iterator[tuple[object, ...]]:
    for n in range(1, count + 1):
        last = _last(now, n)
        person = n % people + 1
        waits = n % 5 == 0
        yield (
            n, f"support c{n}", f"{SUBJECTS[n % len(SUBJECTS)]} {n}", person, f"{NAMES[person % len(NAMES)]} {person}",
            " ".join(random.choices(WORDS, k=8)), "open" if n % 3 else "closed", each, n % 4 == 0, last - HOUR, last,
            last, last if waits else None, 2 if n % 97 == 0 else 0, " parcel " if n % 6 == 0 else "",
        )  # fmt: skip


def _last(now: int, number: int) -> int:
    """When the newest message of a conversation came."""
    return now - number * MINUTE // 2 - number * 7919 % MINUTE


def add_messages(
    connection: sqlite3.Connection,
    conversation: int,
    person: int,
    last: int,
    count: int,
    *,
    waits: bool = True,
    unread: bool = True,
) -> None:
    """Put messages into a conversation, from customer and support in turn; in a transaction."""
    bodies = []
    for part in range(count):
        id = conversation * 100_000 + part
        later = count - 1 - part
        ours = later % 2 == int(waits)
        at = last - later * 10 * MINUTE
        connection.execute(
            "INSERT INTO message(id, account_id, conversation_id, mid, class, from_name, from_address, people,"
            " subject, preview, at, fetched_at, seen) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                id, conversation, f"m{id}@example.org", "human" if ours else "customer",
                "Support" if ours else f"{NAMES[person % len(NAMES)]} {person}",
                "support@shop.example" if ours else f"customer{person}@example.org",
                '{"to":[["","support@shop.example"]]}', SUBJECTS[conversation % len(SUBJECTS)], "", at, at,
                ours or later > 1 or not unread,
            ),
        )  # fmt: skip
        text = "\n\n".join(" ".join(random.choices(WORDS, k=random.randrange(5, 60))) for _ in range(2))
        blocks = [Block(BlockKind.PARAGRAPH, paragraph) for paragraph in text.split("\n\n")]
        blocks.append(Block(BlockKind.QUOTE, "what was said before\nand before that", 1, folded=True))
        bodies.append((id, text, zlib.compress(blocks_to_json(blocks).encode())))
    connection.executemany("INSERT INTO body(message_id, text, blocks) VALUES (?, ?, ?)", bodies)
