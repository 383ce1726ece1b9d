"""That one writes, told to the worker while keys are pressed in a chat: seldom, and nothing waits for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from omnitui.core.times import SECOND, Instant
from omnitui.store.chat import writing

if TYPE_CHECKING:
    from omnitui.screens.chat_writing import Chat
    from omnitui.screens.inbox import InboxPage

AGAIN = 4 * SECOND
"""How often it is said again: well within the time for which it holds (`store.chat.writing.OURS_LASTS`)."""


class Telling:
    """What the worker was told of the draft at hand. A text that was only opened is not written."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self._text = ""
        self._conversation: int | None = None
        self._at = Instant(0)

    def begins(self, text: str) -> None:
        """A draft is opened with this text."""
        self.ends()
        self._text = text

    def typed(self, chat: Chat, text: str) -> None:
        """The text is another now."""
        session = self._page.session
        if text == self._text or not session.settings.ui.tell_typing or not chat.can.typing or chat.begun is None:
            return
        self._text = text
        if not text.strip():
            self.ends()
            return
        now = session.now()
        if self._conversation == chat.begun and now - self._at < AGAIN:
            return
        self._conversation, self._at = chat.begun, now
        self._page.beside(partial(self._tell, chat.begun, now))

    def ends(self) -> None:
        """Nothing is written any more."""
        if self._conversation is not None:
            self._page.beside(partial(self._tell, self._conversation, None))
        self._conversation = None

    async def _tell(self, conversation: int, now: Instant | None) -> None:
        session = self._page.session
        if now is None:
            await session.writer.do(writing.we_stopped, conversation)
        else:
            await session.writer.do(writing.we_write, conversation, now)
        session.wake()
