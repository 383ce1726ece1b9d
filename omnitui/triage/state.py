"""Where a conversation stands: closed, reopened, pending, snoozed, spam. Each call is one step that undo takes back."""

from __future__ import annotations

from omnitui.core.models import State, StepRow
from omnitui.core.operations import Operation, OpKind
from omnitui.core.times import Instant
from omnitui.store.connection import Cache
from omnitui.store.targets import Target
from omnitui.triage.agent import Agent
from omnitui.triage.steps import Which, change_each


def close(cache: Cache, agent: Agent, which: Which, now: Instant) -> StepRow | None:
    """Done. Where the account is set up so, the mails move to the archive."""
    return set_state(cache, agent, which, State.CLOSED, now, label="Closed {}")


def reopen(cache: Cache, agent: Agent, which: Which, now: Instant) -> StepRow | None:
    """Open again, whatever it was."""
    return set_state(cache, agent, which, State.OPEN, now, label="Reopened {}")


def pending(cache: Cache, agent: Agent, which: Which, now: Instant) -> StepRow | None:
    """Waits for the customer or a third party."""
    return set_state(cache, agent, which, State.PENDING, now, label="Set {} to pending")


def spam(cache: Cache, agent: Agent, which: Which, now: Instant) -> StepRow | None:
    """Spam; the mails move to the junk folder where there is one."""
    return set_state(cache, agent, which, State.SPAM, now, label="Marked {} as spam")


def snooze(
    cache: Cache, agent: Agent, which: Which, until: Instant | None, now: Instant, words: str = ""
) -> StepRow | None:
    """Away until a time, or (None) until they reply; an answer brings it back in any case. `words` say the time."""
    ends = f" until {words}" if words else "" if until is not None else " until they reply"
    return set_state(cache, agent, which, State.SNOOZED, now, until=until, label=f"Snoozed {{}}{ends}")


def set_state(
    cache: Cache,
    agent: Agent,
    which: Which,
    state: State,
    now: Instant,
    *,
    until: Instant | None = None,
    label: str = "",
) -> StepRow | None:
    """Any of the states."""

    def change(target: Target) -> Operation | None:
        if target.state is state and target.snoozed_until == until:
            return None
        payload = {"state": state.value, "until": until, "folder": _folder(agent, target, state)}
        return Operation(OpKind.STATE, target.key, payload)

    return change_each(cache, agent, which, label or f"Set {{}} to {state.value}", change, now)


def _folder(agent: Agent, target: Target, state: State) -> str | None:
    """Where the mail of a state belongs on the server; None leaves it where it is."""
    if state is State.SPAM:
        return "junk"
    if state is State.CLOSED and agent.archives(target.account):
        return "archive"
    came_from_elsewhere = target.state is State.SPAM or (
        target.state is State.CLOSED and agent.archives(target.account)
    )
    return "inbox" if came_from_elsewhere else None
