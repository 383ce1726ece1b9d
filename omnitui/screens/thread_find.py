"""Finding words in the open thread: from hit to hit, through pages that are not read yet and folds that are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from omnitui.core.errors import Overtaken
from omnitui.core.models import ConversationId, MessageId
from omnitui.core.query.ast import Node, Word
from omnitui.core.text.find import Sought, sought
from omnitui.store import search
from omnitui.widgets.in_order import InOrder
from omnitui.widgets.thread_hits import hit_lines
from omnitui.widgets.words import several

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage

Place = tuple[MessageId, int]
"""A message and a line of it."""


class FindLine(InOrder, Input):
    """The line above the thread."""

    HINTS = (("enter", "to the text"), ("escape", "back"))
    """What the bottom line says of its keys."""
    virtual_size = Reactive(Size(0, 0), layout=False)
    """As in the line of a search: a longer text moves nothing else on the screen."""

    class Left(Message):
        """Esc."""

    class Kept(Message):
        """Enter: on to the thread, with the words marked."""

    class Ready(Message):
        """It has the focus."""

    def on_focus(self) -> None:
        """What was typed ahead has come."""
        self.post_message(self.Ready())

    def on_key(self, event: events.Key) -> None:
        """Esc leaves, Enter goes on."""
        if event.key in ("escape", "ctrl+g"):
            self.post_message(self.Left())
        elif event.key in ("enter", "ctrl+j", "down", "tab"):
            self.post_message(self.Kept())
        else:
            return
        event.stop()
        event.prevent_default()


class ThreadFind:
    """The words sought in the thread, and where one stands among them."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self._line: FindLine | None = None
        self._from: Place | None = None
        self._shown = False
        self._words: tuple[Node, Sought] | None = None
        self._found: tuple[ConversationId, Node, list[MessageId]] | None = None
        self._at: Place | None = None
        self.opening = False
        """The line is about to get the focus."""

    @property
    def active(self) -> bool:
        """The line is shown."""
        return self._shown

    @property
    def sought(self) -> Sought | None:
        """The words to mark: those of this line, else those of the search."""
        if self._words is not None:
            return self._words[1]
        asked = self._page.search.asked
        return asked.sought if asked else None

    async def begin(self, text: str = "") -> None:
        """Show the line over the thread; with a text, go to its first hit at once."""
        page = self._page
        self.opening = True
        self._from, self._shown = page.thread.top_line, True
        page.panes.show_thread()
        if self._line is None:
            self._line = FindLine(id="find", placeholder="find in this thread")
            await page.query_one("#thread-pane").mount(self._line, before=0)
        self._line.remove_class("-hidden")
        if text:
            self._line.value = text
            self.keep()
        else:
            self._line.focus()

    async def look(self, text: str) -> None:
        """The words have changed: mark them, and go to the first at or below what is in view."""
        words = sought([(text, True)])
        self._words = (Word(text.strip(), prefix=True), words) if words else None
        self._at = None
        self.mark()
        if self._words is not None:
            await self.step(1)

    async def step(self, by: int) -> None:
        """To the next hit (1) or the one before (-1); behind the last comes the first."""
        page = self._page
        words, id = self._sought_words(), page.reading.id
        if words is None:
            keys = page.session.keymap.keys_of("find")
            page.say(f"Nothing is sought here; {keys[0] if keys else 'find'} seeks in this thread", "muted")
            return
        if id is None:
            return
        try:
            matches = await self._matches(id, words[0])
        except Overtaken:
            return
        if page.reading.id != id:
            return
        if not matches:
            page.say("This thread does not say it", "muted")
            return
        place = self._within(words[1], by) or await self._beyond(matches, words[1], by)
        if place is not None and page.reading.id == id:
            self._at = place
            self._tell(place, matches)

    def keep(self) -> None:
        """The thread gets the focus; the words stay marked."""
        self.opening = False
        self._page.panes.show_thread()

    def leave(self, *, back: bool = False) -> None:
        """Hide the line and forget its words; `back` to where the thread stood."""
        page, begun = self._page, self._from
        self._words, self._at, self._shown, self.opening = None, None, False, False
        if self._line is not None:
            self._line.add_class("-hidden")
            with self._line.prevent(Input.Changed):
                self._line.value = ""
        if back and begun is not None:
            page.thread.go_to_line(*begun)
        self.mark()
        page.panes.show_thread()
        page.say("")

    def mark(self) -> None:
        """Mark the words in the thread."""
        self._page.thread.set_sought(self.sought)
        self._page.thread.set_hit(self._at)

    def _sought_words(self) -> tuple[Node, Sought] | None:
        asked = self._page.search.asked
        if self._words is None and asked is not None and asked.sought is not None:
            return asked.node, asked.sought
        return self._words

    async def _matches(self, id: ConversationId, node: Node) -> list[MessageId]:
        """The messages that say it, oldest first; asked once for a thread and its words."""
        if self._found is None or self._found[:2] != (id, node):
            self._at = None
            found = await self._page.session.searcher.all(search.in_conversation(node, id))
            self._found = (id, node, found)
        return self._found[2]

    def _within(self, words: Sought, by: int) -> Place | None:
        """The next hit in the message at hand."""
        if self._at is None:
            return None
        id, line = self._at
        lines = hit_lines(self._page.thread.layout_, id, words)
        further = [n for n in lines if n > line] if by > 0 else [n for n in reversed(lines) if n < line]
        return (id, further[0]) if further else None

    async def _beyond(self, matches: list[MessageId], words: Sought, by: int) -> Place | None:
        """The first hit in the next message that has one; messages that are not here yet are read."""
        start = self._start(matches, by)
        for step in range(len(matches)):
            id = matches[(start + by * step) % len(matches)]
            if not await self._bring(id):
                return None
            lines = hit_lines(self._page.thread.layout_, id, words)
            if lines:
                return id, lines[0 if by > 0 else -1]
        return None

    def _start(self, matches: list[MessageId], by: int) -> int:
        """Which match comes next: behind the one at hand, else the first at or below the top of the view."""
        if self._at is not None and self._at[0] in matches:
            return matches.index(self._at[0]) + by
        layout = self._page.thread.layout_
        places = [layout.index_of(id) for id in matches]
        below = [n for n, place in enumerate(places) if place is not None and place >= layout.top[0]]
        if by > 0:
            return below[0] if below else 0
        return below[0] - 1 if below else len(matches) - 1

    async def _bring(self, id: MessageId) -> bool:
        """Read a message and its text; False when another thread was opened meanwhile."""
        page, layout = self._page, self._page.thread.layout_
        conversation = page.reading.id
        while conversation is not None and layout.index_of(id) is None and layout.messages and not layout.complete:
            oldest = layout.messages[0]
            await page.reading.older(conversation, (oldest.at, oldest.id))
            if page.thread.layout_ is not layout:
                return False
        if conversation is not None and layout.body(id) is None:
            await page.reading.bodies(conversation, [id])
        return page.thread.layout_ is layout

    def _tell(self, place: Place, matches: list[MessageId]) -> None:
        page = self._page
        page.thread.show_line(*place)
        self.mark()
        keys = [(page.session.keymap.keys_of(id) or ("",))[0] for id in ("find.next", "find.previous")]
        where = f"{matches.index(place[0]) + 1} of {several(len(matches), 'message')}" if place[0] in matches else ""
        page.say(f"{where} · {keys[0]} next, {keys[1]} previous" if all(keys) else where, "accent")
