"""Hostile chats: what channels tell of messages, people, rooms and templates, written past the sanitiser."""

# ruff: noqa: S608 - our own names

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from omnitui.core.channels import Capabilities, History, to_json
from omnitui.core.times import DAY, Instant

CHANNEL, ACCOUNT = "fake", "shop-chat"
CONFIG = """
[[account]]
name = "shop-chat"
channel = "fake"
[account.fake]
folder = "chat"
"""
"""The account that the chats belong to; nothing is ever asked of it."""
KINDS = ("chat", "call", "voicemail", "sticker", "location", "contact", "poll", "encrypted", "template", "gap")
_CAN = Capabilities(
    history=History.FULL, edit=True, delete=True, react=True, reply_to=True, typing=True, receipts="read",
    attachments=True, templates=True, may_start=True, mark_read=True, most_text=100_000,
)  # fmt: skip
_MINE = "SELECT id FROM conversation WHERE account_id = 3"


def make_chats_hostile(cache: sqlite3.Connection, strings: Sequence[str], now: Instant) -> None:
    """Every third conversation becomes a chat, with all that a channel may say of one."""
    cache.execute(
        "INSERT INTO account(id, name, channel, address, state, detail, mark, capabilities)"
        " VALUES (3, ?, ?, ?, 'refused', ?, ?, ?)",
        (ACCOUNT, CHANNEL, strings[4], strings[5], strings[6][:2], to_json(_CAN)),
    )
    cache.execute(
        "INSERT INTO account(id, name, channel, mark) VALUES (4, ?, ?, ?)", (strings[7], strings[8], strings[9][1:3])
    )
    cache.execute("UPDATE conversation SET account_id = 3, channel = ? WHERE id % 3 = 2", (CHANNEL,))
    cache.execute("UPDATE conversation SET account_id = 4, channel = ? WHERE id % 9 = 3", (strings[8],))
    for shift, column in enumerate(("room", "barred", "url")):
        _spread(cache, f"UPDATE conversation SET {column} = ?1 WHERE id = ?2", _MINE, strings[shift:])
    cache.execute("UPDATE conversation SET barred = '' WHERE id % 2 = 0")
    cache.execute(f"UPDATE conversation SET subject = room WHERE id IN ({_MINE}) AND id % 4 = 0")
    _messages(cache, strings, now)
    _people(cache, strings)
    _around(cache, strings, now)


def _spread(cache: sqlite3.Connection, sql: str, ids: str, strings: Sequence[str]) -> None:
    """Run `sql` with another string (?1) for each row of `ids` (?2)."""
    rows = [row[0] for row in cache.execute(ids)]
    cache.executemany(sql, [(strings[n % len(strings)], id) for n, id in enumerate(rows)])


def _messages(cache: sqlite3.Connection, strings: Sequence[str], now: Instant) -> None:
    said = f"SELECT id FROM message WHERE conversation_id IN ({_MINE}) AND class <> 'note'"
    cache.execute(f"UPDATE message SET account_id = 3, remote_id = 'r' || id, delivery = '' WHERE id IN ({said})")
    _spread(cache, "UPDATE message SET kind = ?1 WHERE id = ?2", said, [*KINDS, strings[0]])
    states = ("sent", "delivered", "read", "failed")
    _spread(cache, "UPDATE message SET delivery = ?1 WHERE id = ?2 AND class = 'human'", said, states)
    _spread(cache, "UPDATE message SET class = 'system' WHERE id = ?2 AND ?1 <> '' AND id % 11 = 0", said, strings)
    cache.execute(f"UPDATE message SET edited_at = ? WHERE id IN ({said}) AND id % 2 = 0", (now - DAY,))
    cache.execute(f"UPDATE message SET deleted_at = ? WHERE id IN ({said}) AND id % 7 = 0", (now - DAY,))
    answered = " SELECT json_array(o.mid) FROM message o WHERE o.conversation_id = message.conversation_id LIMIT 1"
    cache.execute(f"UPDATE message SET in_reply_to = ({answered}) WHERE id IN ({said}) AND id % 3 = 0")
    for number in (1, 2):
        earlier = f"INSERT INTO message_edit VALUES (?2, {now - number * DAY}, ?1)"
        _spread(cache, earlier, said, strings[number:])
    for number in (1, 2, 3):
        put = f"INSERT INTO reaction VALUES (?2, ?1, ?1 || '{number}', ?1, {now}, {number % 2})"
        _spread(cache, put, said, strings[number:])
    gap = (
        "INSERT INTO gap(account_id, conversation_id, message_id, since, until, reason)"
        " SELECT 3, conversation_id, id, at, at, ?1 FROM message WHERE id = ?2 AND kind = 'gap'"
    )
    _spread(cache, gap, said, strings)


def _people(cache: sqlite3.Connection, strings: Sequence[str]) -> None:
    """Ids, phones, handles and addresses; every second pair of people may be the same one."""
    cache.execute("UPDATE identity SET channel = ? WHERE id % 3 = 2", (CHANNEL,))
    cache.execute("UPDATE identity SET channel = ? WHERE id % 9 = 3", (strings[8],))
    for shift, column in enumerate(("phone", "handle", "email")):
        _spread(cache, f"UPDATE identity SET {column} = ?1 WHERE id = ?2", "SELECT id FROM identity", strings[shift:])
    # In fives, and none of them ours, so that most people have somebody who may be the same.
    one = "(SELECT phone FROM identity o WHERE o.id = 1 + identity.id % (SELECT max(1, count(*) / 5) FROM identity))"
    cache.execute(f"UPDATE identity SET ours = 0, phone = coalesce({one}, phone)")


def _around(cache: sqlite3.Connection, strings: Sequence[str], now: Instant) -> None:
    """Ids of the other side, older messages refused or asked for, who writes, templates, drafts made of one."""
    _spread(cache, "INSERT OR IGNORE INTO remote_conversation VALUES (3, ?1 || ?2, ?2)", _MINE, strings)
    refused = (
        "INSERT INTO older(account_id, remote, refusal, at) SELECT 3, remote, ?1, 0 FROM remote_conversation"
        " WHERE conversation_id = ?2 AND account_id = 3 AND ?2 % 2"
    )
    _spread(cache, refused, _MINE, strings)
    asked = (
        "INSERT INTO outbox(id, kind, account_id, conversation_id, payload, state, detail, created_at)"
        f" SELECT 'o' || ?2, 'fetch', 3, ?2, '{json.dumps({'older': 'x'})}', 'queued', ?1, {now} WHERE ?2 % 4 = 0"
    )
    _spread(cache, asked, _MINE, strings)
    for number in (1, 2, 3):
        writes = f"INSERT INTO writing SELECT ?2, ?1 || '{number}', ?1, {now + 30 * DAY} WHERE ?2 % {number} = 0"
        _spread(cache, writes, _MINE, strings[number:])
    cache.executemany(
        "INSERT INTO template VALUES (3, ?, ?, ?, ?)",
        [(str(n), text, strings[n - 1], f"{text} {{{{{n}}}}} {{{{{text}}}}}") for n, text in enumerate(strings[:200])],
    )
    made_of = [
        json.dumps({"template": {"id": "1", "name": text, "language": text, "variables": {text: text}}})
        for text in strings
    ]
    drafts = f"SELECT id FROM draft WHERE conversation_id IN ({_MINE})"
    cache.execute(f"UPDATE draft SET account_id = 3 WHERE id IN ({drafts})")
    _spread(cache, "UPDATE draft SET chat = ?1 WHERE id = ?2 AND id % 2", drafts, made_of)
