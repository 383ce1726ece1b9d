"""What local folders, read from files, already hold."""

from __future__ import annotations

from omnitui.store.select import Select


def digests(folder_id: int) -> Select[str]:
    """SHA-256 of the original of every mail in the folder."""
    return Select(
        "SELECT m.digest FROM ledger l JOIN message m ON m.id = l.message_id WHERE l.folder_id = ?",
        (folder_id,),
        lambda row: str(row[0]),
    )
