"""The main page: list, thread, contact and composer, wired together. What commands do stands in `acts_*`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer

from omnitui.core.commands import Context
from omnitui.core.models import ContactCard, ConversationId, ConversationRow, Draft
from omnitui.screens.base import REST
from omnitui.screens.handlers import Call
from omnitui.screens.inbox_parts import InboxParts
from omnitui.screens.lacking import lacking
from omnitui.screens.list_pages import ListPages
from omnitui.screens.panes import Panes
from omnitui.screens.session import Session
from omnitui.screens.top_state import TopState
from omnitui.screens.view_state import Views
from omnitui.widgets.bars import TopLine
from omnitui.widgets.conversation_list import ConversationList
from omnitui.widgets.words import several

if TYPE_CHECKING:
    from omnitui.screens.composing import Composing
    from omnitui.screens.search_line import SearchLine
    from omnitui.screens.thread_find import FindLine
    from omnitui.widgets.composer import Composer, ComposerText
    from omnitui.widgets.contact_panel import ContactPanel
    from omnitui.widgets.selectable_thread import SelectableThread
    from omnitui.widgets.thread_view import ThreadView

PREVIEW_AFTER = 0.12
"""Seconds that the cursor rests before the thread beside the list follows it."""
AGAIN_AFTER = 2.0
"""Seconds until a cache that could not be read at the start is tried again."""


class InboxPage(InboxParts, inherit_bindings=False):
    """The desk of an agent."""

    NAME: ClassVar[str] = "inbox"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        glyphs = session.glyphs
        self.top = TopLine(id="top", glyphs=glyphs)
        self.list = ConversationList(id="list", glyphs=glyphs, marks=session.marks)
        self.pages = ListPages(session, self.list)
        self.views = Views(session)
        self.state = TopState(session, self.top, self.views)
        self.panes = Panes(self)
        self.not_offered = partial(lacking, self)
        self.last_mark: ConversationId | None = None
        self.slashed = False
        """A saved reply was asked for by `/`, which is put back when none is taken."""
        self._preview: Timer | None = None
        self.furnished = False

    @cached_property
    def composing(self) -> Composing:
        """What is being written; triage and the log are loaded for it, which the first frame can do without."""
        from omnitui.screens.composing import Composing

        return Composing(self)

    def compose(self) -> ComposeResult:
        """Top line, three panes, bottom line."""
        yield self.top
        with Horizontal(id="panes"):
            with Vertical(id="list-pane"):
                yield self.list
            yield Vertical(id="thread-pane")
            yield Vertical(id="contact-pane")
        yield self.status

    async def furnish(self) -> None:
        """Bring what the first frame can do without; one who quits meanwhile is not held up."""
        coming = self.later_parts()
        while self.is_attached and self.app.is_running:
            part = next(coming, None)
            if part is None:
                self._wire()
                return
            await part

    def _wire(self) -> None:
        """Every widget is there: they are told of each other."""
        self.composer.area.takes, self.composer.area.runs = self._ahead.takes, self._runs
        self.composer.area.on_slash = self._slash
        self.search_line.when_kept = self.search.keep
        self._all_here()
        self.follow_now()
        self.beside(self.read_state)

    async def on_mount(self) -> None:
        """First the rows; all else comes after the first frame."""
        self.list.now = self.session.now()
        self.list.compact = self.session.settings.ui.compact
        self.set_focus(self.list)
        await self._first_rows()
        self.call_after_refresh(self.set_timer, REST, self.furnish)
        self.set_interval(20, self._tick)
        problems = self.session.keymap.problems
        if problems:
            self.say(f"[keys] {problems[0].entry}: {problems[0].message}; omnitui keys --check tells all", "warn")

    async def _first_rows(self) -> None:
        """The first view; a cache that cannot be read yet is tried again."""
        if not self.list.window.loaded and not await self.said(partial(self.open_view, 0)):
            self.list.empty = ("The mailbox cannot be read.",)
            self.list.refresh()
            self.set_timer(AGAIN_AFTER, partial(self.beside, self._first_rows))

    @property
    def context(self) -> Context:
        """What has the focus."""
        if not self.furnished:
            return Context.LIST
        if self.writing and self.composer.has_focus_within:
            return Context.COMPOSE
        if self.contact.has_focus:
            return Context.CONTACT
        if self.thread.has_focus:
            return Context.SELECT if self.thread.choosing else Context.THREAD
        return Context.LIST

    @property
    def writing(self) -> bool:
        """The composer is open."""
        return self.furnished and self.composer.writing

    def opens(self, *, writes: bool) -> bool:
        """A field is open or about to get the focus; the search line too."""
        return super().opens(writes=writes) or self.search.opening or self.find.opening

    @property
    def here(self) -> ConversationRow | None:
        """The conversation that commands act on: the open one in the thread, the cursor's in the list."""
        if self.context is not Context.LIST and self.reading.row is not None:
            return self.reading.row
        return self.list.window.row

    @property
    def targets(self) -> list[ConversationId]:
        """What a command of triage acts on: the marked ones, else the one at hand."""
        if self.list.marked:
            return sorted(self.list.marked)
        row = self.here
        return [] if row is None else [row.id]

    async def open_view(self, index: int) -> None:
        """Show a view of the top line."""
        view = self.views.at(index)
        if view is None:
            self.say(f"There is no view {index + 1}", "warn")
            return
        where = self.views.where(view)
        self.views.here = index
        self.state.show_views()
        self.top.set(order=self.views.order_words(view.order))
        self.list.empty = self.views.empty_words(view)
        if await self.pages.open(where, view.order):
            self.follow_now()

    async def open_conversation(self, id: ConversationId, *, focus: bool = True) -> None:
        """Open a conversation in the thread; it has then been read."""
        self.list.window.go_to(id)
        self.list.refresh()
        await self.show(id)
        if focus:
            self.panes.show_thread()
        row = self.reading.row
        if row is not None and row.id == id and row.unread_count:
            from omnitui.triage import labels

            session = self.session
            await session.writer.do(labels.read, session.agent, [id], True, session.now(), undoable=False)
            session.wake()

    async def show(self, id: ConversationId | None) -> None:
        """Fill thread and contact with a conversation."""
        await self.reading.open(id)
        await self.show_contact()

    async def show_timeline(self, card: ContactCard) -> None:
        """All that was written with a person as one thread; commands act on the conversation of the message at hand."""
        self.panes.show_thread()
        await self.reading.open_timeline(card)
        await self.show_contact()

    async def show_contact(self) -> None:
        """Fill the side panel with who the open conversation is with."""
        row = self.reading.row
        if row is None or not self.contact.display:
            self.contact.show(None, None, self.session.now())
            return
        from omnitui.store import contacts

        card = await self.session.reader.do(contacts.fetch_card, row.id)
        if card is not None:
            from omnitui.store import matches

            card = replace(card, matches=tuple(await self.session.reader.all(matches.possible(card.id))))
        if self.reading.row is row:
            self.contact.show(card, row, self.session.now())

    def follow_now(self) -> None:
        """Let the thread beside the list show the cursor's conversation."""
        if self._preview is not None:
            self._preview.stop()
            self._preview = None
        if self.furnished and self.panes.thread_beside and not self.writing:
            self.beside(self._show_cursor, group="preview", only=True)

    async def _show_cursor(self) -> None:
        await self.show(self.list.window.cursor)

    async def changed(self, ids: Collection[int]) -> None:
        """The feed tells that these changed (0: accounts or outbox; none named: it may be anything)."""
        conversations = {ConversationId(id) for id in ids if id}
        if conversations:
            await self.pages.changed(conversations)
        elif not ids and self.list.window.loaded:
            await self.pages.reload()
        if not ids or (conversations and self.reading.concerns(conversations)):
            await self.reading.changed()
            await self.show_contact()
        await self.read_state()

    async def read_state(self) -> None:
        """Counts, connection, outbox and the progress of the sync."""
        if await self.state.read():
            self.list.remark()
        self.status.set(progress=self.state.progress)
        self.pages.filling = bool(self.state.progress) and self.list.has_focus
        if self.views.here is not None and not self.list.window.rows:
            self.list.empty = self.empty_words()
            self.list.refresh()

    def empty_words(self) -> tuple[str, ...]:
        """What to say when the present view is empty."""
        view = self.views.at(self.views.here) if self.views.here is not None else None
        if view is None:
            return ("No conversation matches.",)
        return self.views.empty_words(view, fetching=self.state.fetching)

    def _tick(self) -> None:
        self.list.tick(self.session.now())
        self.state.counting.later()

    async def write_on(self, draft: Draft) -> None:
        """Open a draft in the composer, beside its conversation."""
        await self.composing.put_away()
        if draft.conversation_id is not None:
            await self.open_conversation(draft.conversation_id)
        await self.composing.open(draft)

    async def before_leaving(self) -> None:
        """Keep the draft."""
        await self.composing.saved.put_away()
        await self.composing.save()

    def on_composer_rested(self, event: Composer.Rested) -> None:
        """The text rests: save it, and look at the warnings."""
        event.stop()
        self.beside(self._keep_and_look)

    def _slash(self) -> None:
        self.slashed = True
        self.run_command(Call("compose.saved"))

    async def _keep_and_look(self) -> None:
        await self.composing.save()
        await self.composing.look()

    def on_composer_text_paste_refused(self, event: ComposerText.PasteRefused) -> None:
        """Too long a paste."""
        event.stop()
        self.say(f"{event.length:,} characters are too many to paste; attach them as a file (ctrl+o)", "warn")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A composer that was closed meanwhile does not keep the focus."""
        super().on_descendant_focus(event)
        if self.furnished and self.composer in event.widget.ancestors and not self.composer.writing:
            self.panes.focus_shown()

    def focus_first(self) -> None:
        """The composer while writing, else the thread or the list."""
        self.panes.focus_shown()

    def on_conversation_list_cursor_moved(self, event: ConversationList.CursorMoved) -> None:
        """The thread follows when the cursor rests."""
        event.stop()
        if self._preview is not None:
            self._preview.stop()
        if self.panes.thread_beside and self.list.has_focus:
            self._preview = self.set_timer(PREVIEW_AFTER, self.follow_now)

    def on_conversation_list_page_wanted(self, event: ConversationList.PageWanted) -> None:
        """The list comes near an end of what it has."""
        event.stop()
        self.beside(partial(self.pages.more, event.above))

    def on_conversation_list_opened(self, event: ConversationList.Opened) -> None:
        """A double click."""
        event.stop()
        self.run_command(Call("row.open"))

    def on_contact_panel_opened(self, event: ContactPanel.Opened) -> None:
        """A click on one of their conversations."""
        event.stop()
        self.beside(partial(self.open_conversation, event.id))

    def on_thread_view_older_wanted(self, event: ThreadView.OlderWanted) -> None:
        """The thread comes near the oldest message it has."""
        event.stop()
        self.beside(partial(self.reading.older, event.conversation, event.before))

    def on_thread_view_beyond_wanted(self, event: ThreadView.BeyondWanted) -> None:
        """Somebody reads on above the oldest message."""
        event.stop()
        self.beside(partial(self.reading.ask_beyond, event.conversation))

    def on_selectable_thread_text_selected(self, event: SelectableThread.TextSelected) -> None:
        """The mouse has selected something."""
        event.stop()
        keys = self.session.keymap.keys_of("text.copy")
        lines = self.thread.selected().count("\n") + 1
        self.say(f"{several(lines, 'line')} selected" + (f" · {keys[0]} copies" if keys else ""), "muted")

    def on_thread_view_bodies_wanted(self, event: ThreadView.BodiesWanted) -> None:
        """Messages come into view."""
        event.stop()
        self.beside(partial(self.reading.bodies, event.conversation, event.ids))

    def on_input_changed(self, event: SearchLine.Changed) -> None:
        """Search while one types; what was typed since makes an older look void."""
        if event.input is self.search_line:
            event.stop()
            self.beside(partial(self.search.look, event.value), group="search", only=True)
        elif event.input.id == "find":
            event.stop()
            self.beside(partial(self.find.look, event.value), group="find", only=True)

    def on_find_line_ready(self, event: FindLine.Ready) -> None:
        """The find line has the focus."""
        event.stop()
        self.find.opening = False

    def on_find_line_left(self, event: FindLine.Left) -> None:
        """Esc: back to where the thread stood."""
        event.stop()
        self.find.leave(back=True)

    def on_find_line_kept(self, event: FindLine.Kept) -> None:
        """Enter: into the thread."""
        event.stop()
        self.find.keep()

    def on_search_line_ready(self, event: SearchLine.Ready) -> None:
        """The search line has the focus."""
        event.stop()
        self.search.opening = False

    def on_search_line_left(self, event: SearchLine.Left) -> None:
        """Esc: back to what was shown."""
        event.stop()
        self.beside(self.search.leave)

    def on_search_line_completing(self, event: SearchLine.Completing) -> None:
        """Tab in the search line."""
        event.stop()
        self.beside(partial(self.search.words.complete, event.forward), group="complete", only=True)

    def on_top_line_view_clicked(self, event: TopLine.ViewClicked) -> None:
        """A click on a view."""
        event.stop()
        self.beside(partial(self.open_view, event.index))

    def on_resize(self, event: events.Resize) -> None:
        """Other panes fit."""
        before = self.panes.thread_beside
        self.panes.fit(event.size.width)
        if self.panes.thread_beside and not before and self.furnished and self.list.has_focus:
            self.follow_now()
