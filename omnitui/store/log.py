"""The log of operations: every change with its inverse, in one transaction with its effects; undo and redo from it.

A step's operations are recorded as they are applied. Taking a step back applies the inverse of each, last first, and
records those in the same step, each naming the one it undoes; doing it again takes back the taking back. So the
operations of a step that nothing undoes are always the ones to turn round next.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any

from omnitui.core import hlc
from omnitui.core.errors import Refused
from omnitui.core.models import StepRow
from omnitui.core.operations import Operation, OpKind, Source, Step
from omnitui.core.times import Instant
from omnitui.store.apply import APPLY
from omnitui.store.apply.scene import Change, Scene
from omnitui.store.connection import joined
from omnitui.store.events import device, record_event
from omnitui.store.refresh import refresh
from omnitui.store.select import Select

__all__ = ["LogRow", "commit_step", "history", "last_step", "record_event", "redo", "redoable", "steps", "undo"]

_STEP = "SELECT id, label, actor, at, state FROM step"


@dataclass(frozen=True, slots=True)
class LogRow:
    """One operation or event, for the history of a conversation. `undoes`: it took an earlier one back."""

    seq: int
    at: Instant
    actor: str
    source: str
    kind: str
    target: str
    payload: dict[str, Any]
    replaces: dict[str, Any]
    undoes: bool
    step: str


def commit_step(connection: sqlite3.Connection, step: Step, now: Instant) -> StepRow | None:
    """Do a step, whole or not at all. None when there was nothing to change: then nothing is recorded either.

    What had been undone before cannot be redone any more. Raises NotFound and Refused; nothing is changed then.
    """
    with joined(connection):
        writer = _Writer(connection, step.actor, step.source, now)
        writer.begin(step)
        for operation in step.operations:
            change = APPLY[operation.kind](writer.scene, operation)
            if change is not None:
                writer.record(operation, change)
        if not writer.recorded:
            connection.execute("DELETE FROM step WHERE id = ?", (writer.scene.step_id,))
            return None
        if step.undoable:
            connection.execute(
                "UPDATE step SET state = 'dropped' WHERE actor = ? AND state = 'undone' AND undoable = 1", (step.actor,)
            )
        refresh(connection, writer.scene.touched)
        return _step(connection, writer.scene.step_id)


def undo(connection: sqlite3.Connection, actor: str, now: Instant) -> StepRow | None:
    """Take back the newest step of `actor`, or None when there is none.

    Raises Refused when it cannot be taken back any more (the answer has gone out); the next call takes the one before.
    """
    return _turn(connection, last_step(actor), "undone", now)


def redo(connection: sqlite3.Connection, actor: str, now: Instant) -> StepRow | None:
    """Do again the step that was undone last, or None. Raises Refused like `undo`."""
    return _turn(connection, redoable(actor), "done", now)


def last_step(actor: str) -> Select[StepRow]:
    """The step that `undo` would take back."""
    return Select(
        f"{_STEP} WHERE actor = ? AND state = 'done' AND undoable = 1 ORDER BY id DESC LIMIT 1", (actor,), _row
    )


def redoable(actor: str) -> Select[StepRow]:
    """The step that `redo` would do again."""
    return Select(f"{_STEP} WHERE actor = ? AND state = 'undone' AND undoable = 1 ORDER BY id LIMIT 1", (actor,), _row)


def steps(actor: str, limit: int = 50) -> Select[StepRow]:
    """What `actor` did, newest first, undone steps too."""
    return Select(f"{_STEP} WHERE actor = ? AND undoable = 1 ORDER BY id DESC LIMIT ?", (actor, limit), _row)


def history(conversation_id: int, limit: int = 200) -> Select[LogRow]:
    """What was done to a conversation and to those merged into it, newest first; sync's own changes too."""
    return Select(
        "SELECT o.*, s.label FROM operation o JOIN step s ON s.id = o.step_id WHERE o.conversation_id IN"
        " (SELECT ?1 UNION ALL SELECT id FROM conversation WHERE merged_into = ?1) ORDER BY o.seq DESC LIMIT ?2",
        (conversation_id, limit),
        _log_row,
    )


def way_back(connection: sqlite3.Connection, step_id: int, kind: OpKind, target: str) -> dict[str, Any] | None:
    """The payload of the newest inverse of this kind for this target that a step has recorded, or None."""
    rows = connection.execute("SELECT inverse FROM operation WHERE step_id = ? ORDER BY seq DESC", (step_id,))
    inverses = (_operation(row["inverse"]) for row in rows)
    return next((dict(back.payload) for back in inverses if (back.kind, back.target) == (kind, target)), None)


def recent(limit: int = 100) -> Select[LogRow]:
    """The newest of the whole log."""
    return Select(
        "SELECT o.*, s.label FROM operation o JOIN step s ON s.id = o.step_id ORDER BY o.seq DESC LIMIT ?",
        (limit,),
        _log_row,
    )


def _turn(connection: sqlite3.Connection, which: Select[StepRow], state: str, now: Instant) -> StepRow | None:
    step = which.first(connection)
    if step is None:
        return None
    try:
        with joined(connection):
            return _turn_round(connection, step, state, now)
    except Refused as refusal:
        connection.execute("UPDATE step SET undoable = 0 WHERE id = ?", (step.id,))
        raise Refused(f"{step.label}: {refusal}") from refusal


def _turn_round(connection: sqlite3.Connection, step: StepRow, state: str, now: Instant) -> StepRow:
    rows = connection.execute("SELECT * FROM operation WHERE step_id = ? ORDER BY seq DESC", (step.id,)).fetchall()
    undone = {row["undoes"] for row in rows}
    live = [row for row in rows if row["id"] not in undone]
    writer = _Writer(connection, step.actor, Source(live[0]["source"]) if live else Source.AGENT, now, step.id)
    for row in live:
        inverse = _operation(row["inverse"])
        change = APPLY[inverse.kind](writer.scene, inverse)
        if change is None:
            done = Operation(OpKind(row["kind"]), row["target"], json.loads(row["payload"]))
            change = Change(row["conversation_id"], {}, done)
        writer.record(inverse, change, undoes=row["id"])
    connection.execute("UPDATE step SET state = ? WHERE id = ?", (state, step.id))
    refresh(connection, writer.scene.touched)
    return _step(connection, step.id)


class _Writer:
    """Records operations of one step as they are applied."""

    def __init__(
        self, connection: sqlite3.Connection, actor: str, source: Source, now: Instant, step_id: int = 0
    ) -> None:
        # A step may pass through states that hold together only at its end (a person goes before who belongs to them).
        connection.execute("PRAGMA defer_foreign_keys = ON")
        self.scene = Scene(connection, actor, step_id, now)
        self.recorded = 0
        self._source = source
        self._device = device(connection)
        row = connection.execute("SELECT clock FROM operation ORDER BY seq DESC LIMIT 1").fetchone()
        self._clock = row["clock"] if row else ""

    def begin(self, step: Step) -> None:
        """Make the step."""
        scene = self.scene
        row = scene.connection.execute(
            "INSERT INTO step (label, actor, at, undoable) VALUES (?, ?, ?, ?) RETURNING id",
            (step.label, scene.actor, scene.now, step.undoable),
        ).fetchone()
        scene.step_id = row["id"]

    def record(self, operation: Operation, change: Change, undoes: str | None = None) -> None:
        """Write an operation down, with its inverse."""
        self.recorded += 1
        self._clock = hlc.tick(self._clock, self.scene.now)
        back = change.inverse
        self.scene.connection.execute(
            "INSERT INTO operation (id, step_id, actor, source, device, clock, kind, target, conversation_id, payload,"
            " replaces, inverse, undoes, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                uuid.uuid4().hex, self.scene.step_id, self.scene.actor, self._source.value, self._device, self._clock,
                operation.kind.value, operation.target, change.conversation_id, _json(operation.payload),
                _json(change.replaces), _json({"kind": back.kind, "target": back.target, "payload": back.payload}),
                undoes, self.scene.now,
            ),
        )  # fmt: skip


def _operation(text: str) -> Operation:
    fields = json.loads(text)
    return Operation(OpKind(fields["kind"]), fields["target"], fields["payload"])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=dict)


def _step(connection: sqlite3.Connection, step_id: int) -> StepRow:
    return _row(connection.execute(f"{_STEP} WHERE id = ?", (step_id,)).fetchone())


def _row(row: sqlite3.Row) -> StepRow:
    return StepRow(*tuple(row))


def _log_row(row: sqlite3.Row) -> LogRow:
    return LogRow(
        row["seq"], row["at"], row["actor"], row["source"], row["kind"], row["target"], json.loads(row["payload"]),
        json.loads(row["replaces"]), row["undoes"] is not None, row["label"],
    )  # fmt: skip
