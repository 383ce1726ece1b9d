"""Keys typed before the field they are meant for is there.

On a slow line `r` and the first words of the answer arrive together: the words must reach the composer, and never run
as commands (an `e` would close the conversation). Neither must an `e` behind `g a` close one of the view that is left.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.widget import Widget

from omnitui.core.commands import COMMANDS, Args, Context
from omnitui.widgets.painted import Painted

HOLDS_KEYS = frozenset(
    command.id
    for command in COMMANDS
    if (command.context & Context.COMPOSE and command.group == "Write")
    or (
        command.context & Context.READING
        and (
            command.args is not Args.NONE
            or command.group == "Write"
            or command.id in ("palette", "line", "help", "text.copy", "waiting.next")
            or command.id.startswith("view.")
        )
    )
)
"""Commands after which what is typed next is meant for a field, a menu, what comes after sending, or other rows."""
LAPSES = 1.0
"""Seconds after a command within which its field gets the focus, on the slowest machine."""
_LEADS_TO_TEXT = frozenset(command.id for command in COMMANDS if command.group == "Write")


def leads_to_text(id: str) -> bool:
    """A command after which the composer is open because of it; behind others it may stand open beside the list."""
    return id in _LEADS_TO_TEXT


class TypedAhead:
    """Holds keys from a command that opens a field until the field has the focus."""

    def __init__(self) -> None:
        self._held: list[events.Key] | None = None
        self._begun = 0

    def begin(self, id: str) -> int:
        """A command starts; if it is one of those, hold what comes. Its number is for `holds_for`; 0: holds nothing."""
        if id not in HOLDS_KEYS:
            return 0
        self._held = self._held or []
        self._begun += 1
        return self._begun

    def holds_for(self, begun: int) -> bool:
        """Keys are held for this command, so that its end decides about them; another one's end must not."""
        return self._held is not None and begun == self._begun

    def takes(self, event: events.Key) -> bool:
        """Hold a key; False when nothing is held now."""
        if self._held is None:
            return False
        self._held.append(event)
        return True

    def focused(self, widget: Widget | None) -> None:
        """A field has the focus: give it what was typed for it, in order, before anything newer."""
        if self._held and is_field(widget) and widget is not None:
            for event in self._held:
                widget.post_message(events.Key(event.key, event.character))
        if is_field(widget):
            self._held = None

    def drop(self) -> None:
        """The command failed: what was typed for its field must not run as commands."""
        self._held = None

    def end(self, replay: Callable[[events.Key], None]) -> None:
        """The command ended and opened nothing: what was typed were ordinary keys."""
        held, self._held = self._held, None
        for event in held or ():
            replay(event)


def is_field(widget: Widget | None) -> bool:
    """A widget in which one types."""
    if widget is None or isinstance(widget, Painted):
        return False
    # Loaded with the first field, not for the first frame.
    from textual.widgets import Input, TextArea

    return isinstance(widget, Input | TextArea)
