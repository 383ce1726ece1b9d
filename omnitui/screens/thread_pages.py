"""Fills the thread and the contact panel with the conversation at hand."""

from __future__ import annotations

from omnitui.core.models import ConversationId, ConversationRow, MessageId
from omnitui.screens.session import Session
from omnitui.store import conversations, messages
from omnitui.widgets.thread_view import Head, ThreadView
from omnitui.widgets.words import moment

PAGE = 40
"""Messages of a page."""


class ThreadPages:
    """Which conversation is open."""

    def __init__(self, session: Session, view: ThreadView) -> None:
        self._session = session
        self._view = view
        self.row: ConversationRow | None = None

    @property
    def id(self) -> ConversationId | None:
        """The open conversation."""
        return self._view.conversation

    async def open(self, id: ConversationId | None) -> None:
        """Show a conversation; overtaken by a newer one it does nothing."""
        if id == self._view.conversation:
            return
        self._view.open(id, self._session.now())
        if id is None:
            self.row = None
            self._view.set_head(None)
            return
        await self._read_row(id)
        await self._read(id, PAGE)

    async def changed(self) -> None:
        """Read the open conversation again; what is read stays where it is."""
        id = self._view.conversation
        if id is not None:
            await self._read_row(id)
            await self._read(id, max(len(self._view.layout_.messages) + 5, PAGE))

    async def older(self, id: ConversationId, before: tuple[int, int]) -> None:
        """The page before."""
        page = await self._session.reader.all(messages.thread(id, before, PAGE))
        known = self._view.layout_.messages
        if self._view.conversation == id and known and (known[0].at, known[0].id) == before:
            self._view.prepend(page[::-1], complete=len(page) < PAGE)

    async def bodies(self, id: ConversationId, ids: list[MessageId]) -> None:
        """What stands in some messages."""
        bodies = await self._session.reader.all(messages.bodies(ids))
        files = await self._session.reader.all(messages.attachments(ids))
        if self._view.conversation == id:
            shown = [file for file in files if not file.inline or file.is_picture]
            self._view.give(bodies, sorted(shown, key=lambda file: (file.inline, file.id)))

    def _retitle(self) -> None:
        """The head of the thread."""
        row = self.row
        if row is not None:
            state = row.state.value if not row.assignee else f"{row.state.value} · {row.assignee}"
            if row.no_reply and row.followed_up_at is not None:
                state += f" · no reply by {moment(row.followed_up_at, self._session.now())}"
            elif row.follow_up_at is not None:
                state += f" · follow up {moment(row.follow_up_at, self._session.now())}"
            people = f"{row.contact_name} {self._session.glyphs.arrow} {row.account}"
            self._view.set_head(Head(row.subject, row.id, people, state))

    async def _read_row(self, id: ConversationId) -> None:
        row = await self._session.reader.first(conversations.by_id(id))
        if row is not None and self._view.conversation == id:
            self.row = row
            self._retitle()

    async def _read(self, id: ConversationId, limit: int) -> None:
        page = await self._session.reader.all(messages.thread(id, limit=limit))
        if self._view.conversation != id:
            return
        await self.bodies(id, [message.id for message in page[:8]])
        if self._view.conversation == id:
            self._view.put(page[::-1], complete=len(page) < limit)
