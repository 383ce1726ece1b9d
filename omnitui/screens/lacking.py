"""What cannot be done with what is at hand: footer, palette and help leave it out, its keys say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnitui.core.channels import EMAIL
from omnitui.core.commands import Context

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage

_OF_MAIL = frozenset({"reply.sender", "forward"})
"""What can be done with a mail and with no chat."""
_OF_LETTERS = frozenset(
    {
        *("compose.people", "compose.from", "compose.attach", "compose.detach", "compose.quote", "compose.template"),
        *("compose.later", "compose.follow_up", "compose.unless_reply", "reply.through"),
    }
)
"""What has no sense for a note, which goes to nobody."""


def lacking(page: InboxPage) -> frozenset[str]:
    """The commands for which there is nothing here."""
    if page.context is not Context.COMPOSE:
        here = page.here
        return frozenset() if here is None or here.channel == EMAIL else _OF_MAIL
    draft, chat = page.composing.draft, page.composing.chat
    if draft is not None and draft.kind == "note":
        return _OF_LETTERS
    return frozenset() if chat is None else chat.lacks
