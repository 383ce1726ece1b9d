"""Doing something to conversations from the command line: in the cache at once, told to the worker, said back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from omnitui.cli.at_work import agent_of, wake_worker
from omnitui.cli.output import emit, say

if TYPE_CHECKING:
    import sqlite3

    from omnitui.cli.desk import Desk
    from omnitui.core.models import StepRow
    from omnitui.core.times import Instant
    from omnitui.triage.agent import Agent

    Deed = Callable[[sqlite3.Connection, Agent, Instant], StepRow | None]


def do(desk: Desk, deed: Deed, *, as_json: bool, before: str = "", nothing: str = "Nothing to change") -> None:
    """Run `deed` on the cache and say what was done, after the words `before`; `omnitui undo` takes it back."""
    from omnitui.store.connection import Role

    cache = desk.cache(Role.OPERATIONS)
    try:
        step = deed(cache, agent_of(desk), desk.now())
    finally:
        cache.close()
    if step is not None:
        wake_worker(desk)
    if as_json:
        emit({"step": None if step is None else step_document(step)})
    else:
        say(nothing if step is None else f"{before}{step.label}")


def step_document(step: StepRow) -> dict[str, Any]:
    """A step for JSON."""
    from omnitui.core.times import iso

    return {"id": step.id, "label": step.label, "actor": step.actor, "at": iso(step.at), "state": step.state}
