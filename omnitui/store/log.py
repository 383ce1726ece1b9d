"""The log of operations: every change with its inverse, in one transaction with its effects; undo and redo from it.

A step's operations are recorded as they are applied. Taking a step back applies the inverse of each, last first, and
records those in the same step, each naming the one it undoes; doing it again takes back the taking back. So the
operations of a step that nothing undoes are always the ones to turn round next.
"""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
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

__all__ = [
    "LogRow", "Turned", "commit_step", "history", "last_step", "record_event", "redo", "redoable", "steps", "turning",
    "undo",
]  # fmt: skip

SLICE = 200
"""Operations in one transaction: a longer step is done and undone so many at a time, and others write in between."""
GAP = 0.01
"""Seconds between two slices, in which a waiting writer gets its turn."""

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


@dataclass(frozen=True, slots=True)
class Turned:
    """How far the taking back (or doing again) of a step has come, in operations."""

    step: StepRow
    done: int
    total: int


def commit_step(connection: sqlite3.Connection, step: Step, now: Instant, part_of: int = 0) -> StepRow | None:
    """Do a step, whole or not at all. None when there was nothing to change: then nothing is recorded either.

    What had been undone before cannot be redone any more. With `part_of` the operations go on with that step, which
    is long and done in slices; its label becomes this one's. Raises NotFound and Refused; nothing is changed then.
    """
    with joined(connection):
        writer = _Writer(connection, step.actor, step.source, now, part_of)
        if part_of:
            writer.go_on(step)
        else:
            writer.begin(step)
        for operation in step.operations:
            change = APPLY[operation.kind](writer.scene, operation)
            if change is not None:
                writer.record(operation, change)
        if not writer.recorded:
            if not part_of:
                connection.execute("DELETE FROM step WHERE id = ?", (writer.scene.step_id,))
            return None
        if step.undoable and not part_of:
            connection.execute(
                "UPDATE step SET state = 'dropped' WHERE actor = ? AND state = 'undone' AND undoable = 1", (step.actor,)
            )
        refresh(connection, writer.scene.touched)
        return _step(connection, writer.scene.step_id)


def undo(connection: sqlite3.Connection, actor: str, now: Instant) -> StepRow | None:
    """Take back the newest step of `actor`, or None when there is none.

    Raises Refused when it cannot be taken back any more (the answer has gone out); the next call takes the one before.
    """
    return _turned(turning(connection, actor, now, back=True))


def redo(connection: sqlite3.Connection, actor: str, now: Instant) -> StepRow | None:
    """Do again the step that was undone last, or None. Raises Refused like `undo`."""
    return _turned(turning(connection, actor, now, back=False))


def turning(connection: sqlite3.Connection, actor: str, now: Instant, *, back: bool) -> Iterator[Turned]:
    """Undo (`back`) or redo, one slice at each turn of the iterator; a short step is one slice, whole or not at all.

    A long one that is broken off in the middle stays what it was, and the next call goes on with the rest.
    """
    step = (last_step(actor) if back else redoable(actor)).first(connection)
    if step is None:
        return
    wanted = _to_turn(connection, step.id, back)
    done = 0
    while True:
        slice_ = wanted[done : done + SLICE]
        done += len(slice_)
        ends = ("undone" if back else "done") if done == len(wanted) else ""
        try:
            with joined(connection):
                row = _turn_round(connection, step, slice_, ends, now)
        except Refused as refusal:
            connection.execute("UPDATE step SET undoable = 0 WHERE id = ?", (step.id,))
            raise Refused(f"{step.label}: {refusal}") from refusal
        yield Turned(row, done, len(wanted))
        if ends:
            return


def _turned(slices: Iterator[Turned]) -> StepRow | None:
    """All of it, with a pause between the slices."""
    step = None
    for turned in slices:
        step = turned.step
        if turned.done < turned.total:
            time.sleep(GAP)
    return step


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


def _to_turn(connection: sqlite3.Connection, step_id: int, back: bool) -> list[int]:
    """The operations of a step that nothing undoes, last first: when going back those done, else those taken back.

    Both kinds are there at once only when an earlier turn was broken off.
    """
    rows = connection.execute("SELECT seq, id, undoes FROM operation WHERE step_id = ? ORDER BY seq", (step_id,))
    live: dict[str, tuple[int, bool]] = {}
    for seq, id_, undoes in rows:
        done = undoes is None or not live.pop(undoes)[1]
        live[id_] = (seq, done)
    return [seq for seq, done in reversed(live.values()) if done is back]


def _turn_round(connection: sqlite3.Connection, step: StepRow, slice_: list[int], ends: str, now: Instant) -> StepRow:
    """Turn some operations of a step round; `ends` is the state of the step behind the last of them."""
    if _step(connection, step.id).state != step.state:
        raise Refused("it was taken back or done again elsewhere meanwhile")
    rows = connection.execute(
        "SELECT * FROM operation WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC", (json.dumps(slice_),)
    ).fetchall()
    writer = _Writer(connection, step.actor, Source(rows[0]["source"]) if rows else Source.AGENT, now, step.id)
    for row in rows:
        inverse = _operation(row["inverse"])
        change = APPLY[inverse.kind](writer.scene, inverse)
        if change is None:
            done = Operation(OpKind(row["kind"]), row["target"], json.loads(row["payload"]))
            change = Change(row["conversation_id"], {}, done)
        writer.record(inverse, change, undoes=row["id"])
    if ends:
        connection.execute("UPDATE step SET state = ? WHERE id = ?", (ends, step.id))
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

    def go_on(self, step: Step) -> None:
        """Add to the step; its label tells of what it holds now. Raises Refused when it was taken back meanwhile."""
        scene = self.scene
        found = scene.connection.execute(
            "UPDATE step SET label = ? WHERE id = ? AND state = 'done' RETURNING id", (step.label, scene.step_id)
        ).fetchone()
        if found is None:
            raise Refused("it was taken back meanwhile; the rest is left as it was")

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
