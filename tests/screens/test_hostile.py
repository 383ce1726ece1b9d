"""Hostile text in every field, past the sanitiser, and the real program in a pty: no foreign control byte."""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from pathlib import Path

from bench.cache import fill
from bench.terminal import running
from omnitui.config.places import places, prepare
from omnitui.core.blocks import Block, BlockKind, Mark, Span, blocks_to_json
from omnitui.core.times import Instant
from omnitui.store.connection import Role, open_cache

CONTROLS = [chr(n) for n in [*range(1, 9), 11, 12, *range(14, 32), *range(0x7F, 0xA0)]]
CONTROLS += [chr(n) for n in [0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2065)]]
CONTROLS += [chr(n) for n in [*range(0x2066, 0x206A), 0xFEFF, 0xE0001, 0xE0041]]
MARK = "Q7Z"
ATTACKS = "\x1b]52;c;aGk=\x07" + MARK + "\x1b]0;owned\x07" + MARK + "\x9b31m" + MARK + "\x1bP$q\x1b\\" + MARK


def hostile(seed: int) -> str:
    """A text that begins with other controls each time, each just before the mark."""
    start = seed * 7 % len(CONTROLS)
    return "".join(char + MARK for char in (CONTROLS[start:] + CONTROLS[:start])) + ATTACKS


def poison(cache: sqlite3.Connection, now: Instant) -> None:
    """Put hostile text into every text that a screen shows."""
    columns = {
        "conversation": ("subject", "contact_name", "preview", "assignee"),
        "contact": ("name", "organisation", "notes"),
        "message": ("from_name", "from_address", "subject", "preview", "join_detail", "delivery_detail"),
        "account": ("detail", "address"),
        "identity": ("name",),
    }
    for table, names in columns.items():
        for number, name in enumerate(names):
            cache.execute(f"UPDATE {table} SET {name} = ?", (hostile(number + len(table)),))
    cache.execute("UPDATE identity SET address = id || ?", (hostile(3),))
    cache.execute("UPDATE conversation SET assignee = '' WHERE id % 2 = 0")
    cache.execute("UPDATE conversation SET tags = ?", (f" {hostile(5).replace(' ', '')} ",))
    cache.execute("UPDATE account SET state = 'refused', name = ?", (hostile(9),))
    cache.execute("UPDATE message SET notices = ?, people = ?", (json.dumps([hostile(1)]), people()))
    cache.execute("UPDATE message SET delivery = 'failed', error = ? WHERE class = 'human'", (hostile(4),))
    spans = (Span(0, 9, Mark.LINK, "https://x.example/" + hostile(2), hostile(6)),)
    kinds = [Block(kind, hostile(n), 1, hostile(n)[:8], spans) for n, kind in enumerate(BlockKind)]
    cache.execute("UPDATE body SET text = ?, blocks = ?", (hostile(8), zlib.compress(blocks_to_json(kinds).encode())))
    cache.executemany(
        "INSERT INTO attachment(message_id, part, name, type, size)"
        " SELECT id, '2', ?, ?, 100 FROM message WHERE id % 9 = ?",
        [(hostile(n), hostile(n), n) for n in range(3)],
    )
    raw = zlib.compress(f"Subject: {hostile(0)}\r\n\r\n{hostile(1)}".encode())
    cache.execute("INSERT INTO original(message_id, data) SELECT id, ? FROM message", (raw,))
    cache.execute("INSERT INTO view(name, query) VALUES (?, 'is:open')", (hostile(11),))
    cache.execute(
        "INSERT INTO outbox(id, kind, account_id, conversation_id, message_id, state, detail, created_at)"
        " SELECT 'o' || id, 'send', 1, conversation_id, id, 'failed', ?, ? FROM message LIMIT 20",
        (hostile(12), now),
    )
    cache.execute(
        "INSERT INTO draft(conversation_id, account_id, kind, subject, body, recipients, updated_at)"
        " SELECT id, 1, 'reply', ?, ?, ?, ? FROM conversation LIMIT 5",
        (hostile(13), hostile(14), people(), now),
    )


def people() -> str:
    """Recipients with hostile names and addresses."""
    return json.dumps({use: [[hostile(n), hostile(n + 1)]] for n, use in enumerate(("to", "cc", "bcc"))})


def test_no_foreign_control_byte_reaches_the_terminal(tmp_path: Path) -> None:
    where = places(tmp_path)
    prepare(where)
    cache = open_cache(where.cache_db, Role.PULL)
    now = Instant(time.time_ns() // 1_000_000)
    fill(cache, 60, now, each=2)
    poison(cache, now)
    cache.close()
    with running(tmp_path, "run", "--no-sync") as terminal:
        assert terminal.until(MARK)
        terminal.press("j", "j", "G", "k")
        terminal.press("enter", "v", "j", "k", "G", "tab", "j", "k")
        terminal.press("enter", "o", "escape", "y", "escape", "t", "escape", "a", "escape")
        for keys, page in (
            ("gw", "Why #"),
            ("V", "Original of"),
            (("ctrl+l",), "From: "),
            ("gc", "Contacts"),
            ("go", "Outbox"),
            ("gd", "Drafts"),
            ("ge", "Accounts"),
        ):
            terminal.press(*keys)
            assert terminal.until(page), page
            terminal.press("j", "q", wait=0.4)
        terminal.press("Y", "j", " ", "w", "L", "j", "q")
        terminal.press("C", "n", "escape", "C", "m", "escape", "C", "t")
        assert terminal.until("All with")
        terminal.press("g", "g", "j", "G", "g", "w", wait=0.4)
        assert terminal.until("Why #")
        terminal.press("q", wait=0.4)
        for key, page in (("r", "Reply to"), ("n", "NOTE")):
            terminal.press(key)
            assert terminal.until(page), page
            terminal.press("escape", wait=0.6)
        terminal.press("h", "9", "h", "h", "x", "s", "escape", "*")
        for key, page in (("?", "Help:"), ("ctrl+p", "Commands")):
            terminal.press(key)
            assert terminal.until(page), page
            terminal.press("escape", wait=0.5)
        terminal.press("e", "n", "z", wait=0.5)
    output = terminal.output
    assert output.count(MARK.encode()) > 200
    for char in CONTROLS:
        assert (char + MARK).encode() not in output, hex(ord(char))
    for attack in (b"]52;c;aGk=", b"]0;owned"):
        for lead in (b"\x1b", b"\xc2\x9d"):
            assert lead + attack not in output
    assert b"Traceback" not in output
