"""A real cache whose every text is hostile, written past the sanitiser: what would be there had it failed."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence

from bench.cache import fill
from campaigns._hostile_chats import make_chats_hostile
from campaigns._hostile_log import make_log_hostile
from omnitui.core.blocks import Block, BlockKind, Mark, Span, blocks_to_json
from omnitui.core.times import Instant
from omnitui.triage import labels, notes
from omnitui.triage.agent import Agent

EACH = 50
"""Messages in a long thread."""
TEXTS = {
    "conversation": ("subject", "contact_name", "preview"),
    "contact": ("name", "organisation", "notes"),
    "identity": ("name",),
    "message": ("from_name", "from_address", "subject", "preview", "author", "join_detail", "delivery_detail"),
}
"""Columns of outside text by table; others need a form of their own below."""


def fill_hostile(cache: sqlite3.Connection, strings: Sequence[str], now: Instant) -> None:
    """A conversation and a message for each string; every field takes another one in each row."""
    count = len(strings)
    fill(cache, count, now, each=1)
    agent = Agent("ana")
    for id in range(1, min(count, 12)):
        labels.tag(cache, agent, [id], [f"t{strings[id]}"], [], now)
        labels.assign(cache, agent, [id], strings[id + 1], now)
        notes.note(cache, agent, [id], f"n{strings[id + 2]}", now)
    cache.execute("BEGIN")
    threads = max(count // EACH, 1)
    cache.execute("UPDATE message SET conversation_id = 1 + (rowid / 100000) % ? WHERE class <> 'note'", (threads,))
    # What failed to be sent stands on top of the list: so do the conversations that hold the messages.
    cache.execute("UPDATE conversation SET failed_count = id <= ?", (threads,))
    for table, columns in TEXTS.items():
        for shift, column in enumerate(columns):
            _spread(cache, table, column, [*strings[shift:], *strings[:shift]])
    _spread(cache, "conversation", "tags", [f" {''.join(s.split())} " for s in strings])
    _spread(cache, "conversation", "assignee", ["", *strings])
    _spread(cache, "identity", "address", [f"{n}{s}" for n, s in enumerate(strings)])
    _spread(cache, "message", "people", [_people(s) for s in strings])
    _spread(cache, "message", "notices", [json.dumps([s]) for s in strings])
    _spread(cache, "step", "label", strings)
    _spread(cache, "body", "text", strings)
    _spread(cache, "body", "blocks", [_blocks(s, n) for n, s in enumerate(strings)])
    cache.execute("UPDATE message SET error = subject, delivery = 'failed' WHERE class = 'human' AND id % 3 = 0")
    _more_rows(cache, strings, now)
    _known_account(cache, strings)
    make_chats_hostile(cache, strings, now)
    make_log_hostile(cache, strings)
    cache.executemany(
        "INSERT OR IGNORE INTO saved_reply(name, subject, body, author, updated_at) VALUES (?1, ?2, ?3, ?2, ?4)",
        [(text, strings[n - 1], f"{text}\n{{{{contact.name}}}} {{{{{text}}}}}", now) for n, text in enumerate(strings)],
    )
    cache.execute("COMMIT")


def _spread(cache: sqlite3.Connection, table: str, column: str, values: Sequence[object]) -> None:
    """Give every row of a table another value."""
    ids = [row[0] for row in cache.execute(f"SELECT rowid FROM {table}")]  # noqa: S608 - our own names
    rows = [(values[n % len(values)], id) for n, id in enumerate(ids)]
    cache.executemany(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", rows)  # noqa: S608


def _known_account(cache: sqlite3.Connection, strings: Sequence[str]) -> None:
    """The one that stands in the config: only for such a one signing in again is offered. Every other conversation is
    its, the topmost too, so that they can be answered."""
    values = ("support", strings[1], "refused", strings[2])
    cache.execute(
        "INSERT INTO account(id, name, channel, address, state, detail) VALUES (2, ?, 'email', ?, ?, ?)", values
    )
    cache.execute("UPDATE conversation SET account_id = 2 WHERE id % 2 = 1")


def _people(text: str) -> str:
    return json.dumps({use: [[text, text]] for use in ("to", "cc", "bcc")})


def _blocks(text: str, number: int) -> bytes:
    kinds = list(BlockKind)
    spans = (Span(0, 1, Mark.LINK, f"https://x.example/{text}", text),)
    both = [Block(kinds[(number + n) % len(kinds)], text, 1, text[:8], spans) for n in range(2)]
    return zlib.compress(blocks_to_json(both).encode("utf-8", "replace"))


def _more_rows(cache: sqlite3.Connection, strings: Sequence[str], now: Instant) -> None:
    """Files, originals, outbox, drafts, accounts, folders, views."""
    ids = [row[0] for row in cache.execute("SELECT id FROM message WHERE class <> 'note'")]
    pairs = [(strings[n % len(strings)], id) for n, id in enumerate(ids)]
    cache.executemany("INSERT INTO attachment(message_id, part, name, type, size) VALUES (?2, '2', ?1, ?1, 100)", pairs)
    cache.executemany(
        "INSERT INTO original(message_id, data) VALUES (?2, ?1)",
        [(zlib.compress(f"Subject: {text}\r\n\r\n{text}".encode("utf-8", "replace")), id) for text, id in pairs],
    )
    cache.execute("UPDATE account SET state = 'refused', name = ?, detail = ?, address = ?", tuple(strings[:3]))
    cache.execute("INSERT INTO folder(account_id, name, role, total) VALUES (1, ?, 'inbox', 9)", (strings[3],))
    cache.executemany("INSERT INTO view(name, query) VALUES (?, 'is:open')", [(text,) for text in strings[4:8]])
    cache.executemany(
        "INSERT INTO outbox(id, kind, account_id, conversation_id, message_id, state, detail, created_at)"
        " SELECT ?2, 'send', 1, conversation_id, id, 'failed', ?1, ?3 FROM message WHERE id = ?2",
        [(text, id, now) for text, id in pairs[:500]],
    )
    cache.executemany(
        "INSERT INTO draft(conversation_id, account_id, kind, subject, body, recipients, updated_at)"
        " SELECT conversation_id, 1, 'reply', ?1, ?1, ?4, ?3 FROM message WHERE id = ?2",
        [(text, id, now, _people(text)) for text, id in pairs[:500]],
    )
