"""The thread: one hand-painted widget over messages of which only those near the view are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from textual import events
from textual.message import Message
from textual.strip import Strip

from omnitui.core.models import AttachmentRow, ConversationId, MessageBody, MessageId, ThreadMessage
from omnitui.core.text.find import Sought
from omnitui.core.times import Instant
from omnitui.widgets.glyphs import UNICODE, Glyphs
from omnitui.widgets.lines import Line, Piece, paint, sides, with_found
from omnitui.widgets.look import Look
from omnitui.widgets.painted import Painted
from omnitui.widgets.thread_layout import ThreadLayout

HEAD = 3
"""Lines above the messages: subject, people, a rule."""
_WHEEL = 3


@dataclass(frozen=True, slots=True)
class Head:
    """What a thread is about, and who writes to whom. A timeline has no number."""

    subject: str
    number: int
    people: str
    state: str

    def lines(self, width: int, rule: str) -> tuple[Line, Line, Line]:
        """Subject and number, people and state, a rule."""
        number = f"#{self.number}" if self.number else ""
        return (
            sides(((self.subject or "(no subject)", "strong"),), ((number, "muted"),), width),
            sides(((self.people, "muted"),), ((self.state, "accent"),), width),
            ((rule * width, "border"),),
        )


class ThreadView(Painted, can_focus=True, inherit_bindings=False):
    """Shows one conversation; asks for what it lacks."""

    @dataclass
    class OlderWanted(Message):
        """Messages before the first one that is here."""

        conversation: ConversationId
        before: tuple[int, int]

    @dataclass
    class BeyondWanted(Message):
        """Somebody reads on above the oldest message of all, and there may be more at the other side."""

        conversation: ConversationId

    @dataclass
    class BodiesWanted(Message):
        """What stands in these messages."""

        conversation: ConversationId
        ids: list[MessageId]

    def __init__(self, *, id: str | None = None, glyphs: Glyphs = UNICODE, me: str = "") -> None:
        super().__init__(id=id, glyphs=glyphs)
        self.conversation: ConversationId | None = None
        self.layout_ = ThreadLayout(Look(80, glyphs, Instant(0), me))
        self.head: Head | None = None
        self.empty: Sequence[str] = ()
        self.more_beyond = False
        """There may be older messages at the other side, for which nobody has asked."""
        self._me = me
        self._shown: list[tuple[int, Line]] | None = None
        self._asked: set[MessageId] = set()
        self._asked_before: MessageId | None = None
        self._to_first = False
        self._sought: Sought | None = None
        self._hit: tuple[MessageId, int] | None = None
        self._held: tuple[MessageId, int] | None = None
        """The line that stays in view while the texts around it come in, until one scrolls."""

    def open(self, conversation: ConversationId | None, now: Instant) -> None:
        """Another conversation; its messages come with `put`."""
        self.conversation = conversation
        self.layout_ = ThreadLayout(Look(max(self.size.width, 20), self.glyphs, now, self._me))
        self.layout_.height = max(self.size.height - HEAD, 1)
        self._asked.clear()
        self._asked_before = None
        self._to_first, self._held, self._hit = False, None, None
        self.more_beyond = False
        self.changed()

    def set_ends(self, above: Piece, below: Piece) -> None:
        """What stands over the oldest and under the newest message of all."""
        if self.layout_.set_ends(above, below):
            self.changed()

    def set_head(self, head: Head | None) -> None:
        """What stands above the messages."""
        if head != self.head:
            self.head = head
            self.refresh()

    def set_sought(self, sought: Sought | None) -> None:
        """Mark these words wherever they stand."""
        if sought != self._sought:
            self._sought = sought
            self.refresh()

    def set_hit(self, place: tuple[MessageId, int] | None) -> None:
        """The line of a message at which one stands among what was found."""
        if place != self._hit:
            self._hit = place
            self.refresh()

    def show_line(self, id: MessageId, line: int) -> None:
        """Bring a line of a message into view, with some lines around it."""
        index = self.layout_.index_of(id)
        if index is not None:
            self._to_first, self._held = False, (id, line)
            self.layout_.to_line(index, max(line - self.layout_.height // 3, 0))
            self.changed()

    @property
    def top_line(self) -> tuple[MessageId, int] | None:
        """The line at the top of the view, by its message."""
        index, line = self.layout_.top
        return (self.layout_.messages[index].id, line) if index < len(self.layout_.messages) else None

    def go_to_line(self, id: MessageId, line: int) -> None:
        """Put a line of a message at the top of the view."""
        index = self.layout_.index_of(id)
        if index is not None:
            self._to_first, self._held = False, None
            self.layout_.to_line(index, line)
            self.changed()

    def put(self, messages: Sequence[ThreadMessage], *, complete: bool) -> None:
        """The messages, oldest first; at first opening the view goes to the first unread one, or to the end."""
        first = not self.layout_.messages
        self.layout_.put(messages, complete=complete)
        if first:
            self.layout_.to_end()
            self._to_first_unread()
        self.changed()

    def prepend(self, messages: Sequence[ThreadMessage], *, complete: bool) -> None:
        """Older messages."""
        self.layout_.prepend(messages, complete=complete)
        self._asked_before = None
        if self._to_first:
            self.layout_.top = (0, 0)
            self._to_first = not complete
        self.changed()

    def give(self, bodies: Iterable[MessageBody], files: Iterable[AttachmentRow]) -> None:
        """What stands in some messages."""
        given = list(bodies)
        self._asked -= {body.message_id for body in given}
        self.layout_.give(given, files)
        if self._held is not None:
            self.show_line(*self._held)
        self.changed()

    def _to_first_unread(self) -> None:
        for index, message in enumerate(self.layout_.messages):
            if not message.seen and not message.ours:
                self.layout_.to_line(index, 0)
                return
        if self.layout_.messages and len(self.layout_.lines(len(self.layout_.messages) - 1)) > self.layout_.height:
            self.layout_.to_line(len(self.layout_.messages) - 1, 0)

    def scroll_lines(self, lines: int) -> bool:
        """Down or up; False when already there."""
        self._to_first, self._held = False, None
        moved = self.layout_.scroll(lines)
        self.changed()
        if lines < 0 and not moved:
            self._want_beyond()
        return moved

    def scroll_last(self) -> None:
        """To the newest."""
        self._to_first, self._held = False, None
        self.layout_.to_end()
        self.changed()

    def scroll_first(self) -> None:
        """To the oldest; those that are not here yet are asked for, page by page."""
        if self.layout_.top == (0, 0):
            self._want_beyond()
        self.layout_.top, self._held = (0, 0), None
        self._to_first = not self.layout_.complete
        self.changed()

    def _want_beyond(self) -> None:
        if self.more_beyond and self.layout_.complete and self.conversation is not None:
            self.more_beyond = False
            self.post_message(self.BeyondWanted(self.conversation))

    def toggle_fold(self, id: MessageId) -> None:
        """Open or close quotes, signature and logs of a message."""
        self.layout_.toggle_fold(id)
        self.changed()

    @property
    def current(self) -> ThreadMessage | None:
        """The message at hand."""
        return self.layout_.current

    @property
    def page(self) -> int:
        """Lines of a page."""
        return max(self.layout_.height - 2, 1)

    def changed(self) -> None:
        """Paint anew and ask for what is missing."""
        self._shown = None
        self.refresh()
        layout, conversation = self.layout_, self.conversation
        if conversation is None or not layout.messages:
            return
        missing = [id for id in layout.missing() if id not in self._asked]
        if missing:
            self._asked.update(missing)
            self.post_message(self.BodiesWanted(conversation, missing))
        oldest = layout.messages[0]
        if layout.top[0] < 3 and not layout.complete and self._asked_before != oldest.id:
            self._asked_before = oldest.id
            self.post_message(self.OlderWanted(conversation, (oldest.at, oldest.id)))

    def forget(self) -> None:
        """Nothing painted is kept but the lines of this frame."""
        self._shown = None

    def render_line(self, y: int) -> Strip:
        """The head, then the lines of the messages in view, with a bar at the message at hand."""
        width = self.size.width
        if y < HEAD:
            line = self.head.lines(max(width - 2, 10), self.glyphs.rule)[y] if self.head else ()
            return paint(((" ", ""), *line), width, self.role)
        if self._shown is None:
            self._shown = self.layout_.visible()
        y -= HEAD
        if not self._shown:
            text = self.empty[y - 1] if 0 < y <= len(self.empty) else ""
            return paint(((" " + text, "muted"),), width, self.role)
        if y >= len(self._shown):
            return paint((), width, self.role)
        line = self._shown[y][1]
        if self._sought is not None:
            line = with_found(line, self._sought)
        lead = self.glyphs.bar if self._hit is not None and self._at_hit(y) else " "
        return paint(((lead, "accent" if lead != " " else ""), *line), width, self.role)

    def _at_hit(self, y: int) -> bool:
        place = self.layout_.place_in_view(y)
        return place is not None and (self.layout_.messages[place[0]].id, place[1]) == self._hit

    def on_resize(self, event: events.Resize) -> None:
        """Another width wraps anew, around the message at hand."""
        self.layout_.height = max(event.size.height - HEAD, 1)
        look = self.layout_.look
        self.layout_.restyle(replace(look, width=max(event.size.width, 20)))
        self.layout_.scroll(0)
        self.changed()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        self.scroll_lines(_WHEEL)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        self.scroll_lines(-_WHEEL)
        event.stop()
