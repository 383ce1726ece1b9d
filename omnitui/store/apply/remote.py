"""What of an operation the mail server must be told: flags and folders, as outbox rows.

A wish that takes back one which no worker has claimed yet just removes it: the server never hears of either.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from omnitui.store import outbox
from omnitui.store.apply.scene import Scene
from omnitui.store.outbox import OutboxItem

SEEN = "\\Seen"
FLAGGED = "\\Flagged"

_PLACES = """
SELECT m.id, m.account_id, m.conversation_id, l.flags, f.role
FROM json_each(?) AS wanted CROSS JOIN message m ON m.id = wanted.value
JOIN account a ON a.id = m.account_id AND a.state <> 'local'
JOIN ledger l ON l.message_id = m.id AND l.gone_at IS NULL
JOIN folder f ON f.id = l.folder_id AND f.uidvalidity = l.uidvalidity
"""
_PENDING = """
SELECT o.id, o.message_id, o.payload, o.attempts, o.state FROM json_each(?) AS wanted
CROSS JOIN outbox o ON o.message_id = wanted.value AND o.kind = ? AND o.state IN ('held', 'queued', 'sending')
"""


def want_flag(scene: Scene, message_ids: Iterable[int], flag: str, on: bool) -> None:
    """On the server these messages shall have this flag, or not."""
    wish = {"add": [flag], "remove": []} if on else {"add": [], "remove": [flag]}
    wanted = json.dumps(list(message_ids))
    busy = _withdraw(scene, wanted, "flag", lambda payload: flag in payload["add"] + payload["remove"])
    lacking = dict[int, sqlite3.Row]()
    for row in scene.connection.execute(_PLACES, (wanted,)):
        if row["id"] in busy or (flag in row["flags"].split()) is not on:
            lacking[row["id"]] = row
    for row in lacking.values():
        _tell(scene, "flag", row, wish)


def want_folder(scene: Scene, conversation_id: int, role: str) -> str:
    """On the server the customers' mails of a conversation shall be in the folder of this role, if there is one.

    Returns the role of the folder where they were, or were wished, until now; empty when they are nowhere.
    """
    ids = scene.connection.execute(
        "SELECT id FROM message WHERE conversation_id = ? AND class IN ('customer', 'auto')", (conversation_id,)
    )
    wanted = json.dumps([row["id"] for row in ids])
    places: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in scene.connection.execute(_PLACES, (wanted,)):
        if row["role"] in ("inbox", "archive", "junk"):
            places[row["id"]].append(row)
    wished = _wished(scene, wanted)
    before: list[str] = [wished.get(message_id, rows[0]["role"]) for message_id, rows in places.items()]
    if not before or not _has_folder(scene, conversation_id, role):
        return ""
    busy = _withdraw(scene, wanted, "move", lambda payload: True)
    for message_id, rows in places.items():
        if message_id in busy or all(row["role"] != role for row in rows):
            _tell(scene, "move", rows[0], {"role": role})
    return max(set(before), key=before.count)


def _has_folder(scene: Scene, conversation_id: int, role: str) -> bool:
    found = scene.connection.execute(
        "SELECT 1 FROM folder WHERE role = ? AND account_id = (SELECT account_id FROM conversation WHERE id = ?)",
        (role, conversation_id),
    ).fetchone()
    return found is not None


def _wished(scene: Scene, wanted: str) -> dict[int, str]:
    """The folders that pending moves lead to, by message; the newest wish counts."""
    rows = scene.connection.execute(f"{_PENDING} ORDER BY o.rowid", (wanted, "move"))
    return {row["message_id"]: json.loads(row["payload"])["role"] for row in rows}


def _withdraw(scene: Scene, wanted: str, kind: str, concerns: Callable[[dict[str, list[str]]], bool]) -> set[int]:
    """Remove what is pending and unclaimed; returns the messages for which a worker is at it already."""
    busy = set()
    for row in scene.connection.execute(_PENDING, (wanted, kind)).fetchall():
        if not concerns(json.loads(row["payload"])):
            continue
        if row["state"] == "sending" or row["attempts"]:
            busy.add(row["message_id"])
        else:
            outbox.withdraw(scene.connection, row["id"])
    return busy


def _tell(scene: Scene, kind: str, row: sqlite3.Row, payload: Mapping[str, object]) -> None:
    outbox.enqueue(
        scene.connection,
        OutboxItem(
            uuid.uuid4().hex,
            kind,
            row["account_id"],
            row["conversation_id"],
            row["id"],
            dict(payload),
            step_id=scene.step_id,
            created_at=scene.now,
        ),
    )
