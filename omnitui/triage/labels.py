"""What is set on a conversation: assignee, priority, tags, star, read. Each call is one step that undo takes back."""

from __future__ import annotations

from collections.abc import Iterable

from omnitui.core.errors import Refused
from omnitui.core.models import Priority, StepRow
from omnitui.core.operations import Operation, OpKind
from omnitui.core.text.clean import safe_text
from omnitui.core.times import Instant
from omnitui.store.connection import Cache
from omnitui.store.targets import Target
from omnitui.triage.agent import Agent
from omnitui.triage.steps import Which, change_each

LONGEST_NAME = 64


def assign(cache: Cache, agent: Agent, which: Which, to: str, now: Instant) -> StepRow | None:
    """To an agent by name; `me` is oneself, the empty name or `none` nobody."""
    word = safe_text(to, lines=False)[:LONGEST_NAME]
    who = agent.name if word == "me" else "" if word == "none" else word

    def change(target: Target) -> Operation | None:
        return None if target.assignee == who else Operation(OpKind.ASSIGN, target.key, {"assignee": who})

    label = f"Assigned {{}} to {who}" if who else "Unassigned {}"
    return change_each(cache, agent, which, label, change, now)


def priority(cache: Cache, agent: Agent, which: Which, to: Priority, now: Instant) -> StepRow | None:
    """Low, normal, high or urgent."""

    def change(target: Target) -> Operation | None:
        return None if target.priority == to else Operation(OpKind.PRIORITY, target.key, {"priority": int(to)})

    return change_each(cache, agent, which, f"Set {{}} to {to.name.lower()} priority", change, now)


def tag(
    cache: Cache, agent: Agent, which: Which, add: Iterable[str], remove: Iterable[str], now: Instant
) -> StepRow | None:
    """Tags on and off. Raises Refused for what is no tag, or for none at all."""
    adds, removes = [tag_name(name) for name in add], [tag_name(name) for name in remove]
    if not adds and not removes:
        raise Refused("Name tags to add or remove, such as +refund -bug")

    def change(target: Target) -> Operation | None:
        wanted = {*target.tags, *adds} - {*removes}
        payload = {"add": adds, "remove": removes}
        return None if wanted == {*target.tags} else Operation(OpKind.TAG, target.key, payload)

    signs = [*(f"+{name}" for name in adds), *(f"-{name}" for name in removes)]
    return change_each(cache, agent, which, f"Tagged {{}} {' '.join(signs)}", change, now)


def tag_name(text: str) -> str:
    """A tag as it is stored: lower case, no `#` before it, dashes for spaces. Raises Refused when nothing is left."""
    name = "-".join(safe_text(text, lines=False).lower().lstrip("#+-").split())[:LONGEST_NAME]
    if not name or not any(map(str.isalnum, name)):
        raise Refused(f"“{safe_text(text, lines=False)}” is no tag")
    return name


def star(cache: Cache, agent: Agent, which: Which, on: bool, now: Instant) -> StepRow | None:
    """Star, or take the star away; on the server the customer's newest mail is flagged."""

    def change(target: Target) -> Operation | None:
        return None if target.starred is on else Operation(OpKind.STAR, target.key, {"on": on})

    return change_each(cache, agent, which, "Starred {}" if on else "Took the star from {}", change, now)


def read(
    cache: Cache, agent: Agent, which: Which, seen: bool, now: Instant, *, undoable: bool = True
) -> StepRow | None:
    """All of it read, or its newest mail unread again. Not `undoable` when it became read by being opened."""

    def change(target: Target) -> Operation | None:
        return None if seen and not target.unread_count else Operation(OpKind.SEEN, target.key, {"seen": seen})

    label = "Marked {} as read" if seen else "Marked {} as unread"
    return change_each(cache, agent, which, label, change, now, undoable=undoable)
