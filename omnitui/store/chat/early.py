"""What came before the message that it is about: kept until the message comes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, TypeAlias

from omnitui.core.channel_events import DeletedEvent, EditedEvent, Person, ReactionEvent, ReceiptEvent, RemoteFile
from omnitui.core.times import DAY
from omnitui.store.chat.scene import ChatScene

Early: TypeAlias = EditedEvent | DeletedEvent | ReactionEvent | ReceiptEvent
KEPT_FOR = 30 * DAY
"""A message that has not come by then is one of before our time."""
_KINDS: dict[str, type[Early]] = {
    kind.__name__: kind for kind in (EditedEvent, DeletedEvent, ReactionEvent, ReceiptEvent)
}


def keep(scene: ChatScene, remote_id: str, event: Early) -> None:
    """Wait for the message."""
    text = json.dumps({"kind": type(event).__name__, **asdict(event)}, ensure_ascii=False, sort_keys=True)
    scene.connection.execute(
        "INSERT OR IGNORE INTO early_event(account_id, remote_id, at, event) VALUES (?, ?, ?, ?)",
        (scene.account.id, remote_id, scene.now, text),
    )
    scene.connection.execute(
        "DELETE FROM early_event WHERE account_id = ? AND at < ?", (scene.account.id, scene.now - KEPT_FOR)
    )


def of_message(scene: ChatScene, remote_id: str) -> list[Early]:
    """What waited for this message, in the order in which it came; it waits no longer."""
    rows = scene.connection.execute(
        "DELETE FROM early_event WHERE account_id = ? AND remote_id = ? RETURNING seq, event",
        (scene.account.id, remote_id),
    ).fetchall()
    return [_read(json.loads(row["event"])) for row in sorted(rows, key=lambda row: row["seq"])]


def _read(given: dict[str, Any]) -> Early:
    kind = _KINDS[given.pop("kind")]
    if "person" in given:
        given["person"] = Person(**given["person"])
    if "files" in given:
        given["files"] = tuple(RemoteFile(**one) for one in given["files"])
    if "emoji" in given:
        given["emoji"] = tuple(given["emoji"])
    return kind(**given)
