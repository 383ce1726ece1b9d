"""The composer in a chat: what its channel can do, how long the text is, how long one may still answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from omnitui.core.channels import OPEN, Capabilities, Window, window_of
from omnitui.core.chat_sending import counted, files_words, template_of, window_words
from omnitui.core.errors import Refused
from omnitui.core.models import Draft
from omnitui.store import channels
from omnitui.widgets.lines import Line

if TYPE_CHECKING:
    from omnitui.screens.session import Session


_NEEDS = {
    "compose.people": "",
    "compose.from": "",
    "compose.attach": "attachments",
    "compose.detach": "attachments",
    "compose.template": "templates",
    "compose.quote": "reply_to",
}
"""Commands of the composer by what a channel must be able to do for them; empty: no chat has that."""


@dataclass(frozen=True)
class Chat:
    """What holds for the draft at hand."""

    can: Capabilities
    window: Window = OPEN
    begun: int | None = None
    """The conversation that it goes into; None: it begins one."""

    def lines(self, draft: Draft, answered: str, session: Session) -> list[Line]:
        """What stands above the text: whom it answers, the template, the files, the window."""
        lines: list[Line] = []
        if draft.message_id is not None and answered:
            lines.append((("to   ", "muted"), (answered, "quote")))
        made_of = template_of(draft.chat)
        if made_of:
            lines.append((("with ", "muted"), (f"template {made_of['name']}, sent as it stands", "link")))
        if draft.attachments:
            names = [Path(name).name for name in draft.attachments]
            lines.append((("with ", "muted"), (files_words(self.can, names), "link")))
        words, role = ("", "") if made_of else window_words(self.window, session.now())
        if self.window.kind == "template" and words:
            keys = session.keymap.keys_of("compose.template")
            words += f"; {keys[0]} chooses one" if keys else ""
        return [*lines, *([((words, role),)] if words else [])]

    def count(self, text: str) -> str:
        """The length, for the border."""
        return counted(self.can, text)

    def enter_sends(self, setting: str) -> bool:
        """Enter sends, by the setting or as people expect of the channel."""
        return setting == "yes" or (setting == "auto" and self.can.enter_sends)

    @property
    def lacks(self) -> frozenset[str]:
        """Commands of the composer for which there is nothing here."""
        return frozenset(id for id, ability in _NEEDS.items() if not (ability and getattr(self.can, ability)))

    def must(self, ability: str, words: str) -> None:
        """Raise Refused where the channel cannot do that."""
        if not getattr(self.can, ability):
            raise Refused(f"this channel {words}")


async def chat_of(session: Session, draft: Draft) -> Chat | None:
    """What holds for a draft; None for mail and notes."""
    if draft.kind == "note" or session.agent.channel(draft.account) is None:
        return None
    if draft.conversation_id is not None:
        here = await session.reader.first(channels.possible(draft.conversation_id))
        if here is not None and here.account == draft.account:
            window = window_of(here.capabilities, here.last_customer_at, session.now(), here.barred)
            return Chat(here.capabilities, window, draft.conversation_id)
    can = await session.reader.first(channels.capabilities(draft.account))
    return None if can is None else Chat(can)
