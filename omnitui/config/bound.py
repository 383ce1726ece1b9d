"""What keys of the config tell their commands (`"conversation.snooze tomorrow 9:00" = "T"`): can they be told that?

Apart from `keys.py`, because reading times and queries brings libraries that the first frame can do without.
"""

from __future__ import annotations

from collections.abc import Iterable

from omnitui.core.commands import Args, Command
from omnitui.core.errors import QueryError
from omnitui.core.keymap import Problem, named
from omnitui.core.models import Order, Priority, State
from omnitui.core.query.dates import day
from omnitui.core.query.parser import parse
from omnitui.core.snooze import snooze_until
from omnitui.core.snooze_words import THEY_REPLY
from omnitui.core.times import Instant

_NAMES = {
    Args.STATE: tuple(state.value for state in State if state is not State.SNOOZED),
    Args.PRIORITY: tuple(priority.name.lower() for priority in Priority),
    Args.ORDER: (*(order.value for order in Order), "match"),
}
_FREE = frozenset({"find"})
"""Look for words as they stand, not for what a query finds."""
_NO_TIME = {"conversation.snooze": THEY_REPLY, "conversation.follow_up": frozenset({"off"})}
"""What some take instead of a time."""


def told_wrong(entries: Iterable[str], *, now: Instant, zone: str) -> list[Problem]:
    """Each entry of `[keys]` whose command cannot do what it is told; the key is kept, and says so when it is pressed.

    Names of views, tags and persons are not known here.
    """
    found = []
    for entry in entries:
        try:
            command, said = named(entry)
        except ValueError:
            continue  # `Keymap.problems` has it.
        words = _trouble(command, said, now, zone) if said else ""
        if words:
            found.append(Problem(entry, words))
    return found


def _trouble(command: Command, said: str, now: Instant, zone: str) -> str:
    kind = command.args
    if kind in _NAMES:
        known = _NAMES[kind]
        if sum(name.startswith(said.lower()) for name in known) != 1:
            return f"there is no {kind.value} {said}; there are {', '.join(known)}"
    elif kind is Args.NUMBER and not (said.isdecimal() and int(said) > 0):
        return f"{said} is no number"
    try:
        if kind is Args.QUERY and command.id not in _FREE:
            parse(said, now=now, zone=zone)
        elif kind is Args.WHEN and said.lower() not in _NO_TIME.get(command.id, ()):
            # From the day's first moment: "17:00" is a time to be told also at six.
            snooze_until(said, now=day("today", now, zone) or now, zone=zone)
    except QueryError as error:
        return str(error)
    return ""
