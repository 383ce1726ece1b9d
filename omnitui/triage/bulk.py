"""Work on many conversations, a slice at a time: a screen shows how far it is and does other work in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from omnitui.core.errors import NotFound
from omnitui.core.models import StepRow
from omnitui.core.times import Instant
from omnitui.store import log
from omnitui.store.connection import Cache
from omnitui.triage.agent import Agent, Part

SLICE = log.SLICE
"""Conversations in one transaction."""
GAP = log.GAP
"""Seconds to leave between two slices, for others who write."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `step` is None while nothing had to be changed."""

    step: StepRow | None
    done: int
    total: int


def in_slices(
    cache: Cache,
    agent: Agent,
    ids: Sequence[int],
    work: Callable[..., StepRow | None],
    *args: Any,
    now: Instant,
    **options: Any,
) -> Iterator[Progress]:
    """`work(cache, agent, ids, *args, now, **options)` of triage as one step, a slice at each turn of the iterator.

    Raises what `work` does; what was done until then is the step.
    """
    agent = replace(agent, part=Part())
    step: StepRow | None = None
    for start in range(0, len(ids), SLICE):
        with suppress(NotFound):
            step = work(cache, agent, ids[start : start + SLICE], *args, now, **options) or step
        yield Progress(step, min(start + SLICE, len(ids)), len(ids))


def undoing(cache: Cache, agent: Agent, now: Instant) -> Iterator[Progress]:
    """Take back what this agent did last. Raises Refused like `undo.undo`."""
    return _turning(cache, agent, now, back=True)


def redoing(cache: Cache, agent: Agent, now: Instant) -> Iterator[Progress]:
    """Do again what was taken back last."""
    return _turning(cache, agent, now, back=False)


def _turning(cache: Cache, agent: Agent, now: Instant, *, back: bool) -> Iterator[Progress]:
    for turned in log.turning(cache, agent.name, now, back=back):
        yield Progress(turned.step, turned.done, turned.total)
