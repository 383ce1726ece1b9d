"""A thread of any length as lines, made only for what is near the view. Pure.

The place in it is (message, line of the message), never a line number of the whole: nothing above has to be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from omnitui.core.models import AttachmentRow, ConversationId, MessageBody, MessageId, ThreadMessage
from omnitui.core.times import Instant
from omnitui.widgets.cells import wrap
from omnitui.widgets.chat_lines import Told, is_chat
from omnitui.widgets.lines import Line, Piece
from omnitui.widgets.look import Look, who
from omnitui.widgets.message_lines import message_lines

NOTHING_SAID: Piece = ("", "")


def _wrapped(said: Piece, look: Look) -> list[Line]:
    words, role = said
    return [((part, role),) for _, part in wrap(words, look.measure)] if words else []


class ThreadLayout:
    """Messages, oldest first, with what is known of their bodies, and the line at the top of the view."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.messages: list[ThreadMessage] = []
        self.complete = True
        """No older message is left in the store."""
        self.top: tuple[int, int] = (0, 0)
        self.height = 1
        self.subjects: Mapping[ConversationId, str] | None = None
        """Of a timeline, where messages of several conversations follow each other: what these are about."""
        self.above: Piece = NOTHING_SAID
        """What stands over the oldest message of all, where something is to be said of the time before it."""
        self.below: Piece = NOTHING_SAID
        """What stands under the newest message: somebody is typing."""
        self.unfolded: set[MessageId] = set()
        self._bodies: dict[MessageId, MessageBody] = {}
        self._files: dict[MessageId, list[AttachmentRow]] = {}
        self._lines: dict[MessageId, list[Line]] = {}
        self._mids: dict[str, ThreadMessage] = {}
        self._edits: dict[MessageId, tuple[tuple[Instant, str], ...]] = {}

    def put(self, messages: Sequence[ThreadMessage], *, complete: bool) -> None:
        """Other messages, oldest first; what is in view stays where it is, or at the end when it was there."""
        end, anchor = self.at_end, self._anchor()
        self.messages, self.complete = list(messages), complete
        self._lines.clear()
        self._mids.clear()
        if end or not self._hold(anchor):
            self.to_end()

    def prepend(self, messages: Sequence[ThreadMessage], *, complete: bool) -> None:
        """Older messages; nothing in view moves."""
        anchor = self._anchor()
        if self.messages:
            self._lines.pop(self.messages[0].id, None)
        self.messages[:0] = messages
        self.complete = complete
        self._hold(anchor)

    def set_ends(self, above: Piece, below: Piece) -> bool:
        """What stands over the oldest and under the newest message; False when it stands there already."""
        if (above, below) == (self.above, self.below):
            return False
        end, start, anchor = self.at_end, self.top == (0, 0), self._anchor()
        self.above, self.below = above, below
        for message in (*self.messages[:1], *self.messages[-1:]):
            self._lines.pop(message.id, None)
        if end:
            self.to_end()
        elif not start:
            self._hold(anchor)
        return True

    def _anchor(self) -> tuple[MessageId, int, int] | None:
        """A line in view that stays the same whatever comes above: its message, its place there (from the end where it
        is negative), and at which line of the view. The head of the oldest message may go when another comes before."""
        if not self.messages:
            return None
        index, offset = min(self.top[0], len(self.messages) - 1), self.top[1]
        if index:
            return self.messages[index].id, offset, 0
        left = len(self.lines(0)) - offset
        if left < self.height and len(self.messages) > 1:
            return self.messages[1].id, 0, left
        return self.messages[0].id, -left, 0

    def _hold(self, anchor: tuple[MessageId, int, int] | None) -> bool:
        """Put that line where it stood; False when its message is gone."""
        index = self.index_of(anchor[0]) if anchor is not None else None
        if anchor is None or index is None:
            return False
        _, line, y = anchor
        count = len(self.lines(index))
        self.top = (index, max(count + line, 0) if line < 0 else min(line, count - 1))
        self.scroll(-y)
        return True

    def give(self, bodies: Iterable[MessageBody], files: Iterable[AttachmentRow]) -> None:
        """What stands in some messages."""
        end = self.at_end
        for body in bodies:
            self._bodies[body.message_id] = body
            self._files.setdefault(body.message_id, [])
            self._lines.pop(body.message_id, None)
        grouped: dict[MessageId, list[AttachmentRow]] = {}
        for file in files:
            grouped.setdefault(file.message_id, []).append(file)
        for id, rows in grouped.items():
            self._files[id] = rows
            self._lines.pop(id, None)
        if end:
            self.to_end()
        else:
            self.scroll(0)

    def restyle(self, look: Look) -> None:
        """Another width, time or set of marks."""
        if look != self.look:
            end = self.at_end
            self.look = look
            self._lines.clear()
            if end:
                self.to_end()
            else:
                self.scroll(0)

    def toggle_fold(self, id: MessageId) -> None:
        """Open or close the folds of one message."""
        self.unfolded ^= {id}
        self._lines.pop(id, None)
        self.scroll(0)

    def missing(self) -> list[MessageId]:
        """Messages in or near the view whose body is not known yet, nearest the view first."""
        first = max(self.top[0] - 2, 0)
        last, lines = self.top[0], -self.top[1]
        while last < len(self.messages) and lines < self.height:
            lines += len(self.lines(last))
            last += 1
        return [m.id for m in self.messages[first : last + 2] if m.id not in self._bodies]

    def index_of(self, id: MessageId) -> int | None:
        """Where a message stands."""
        return next((index for index, message in enumerate(self.messages) if message.id == id), None)

    def body(self, id: MessageId) -> MessageBody | None:
        """What stands in a message, if it is known."""
        return self._bodies.get(id)

    def files(self, id: MessageId) -> list[AttachmentRow]:
        """The attachments of a message, as far as known."""
        return self._files.get(id, [])

    def lines(self, index: int) -> list[Line]:
        """The lines of one message, made when first asked for."""
        message = self.messages[index]
        found = self._lines.get(message.id)
        if found is None:
            look = self.look
            look = Look(look.width, look.glyphs, look.now, look.me, message.id in self.unfolded)
            before = self.messages[index - 1] if index else None
            subject = None if self.subjects is None else self.subjects.get(message.conversation_id, "")
            body = self._bodies.get(message.id)
            told = Told(self._answer(message), self._edits.get(message.id, ()))
            found = message_lines(message, before, body, self.files(message.id), look, subject, told=told)
            if self.complete and not index:
                found = [*_wrapped(self.above, look), *found]
            if index == len(self.messages) - 1:
                found = [*found, *_wrapped(self.below, look)]
            self._lines[message.id] = found
        return found

    def give_edits(self, id: MessageId, edits: Sequence[tuple[Instant, str]]) -> None:
        """The earlier texts of a message, each with the time until which it stood there."""
        self._edits[id] = tuple(edits)
        self._lines.pop(id, None)

    def _answer(self, message: ThreadMessage) -> tuple[str, str] | None:
        """Whom a message of a chat answers, and with which words; what is above what is loaded is not known."""
        if not message.answers_mid or not is_chat(message):
            return None
        answered = self._by_mid().get(message.answers_mid)
        if answered is None:
            return "earlier", "a message further up"
        body = self._bodies.get(answered.id)
        return who(answered, self.look.me), body.text if body is not None else answered.preview

    def _by_mid(self) -> dict[str, ThreadMessage]:
        if len(self._mids) != len(self.messages):
            self._mids = {message.mid: message for message in self.messages}
        return self._mids

    def visible(self) -> list[tuple[int, Line]]:
        """The lines in view, each with its message's index."""
        shown: list[tuple[int, Line]] = []
        index, offset = self.top
        while index < len(self.messages) and len(shown) < self.height:
            shown += [(index, line) for line in self.lines(index)[offset : offset + self.height - len(shown)]]
            index, offset = index + 1, 0
        return shown

    def scroll(self, lines: int) -> bool:
        """Down by so many lines (up when negative); False when nothing moved."""
        before = self.top
        index, offset = self.top
        if not self.messages:
            return False
        index = min(index, len(self.messages) - 1)
        offset = min(offset, len(self.lines(index)) - 1) + lines
        while offset < 0 and index > 0:
            index -= 1
            offset += len(self.lines(index))
        while index < len(self.messages) - 1 and offset >= len(self.lines(index)):
            offset -= len(self.lines(index))
            index += 1
        self.top = (index, max(offset, 0))
        self.top = min(self.top, self._last_top())
        return self.top != before

    def to_end(self) -> None:
        """The newest lines at the bottom."""
        self.top = self._last_top()

    def to_line(self, index: int, line: int) -> None:
        """A line of a message at the top, as far as there is enough below it."""
        self.top = min((index, min(line, len(self.lines(index)) - 1)), self._last_top())

    @property
    def at_end(self) -> bool:
        """The last line is in view."""
        return not self.messages or self.top >= self._last_top()

    @property
    def current(self) -> ThreadMessage | None:
        """The message that the reader is at: the one that holds the line a third down the view; the last at the end."""
        if not self.messages:
            return None
        if self.at_end:
            return self.messages[-1]
        shown = self.visible()
        return self.messages[shown[min(len(shown) - 1, self.height // 3)][0]] if shown else None

    def place_in_view(self, y: int) -> tuple[int, int] | None:
        """The message (its index) and its line that stand `y` lines below the top of the view."""
        index, line = self.top
        line += y
        while index < len(self.messages) and line >= len(self.lines(index)):
            line -= len(self.lines(index))
            index += 1
        return (index, line) if index < len(self.messages) and line >= 0 else None

    def bring_into_view(self, index: int, line: int) -> None:
        """Scroll as little as shows that line."""
        if (index, line) < self.top:
            self.top = min((index, line), self._last_top())
            return
        place = self.place_in_view(self.height - 1)
        while place is not None and place < (index, line) and self.scroll(1):
            place = self.place_in_view(self.height - 1)

    def _last_top(self) -> tuple[int, int]:
        index, room = len(self.messages), self.height
        while index > 0:
            index -= 1
            room -= len(self.lines(index))
            if room <= 0:
                return index, -room
        return 0, 0
