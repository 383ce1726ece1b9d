"""A bot has one reaction to a message: a new one takes the place of the last, and Telegram tells the bot of neither."""

from __future__ import annotations

from collections.abc import Iterable

from omnitui.core.channel_events import Person, ReactionEvent
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Action
from omnitui.sync.channels.telegram.notes import Notes
from omnitui.sync.channels.telegram.reading import words


class OwnReactions:
    """What we have put to messages, and what of that is still to be told here."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._untold: dict[str, ReactionEvent] = {}

    def gone(self, action: Action) -> bool:
        """Whether it would take away a reaction that another one has replaced already."""
        stands = self._notes.reactions.get(action.remote_id)
        return action.value.get("added", True) is False and stands not in (None, words(action.value.get("emoji")))

    def done(self, action: Action, at: Instant) -> None:
        """It stands now, alone; or none does."""
        emoji = words(action.value.get("emoji")) if action.value.get("added", True) is not False else ""
        self._notes.reactions.pop(action.remote_id, None)
        self._notes.reactions[action.remote_id] = emoji
        self._untold[action.remote_id] = ReactionEvent(
            conversation=action.conversation,
            remote_id=action.remote_id,
            at=at,
            person=Person("bot"),
            emoji=(emoji,) if emoji else (),
            whole=True,
            ours=True,
        )

    def untold(self) -> tuple[ReactionEvent, ...]:
        """What stands at messages, for the next batch."""
        return tuple(self._untold.values())

    def told(self, events: Iterable[ReactionEvent]) -> None:
        """These are on the disk."""
        for event in events:
            if self._untold.get(event.remote_id) is event:
                del self._untold[event.remote_id]
