"""A conversation that we begin has no id of the other side's at first: taking it up when it is known."""

from __future__ import annotations

import sqlite3


def adopt(connection: sqlite3.Connection, account_id: int, remote: str, conversation_id: int) -> None:
    """`remote` is how the other side calls this conversation.

    It may have told of it before we knew: as long as no message stands in what was made then, that is merged into
    this one. One with messages is left as it is.
    """
    other = connection.execute(
        "SELECT c.* FROM remote_conversation r JOIN conversation c ON c.id = r.conversation_id"
        " WHERE r.account_id = ? AND r.remote = ?",
        (account_id, remote),
    ).fetchone()
    if other is None:
        connection.execute(
            "INSERT OR IGNORE INTO remote_conversation VALUES (?, ?, ?)", (account_id, remote, conversation_id)
        )
        return
    if other["id"] == conversation_id or _has_messages(connection, other["id"]):
        return
    connection.execute(
        "UPDATE remote_conversation SET conversation_id = ? WHERE account_id = ? AND remote = ?",
        (conversation_id, account_id, remote),
    )
    connection.execute("UPDATE conversation SET merged_into = ? WHERE id = ?", (conversation_id, other["id"]))
    told = (other["room"], other["barred"], other["url"], other["capabilities"], conversation_id)
    connection.execute("UPDATE conversation SET room = ?, barred = ?, url = ?, capabilities = ? WHERE id = ?", told)
    connection.execute(
        "INSERT OR IGNORE INTO conversation_identity(conversation_id, identity_id)"
        " SELECT ?, identity_id FROM conversation_identity WHERE conversation_id = ?",
        (conversation_id, other["id"]),
    )


def _has_messages(connection: sqlite3.Connection, conversation_id: int) -> bool:
    row = connection.execute("SELECT EXISTS (SELECT 1 FROM message WHERE conversation_id = ?)", (conversation_id,))
    return bool(row.fetchone()[0])
