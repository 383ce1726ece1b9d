"""A draft is thrown away, and comes back as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from omnitui.core.operations import Operation, OpKind
from omnitui.store import drafts
from omnitui.store.apply.scene import Change, Scene


def apply_draft(scene: Scene, operation: Operation) -> Change | None:
    """Take a draft away, or bring it back."""
    connection, id_, row = scene.connection, operation.payload["id"], operation.payload["row"]
    found = drafts.frozen(connection, id_)
    if row is not None:
        row = restore(connection, row)
    elif found is None:
        return None
    else:
        connection.execute("DELETE FROM draft WHERE id = ?", (id_,))
    conversation = (row or found or {})["conversation_id"]
    if conversation is not None:
        scene.touched.add(conversation)
    back = {"id": row["id"] if row else id_, "row": None if row else found}
    return Change(conversation, {}, Operation(OpKind.DRAFT, operation.target, back))


def restore(connection: sqlite3.Connection, draft: dict[str, Any], *, part_of: Sequence[str] = ()) -> dict[str, Any]:
    """Bring back a row frozen by `drafts.frozen`, under its old id where that is free; returns it as it is now.

    It may be a part of a draft that had the files `part_of`: where another part has come back already, the two are one
    draft again.

    A row frozen by an older program lacks what came since; one whose conversation has gone stays, as a draft of none.
    """
    taken = connection.execute("SELECT 1 FROM draft WHERE id = ?", (draft["id"],)).fetchone()
    if taken and part_of:
        return _join(connection, draft, list(part_of))
    fields = {name: value for name, value in draft.items() if not (name == "id" and taken)}
    here = connection.execute("SELECT 1 FROM conversation WHERE id = ?", (draft["conversation_id"],)).fetchone()
    if here is None:
        fields["conversation_id"] = None
    marks = ", ".join("?" * len(fields))
    row = connection.execute(
        f"INSERT INTO draft ({', '.join(fields)}) VALUES ({marks}) RETURNING *", tuple(fields.values())
    ).fetchone()
    return dict(row)


def _join(connection: sqlite3.Connection, draft: dict[str, Any], order: list[str]) -> dict[str, Any]:
    """The text stands in one of the parts, the files in their old order, and what was added since behind them."""
    there = dict(connection.execute("SELECT * FROM draft WHERE id = ?", (draft["id"],)).fetchone())
    names = [*json.loads(draft["attachments"]), *json.loads(there["attachments"])]
    names.sort(key=lambda name: order.index(name) if name in order else len(order))
    words = "\n\n".join(filter(None, (draft["body"], there["body"])))
    row = connection.execute(
        "UPDATE draft SET body = ?, attachments = ? WHERE id = ? RETURNING *",
        (words, json.dumps(names, ensure_ascii=False), draft["id"]),
    ).fetchone()
    return dict(row)
