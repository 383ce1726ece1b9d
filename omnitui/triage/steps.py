"""From what an agent means to a step: which conversations, what changes on each, and how to say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from omnitui.core.errors import NotFound
from omnitui.core.models import StepRow
from omnitui.core.operations import Operation, Step
from omnitui.core.times import Instant
from omnitui.store import log, targets
from omnitui.store.connection import Cache
from omnitui.store.targets import Target
from omnitui.store.where import Where
from omnitui.triage.agent import Agent

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

    `label` has `{}` where the conversations are named: "Closed {}". `also` is what else belongs to the step.
    """
    changed = [(target, operation) for target in look_up(cache, which) if (operation := change(target)) is not None]
    if not changed:
        return None
    words = label.replace("{}", named([target for target, _ in changed]))
    operations = [*(operation for _, operation in changed), *also]
    return commit(cache, agent, words, operations, now, undoable=undoable)


def commit(
    cache: Cache, agent: Agent, label: str, operations: Sequence[Operation], now: Instant, *, undoable: bool = True
) -> StepRow | None:
    """These operations as one step."""
    return log.commit_step(cache, Step(label, agent.name, tuple(operations), agent.source, undoable), now)


def named(found: Sequence[Target]) -> str:
    """One by its subject, more by their number."""
    if len(found) != 1:
        return f"{len(found):,} conversations"
    subject = found[0].subject or found[0].contact_name or f"#{found[0].id}"
    return f"“{subject if len(subject) <= _SUBJECT else subject[: _SUBJECT - 1] + '…'}”"
