"""Hostile reasons: what is said of why a mail is in its conversation, and of who changed what."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from omnitui.core.threading import Join


def make_log_hostile(cache: sqlite3.Connection, strings: Sequence[str]) -> None:
    """Give every message a reason to be where it is, and every entry of the log a hostile writer and content."""
    count = len(strings)
    reasons = [*Join, *strings[: len(Join)]]
    ids = [row[0] for row in cache.execute("SELECT id FROM message ORDER BY id")]
    rows = [(reasons[n % len(reasons)], id) for n, id in enumerate(ids)]
    cache.executemany("UPDATE message SET join_reason = ? WHERE id = ?", rows)
    entries = cache.execute("SELECT seq, kind FROM operation ORDER BY seq").fetchall()
    # One in four is of a kind nobody knows, as a log of a later version may hold; the rest keep theirs.
    cache.executemany(
        "UPDATE operation SET payload = ?, replaces = ?, actor = ?, kind = ? WHERE seq = ?",
        [
            (
                _payload(strings[seq % count]),
                json.dumps({"assignee": strings[(seq + 1) % count]}),
                strings[(seq + 2) % count],
                strings[(seq + 3) % count] if seq % 4 == 0 else kind,
                seq,
            )
            for seq, kind in entries
        ],
    )


def _payload(text: str) -> str:
    """What any kind of entry may say."""
    return json.dumps({"state": text, "assignee": text, "add": [text], "remove": [text], "text": text, text: text})
