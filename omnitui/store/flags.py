"""Flags set by other clients: merged with ours, three ways for each flag (base, theirs, ours).

The base is what the server had at the last look (`ledger.flags`). What has changed there since then changes the
message, unless an order of our own about the same flag is still on its way; that order wins and will be carried out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping

from omnitui.core.times import Instant
from omnitui.store.folders import Folder
from omnitui.store.ledger import flags_text
from omnitui.store.refresh import refresh

COLUMNS = {"\\Seen": "seen", "\\Flagged": "flagged", "\\Answered": "answered"}
"""The system flags (RFC 9051 2.3.2) that mean something here, and where a message keeps them."""
_SET = {
    (column, on): f"UPDATE message SET {column} = {on} WHERE id = ? AND {column} <> {on} RETURNING conversation_id"
    for column in COLUMNS.values()
    for on in (0, 1)
}
_ORDERS = """
SELECT message_id, payload FROM json_each(?) AS wanted CROSS JOIN outbox o ON o.message_id = wanted.value
WHERE o.kind = 'flag' AND o.state NOT IN ('sent', 'cancelled', 'failed')
"""


def apply_remote(
    connection: sqlite3.Connection, folder: Folder, found: Mapping[int, Collection[str]], now: Instant
) -> set[int]:
    """Take over flags as the server has them now, by UID; in the caller's transaction.

    UIDs without a ledger row are left for the fetch that will bring them. Gives the conversations that changed.
    """
    rows = connection.execute(
        "SELECT l.uid, l.flags, l.message_id FROM json_each(?) AS wanted CROSS JOIN ledger l ON l.folder_id = ?"
        " AND l.uidvalidity = ? AND l.uid = wanted.value",
        (json.dumps(sorted(found)), folder.id, folder.uidvalidity),
    ).fetchall()
    changed = [row for row in rows if row["flags"] != flags_text(found[row["uid"]])]
    ours = _orders(connection, {row["message_id"] for row in changed} - {None})
    touched: set[int] = set()
    for row in changed:
        differs = set(row["flags"].split()) ^ set(found[row["uid"]])
        for flag in differs & COLUMNS.keys() - ours.get(row["message_id"], set()):
            sql = _SET[COLUMNS[flag], int(flag in found[row["uid"]])]
            touched |= {moved[0] for moved in connection.execute(sql, (row["message_id"],))}
    record_base(connection, folder, {row["uid"]: found[row["uid"]] for row in changed})
    refresh(connection, touched)
    return touched


def record_base(connection: sqlite3.Connection, folder: Folder, found: Mapping[int, Collection[str]]) -> None:
    """Note flags as the server has them without merging: after we have set them there ourselves."""
    connection.executemany(
        "UPDATE ledger SET flags = ? WHERE folder_id = ? AND uidvalidity = ? AND uid = ?",
        [(flags_text(flags), folder.id, folder.uidvalidity, uid) for uid, flags in found.items()],
    )


def _orders(connection: sqlite3.Connection, message_ids: set[int]) -> dict[int, set[str]]:
    """The flags about which an order of ours is still on its way, by message."""
    touched: dict[int, set[str]] = {}
    for message_id, payload in connection.execute(_ORDERS, (json.dumps(sorted(message_ids)),)):
        order = json.loads(payload)
        touched.setdefault(message_id, set()).update(order.get("add", ()), order.get("remove", ()))
    return touched
