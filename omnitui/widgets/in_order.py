"""Fields in which a slip that is mended at once is mended where it was, however fast the keys come.

Textual runs what a field does for backspace or an arrow only after the key has gone up through all that holds the
field; a letter right behind it is in the text by then. Over a slow line, where keys arrive in bursts, an `x`, a
backspace and an `s` left the `x`. Here the field does these at once, in its turn.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from textual import events
from textual.binding import Binding

if TYPE_CHECKING:
    from textual.widget import Widget

    Field = Widget
else:
    Field = object

_MOVES = ("left", "right", "up", "down", "home", "end")
KEYS = frozenset(
    {"backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+a", *_MOVES}
    | {f"{how}+{key}" for how in ("shift", "ctrl", "ctrl+shift") for key in _MOVES}
)
"""Keys by which text is mended; all others may be commands of the page, which come first."""


class InOrder(Field):
    """Stands before the field's own class. What our fields do in their `on_key` comes first, then this."""

    async def _on_key(self, event: events.Key) -> None:
        action = _actions(type(self)).get(event.key) if event.key in KEYS else None
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)


@cache
def _actions(kind: type) -> dict[str, str]:
    """Each key that a field's classes have, and what it does there."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        for binding in vars(one).get("BINDINGS", ()):
            if isinstance(binding, Binding):
                found |= dict.fromkeys((key.strip() for key in binding.key.split(",")), binding.action)
    return found
