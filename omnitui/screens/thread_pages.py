"""Fills the thread and the contact panel with the conversation at hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from textual.timer import Timer

from omnitui.core.channels import EMAIL
from omnitui.core.models import (
    ContactCard,
    ContactId,
    ConversationId,
    ConversationRow,
    MessageId,
    Older,
    OlderState,
    ThreadMessage,
)
from omnitui.screens.session import Session
from omnitui.store import conversations, messages
from omnitui.store.chat import older, writing
from omnitui.store.select import Select
from omnitui.widgets.chat_lines import before_us, who_writes
from omnitui.widgets.thread_view import Head, ThreadView
from omnitui.widgets.words import moment, several

PAGE = 40
"""Messages of a page."""


class ThreadPages:
    """What is read: one conversation, or all that was ever written with one person."""

    def __init__(self, session: Session, view: ThreadView) -> None:
        self._session = session
        self._view = view
        self._row: ConversationRow | None = None
        self._person: ContactCard | None = None
        self._whole: ConversationId | None = None
        """The conversation whose first page has been read to its end."""
        self._rows: dict[ConversationId, ConversationRow] = {}
        """Of a timeline: the conversations of the messages that are here."""
        self._until: Timer | None = None

    @property
    def row(self) -> ConversationRow | None:
        """The open conversation; in a timeline that of the message at hand."""
        if self._person is None:
            return self._row
        message = self._view.current
        return self._rows.get(message.conversation_id) if message is not None else None

    @property
    def id(self) -> ConversationId | None:
        """The open conversation; in a timeline that of the message at hand."""
        if self._person is None:
            return self._view.conversation
        row = self.row
        return row.id if row is not None else None

    @property
    def timeline(self) -> bool:
        """All conversations of one person are shown as one thread."""
        return self._person is not None

    async def open(self, id: ConversationId | None) -> None:
        """Show a conversation; overtaken by a newer one it does nothing. One that was begun and broken off (the cursor
        went on and came back) is read now."""
        if id == self._view.conversation and self._whole == id:
            return
        if id is None or id != self._view.conversation:
            self._person, self._rows, self._whole = None, {}, None
            self._view.open(id, self._session.now())
        if id is None:
            self._row = None
            self._view.set_head(None)
            return
        await self._read_row(id)
        await self._read(id, PAGE)
        if self._view.conversation == id:
            self._whole = id

    async def open_timeline(self, card: ContactCard) -> None:
        """Show everything written with a person, the newest at the end."""
        key = _key(card.id)
        self._person, self._row, self._rows, self._whole = card, None, {}, None
        self._view.open(key, self._session.now())
        name = card.name or card.identities[0].address
        count = several(card.conversation_count, "conversation") if card.conversation_count else "only copied in"
        people = ", ".join(identity.address for identity in card.identities)
        self._view.set_head(Head(f"All with {name}", 0, people, count))
        await self._read(key, PAGE)

    def concerns(self, ids: Collection[ConversationId]) -> bool:
        """Whether a change of these conversations may show here; of a timeline any may, since one may have begun."""
        return self._person is not None or self._view.conversation in ids

    async def changed(self) -> None:
        """Read what is open again; what is read stays where it is."""
        id = self._view.conversation
        if id is not None:
            if self._person is None:
                await self._read_row(id)
            await self._read(id, max(len(self._view.layout_.messages) + 5, PAGE))

    def _select(self, before: tuple[int, int] | None, limit: int) -> Select[ThreadMessage] | None:
        if self._person is not None:
            return messages.of_contact(self._person.id, before, limit)
        id = self._view.conversation
        return messages.thread(id, before, limit) if id is not None else None

    async def older(self, id: ConversationId, before: tuple[int, int]) -> None:
        """The page before."""
        select = self._select(before, PAGE) if self._view.conversation == id else None
        if select is None:
            return
        page = await self._session.reader.all(select)
        await self._read_rows(page)
        known = self._view.layout_.messages
        if self._view.conversation == id and known and (known[0].at, known[0].id) == before:
            self._view.prepend(page[::-1], complete=len(page) < PAGE)

    async def _read_rows(self, page: Sequence[ThreadMessage]) -> None:
        """In a timeline every message may be of another conversation."""
        person = self._person
        wanted = {message.conversation_id for message in page}
        if person is None or not wanted:
            return
        rows = await self._session.reader.all(conversations.by_ids(wanted))
        if self._person is person:
            self._rows |= {row.id: row for row in rows}
            self._view.layout_.subjects = {row.id: row.subject or row.account for row in self._rows.values()}

    async def bodies(self, id: ConversationId, ids: list[MessageId]) -> None:
        """What stands in some messages."""
        bodies = await self._session.reader.all(messages.bodies(ids))
        files = await self._session.reader.all(messages.attachments(ids))
        if self._view.conversation == id:
            shown = [file for file in files if not file.inline or file.is_picture]
            self._view.give(bodies, sorted(shown, key=lambda file: (file.inline, file.id)))

    def _retitle(self) -> None:
        """The head of the thread."""
        row = self._row
        if row is not None:
            state = row.state.value if not row.assignee else f"{row.state.value} · {row.assignee}"
            if row.no_reply and row.followed_up_at is not None:
                state += f" · no reply by {moment(row.followed_up_at, self._session.now())}"
            elif row.follow_up_at is not None:
                state += f" · follow up {moment(row.follow_up_at, self._session.now())}"
            people = f"{row.contact_name} {self._session.glyphs.arrow} {row.account}"
            subject = row.subject if row.channel == EMAIL else row.subject or row.contact_name or "(nobody)"
            self._view.set_head(Head(subject, row.id, people, state))

    async def _read_row(self, id: ConversationId) -> None:
        row = await self._session.reader.first(conversations.by_id(id))
        if row is not None and self._view.conversation == id:
            self._row = row
            self._retitle()
            if row.channel != EMAIL:
                await self._read_ends(id)

    async def _read_ends(self, id: ConversationId) -> None:
        """What is to be said of the time before a chat's first message here, and who writes at this moment."""
        session, view = self._session, self._view
        now = session.now()
        stands: Older | None = await session.reader.first(older.standing(id))
        writers = await session.reader.all(writing.of_conversation(id, now))
        if view.conversation == id:
            view.more_beyond = stands is not None and stands.state is OlderState.MORE
            view.set_ends(before_us(stands), who_writes([one.name for one in writers]))
            if self._until is not None:
                self._until.stop()
            # Nobody tells when it is over: it ends by itself.
            left = (min(one.until for one in writers) - now) / 1000 if writers else None
            self._until = None if left is None else view.set_timer(left + 0.1, partial(self._read_ends, id))

    async def ask_beyond(self, id: ConversationId, *, again: bool = False) -> Older:
        """Let the worker bring what was said before the oldest message here; nothing waits for it. Gives how it
        stands. With `again` what was refused is asked for once more."""
        session = self._session
        stands = await session.writer.do(older.order, id, session.now(), again=again)
        session.wake()
        await self._read_ends(id)
        return stands

    async def _read(self, id: ConversationId, limit: int) -> None:
        select = self._select(None, limit) if self._view.conversation == id else None
        if select is None:
            return
        page = await self._session.reader.all(select)
        await self._read_rows(page)
        if self._view.conversation != id:
            return
        await self.bodies(id, [message.id for message in page[:8]])
        if self._view.conversation == id:
            self._view.put(page[::-1], complete=len(page) < limit)


def _key(contact: ContactId) -> ConversationId:
    """What a timeline is known by: no conversation has a number below nought."""
    return ConversationId(-contact)
