"""An operation: open it again at a time unless they reply, or no longer."""

from __future__ import annotations

import json

from omnitui.core.operations import Operation, OpKind
from omnitui.store.apply.scene import Change, Scene


def apply_follow_up(scene: Scene, operation: Operation) -> Change | None:
    """Set, move or end the follow-up. Taking back what was set does nothing once it has come or they have replied."""
    row, payload = scene.conversation(operation.target), operation.payload
    found = {"at": row["follow_up_at"], "set": json.loads(row["follow_up"] or "null")}
    wanted = {"at": payload["at"], "set": payload.get("set")}
    if "set" not in payload and payload["at"] is not None:
        wanted["set"] = {"by": scene.actor, "saw": payload["saw"]}
    if found == wanted or payload.get("if", found) != found:
        return None
    scene.connection.execute(
        "UPDATE conversation SET follow_up_at = ?, follow_up = ? WHERE id = ?",
        (wanted["at"], json.dumps(wanted["set"]) if wanted["set"] else "", row["id"]),
    )
    return Change(row["id"], found, Operation(OpKind.FOLLOW_UP, operation.target, {**found, "if": wanted}))
