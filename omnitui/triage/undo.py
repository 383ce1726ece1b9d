"""Taking back and doing again, each agent their own steps."""

from __future__ import annotations

from omnitui.core.models import StepRow
from omnitui.core.times import Instant
from omnitui.store import log
from omnitui.store.connection import Cache
from omnitui.triage.agent import Agent


def undo(cache: Cache, agent: Agent, now: Instant) -> StepRow | None:
    """Take back what this agent did last; None when there is nothing.

    Raises Refused when it cannot be taken back any more; the next call then takes the one before.
    """
    return log.undo(cache, agent.name, now)


def redo(cache: Cache, agent: Agent, now: Instant) -> StepRow | None:
    """Do again what was taken back last; None when there is nothing, or something new was done since."""
    return log.redo(cache, agent.name, now)
