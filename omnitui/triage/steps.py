"""From what an agent means to a step: which conversations, what changes on each, and how to say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import sleep
from typing import TypeAlias

from omnitui.core.errors import NotFound
from omnitui.core.models import StepRow
from omnitui.core.operations import Operation, Step
from omnitui.core.times import Instant
from omnitui.store import conversations, log, targets
from omnitui.store.connection import Cache
from omnitui.store.targets import Target
from omnitui.store.where import Where
from omnitui.triage.agent import Agent, Part

Which: TypeAlias = Sequence[int] | Where
"""The conversations meant: their ids, or all that a query finds."""

_SUBJECT = 32


def look_up(cache: Cache, which: Which) -> list[Target]:
    """The conversations meant. Raises NotFound when ids were given and none of them is there."""
    if isinstance(which, Where):
        return targets.of_query(which).all(cache)
    found = targets.of_ids(which).all(cache)
    if not found:
        raise NotFound("There is no such conversation")
    return found


def change_each(
    cache: Cache,
    agent: Agent,
    which: Which,
    label: str,
    change: Callable[[Target], Operation | None],
    now: Instant,
    *,
    undoable: bool = True,
    also: Sequence[Operation] = (),
) -> StepRow | None:
    """One step with what `change` says of each conversation; None when nothing changes.

    `label` has `{}` where the conversations are named: "Closed {}". `also` is what else belongs to the step. Many are
    changed in slices, each whole, so that nobody else waits for long; broken off, the step is what was done until then.
    """
    plan = _Plan(label, change, now, undoable, tuple(also))
    if agent.part is not None:
        return plan.do(cache, agent, which)
    ids = conversations.ids(which).all(cache) if isinstance(which, Where) else which
    if len(ids) <= log.SLICE:
        return plan.do(cache, agent, which)
    step: StepRow | None = None
    agent = replace(agent, part=Part())
    for start in range(0, len(ids), log.SLICE):
        with suppress(NotFound):
            step = plan.do(cache, agent, ids[start : start + log.SLICE]) or step
        sleep(log.GAP)
    return step


@dataclass(frozen=True)
class _Plan:
    """What to change, on whichever conversations."""

    label: str
    change: Callable[[Target], Operation | None]
    now: Instant
    undoable: bool
    also: tuple[Operation, ...]

    def do(self, cache: Cache, agent: Agent, which: Which) -> StepRow | None:
        """Change these, in one transaction: a step, or the next slice of the agent's long one."""
        found = [(target, made) for target in look_up(cache, which) if (made := self.change(target)) is not None]
        if not found:
            return None
        before = agent.part.changed if agent.part else 0
        words = f"{before + len(found):,} conversations" if before else named([target for target, _ in found])
        operations = [*(made for _, made in found), *(() if before else self.also)]
        step = commit(cache, agent, self.label.replace("{}", words), operations, self.now, undoable=self.undoable)
        if agent.part is not None and step is not None:
            agent.part.step, agent.part.changed = step.id, before + len(found)
        return step


def commit(
    cache: Cache, agent: Agent, label: str, operations: Sequence[Operation], now: Instant, *, undoable: bool = True
) -> StepRow | None:
    """These operations as one step, or as a part of the agent's long one."""
    step = Step(label, agent.name, tuple(operations), agent.source, undoable)
    return log.commit_step(cache, step, now, agent.part.step if agent.part else 0)


def named(found: Sequence[Target]) -> str:
    """One by its subject, more by their number."""
    if len(found) != 1:
        return f"{len(found):,} conversations"
    subject = found[0].subject or found[0].contact_name or f"#{found[0].id}"
    return f"“{subject if len(subject) <= _SUBJECT else subject[: _SUBJECT - 1] + '…'}”"
