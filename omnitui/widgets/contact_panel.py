"""The side panel: who it is, their addresses, notes, and what else they wrote about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from omnitui.core.models import ContactCard, ConversationId, ConversationRow, State
from omnitui.core.times import Instant
from omnitui.widgets.cells import wrap
from omnitui.widgets.glyphs import ChannelMarks, Glyphs
from omnitui.widgets.lines import Line, paint, sides
from omnitui.widgets.painted import Painted
from omnitui.widgets.words import age, moment, several

Entry = tuple[Line, ConversationId | None]
"""A line, and the conversation it stands for."""


def card_lines(
    card: ContactCard, row: ConversationRow | None, width: int, shown: tuple[Glyphs, ChannelMarks], now: Instant
) -> list[Entry]:
    """The panel's lines."""
    glyphs, marks = shown
    lines: list[Line] = [((part, "strong"),) for _, part in wrap(card.name or "(no name)", width)]
    if card.organisation:
        lines.append(((card.organisation, "muted"),))
    lines.append(())
    for identity in card.identities:
        mark = marks.of(identity.channel) + " "
        for part in _address(identity.address, width - len(mark)):
            lines.append(((mark, "muted"), (part, "")))
            mark = " " * len(mark)
        if identity.blocked:
            lines.append(((mark, ""), ("blocked", "danger")))
    for one in card.matches:
        words = f"{marks.of(one.channel)} {one.name or one.address}: {one.why}; C l links, C d drops"
        lines += [((part, "accent"),) for _, part in wrap(f"? {words}", width)]
    lines.append(())
    for word, at in (("first", card.first_at), ("last", card.last_at)):
        if at is not None:
            lines.append(((word.ljust(9), "muted"), (moment(at, now), "")))
    if card.waiting_since is not None:
        lines.append((("waiting".ljust(9), "muted"), (age(now - card.waiting_since), "warn")))
    lines.append(())
    lines += _about(row, width, now)
    lines.append(())
    entries: list[Entry] = [(line, None) for line in lines]
    entries += _conversations(card, row, width, glyphs, now)
    if card.tags and (row is None or {tag for tag, _ in card.tags} != set(row.tags)):
        entries.append(((), None))
        words = " ".join(f"#{tag}" + (f" {count}" if count > 1 else "") for tag, count in card.tags)
        entries += [(((part, "tag"),), None) for _, part in wrap(words, width)]
    if card.notes:
        entries += [((), None), ((("notes", "muted"),), None)]
        entries += [(((part, "note"),), None) for _, part in wrap(card.notes, width)]
    return entries


def _address(address: str, width: int) -> list[str]:
    """An address in lines: where it does not fit, the domain begins a new one."""
    local, _, domain = address.rpartition("@")
    pieces = [address] if cell_len(address) <= width or not local else [local, f"@{domain}"]
    return [part for piece in pieces for _, part in wrap(piece, width)]


def _conversations(
    card: ContactCard, row: ConversationRow | None, width: int, glyphs: Glyphs, now: Instant
) -> list[Entry]:
    """Every conversation with them, on whatever account; the first nine have a digit."""
    entries: list[Entry] = [(((several(card.conversation_count, "conversation"), "muted"),), None)]
    accounts = {other.account for other in card.conversations}
    for number, other in enumerate(card.conversations, 1):
        here = row is not None and other.id == row.id
        state = other.state.value if other.state is not State.OPEN else age(now - other.last_at)
        where = f"{other.account} " if len(accounts) > 1 else ""
        left: Line = (
            (f"{number} " if number < 10 else "  ", "key"),
            (f"{glyphs.bar if here else ' '}", "accent"),
            (other.subject or other.preview or "(no subject)", ""),
        )
        entries.append((sides(left, ((f" {where}{state}", "muted"),), width), other.id))
    left_over = card.conversation_count - len(card.conversations)
    if left_over > 0:
        entries.append((((f"  and {left_over:,} older", "muted"),), None))
    return entries


def _about(row: ConversationRow | None, width: int, now: Instant) -> list[Line]:
    if row is None:
        return []
    facts = [("state", row.state.value)]
    if row.state is State.SNOOZED:
        facts.append(("until", moment(row.snoozed_until, now) if row.snoozed_until else "they reply"))
    facts += [("assigned", row.assignee or "nobody"), ("priority", row.priority.name.lower()), ("account", row.account)]
    lines: list[Line] = [((word.ljust(9), "muted"), (value, "")) for word, value in facts if value != "normal"]
    for _, part in wrap(" ".join(f"#{tag}" for tag in row.tags), width) if row.tags else ():
        lines.append(((part, "tag"),))
    return lines


class ContactPanel(Painted, can_focus=True, inherit_bindings=False):
    """Shows a `ContactCard`; the cursor goes over their conversations."""

    @dataclass
    class Opened(Message):
        """One of their conversations was chosen."""

        id: ConversationId

    def __init__(self, *, marks: ChannelMarks | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._marks = marks or ChannelMarks()
        self.card: ContactCard | None = None
        self.row: ConversationRow | None = None
        self.now = Instant(0)
        self.top = 0
        self.at: int | None = None
        self._entries: list[Entry] = []

    def show(self, card: ContactCard | None, row: ConversationRow | None, now: Instant) -> None:
        """Another card, or the same with news."""
        if card is None or self.card is None or card.id != self.card.id:
            self.top, self.at = 0, None
        self.card, self.row, self.now = card, row, now
        self._lay_out()

    def _lay_out(self) -> None:
        width = max(self.size.width - 2, 12)
        if self.card is None:
            self._entries = []
        else:
            self._entries = card_lines(self.card, self.row, width, (self.glyphs, self._marks), self.now)
        self.refresh()

    def move_by(self, lines: int) -> None:
        """To the next conversation in that direction; with none left, scroll."""
        if not self._entries:
            return
        step = 1 if lines > 0 else -1
        at = self.at if self.at is not None else (-1 if step > 0 else len(self._entries))
        for _ in range(abs(lines)):
            found = at + step
            while 0 <= found < len(self._entries) and self._entries[found][1] is None:
                found += step
            if not 0 <= found < len(self._entries):
                break
            at = found
        if 0 <= at < len(self._entries):
            self.at = at
            self.top = max(min(self.top, at - 1), at - self.size.height + 1, 0)
        self.refresh()

    def numbered(self, number: int) -> ConversationId | None:
        """The conversation with this digit."""
        listed = [id for _, id in self._entries if id is not None]
        return listed[number - 1] if 0 < number <= min(len(listed), 9) else None

    @property
    def chosen(self) -> ConversationId | None:
        """The conversation at the cursor."""
        return None if self.at is None or self.at >= len(self._entries) else self._entries[self.at][1]

    def render_line(self, y: int) -> Strip:
        """A line of the card."""
        index = self.top + y
        line = self._entries[index][0] if index < len(self._entries) else ()
        over = self.role("cursor").background_style if self.has_focus and index == self.at else None
        return paint(((" ", ""), *line), self.size.width, self.role, over)

    def on_resize(self, event: events.Resize) -> None:
        """Another width."""
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        """A click on a conversation opens it."""
        index = self.top + event.y
        if index < len(self._entries) and (id := self._entries[index][1]) is not None:
            self.post_message(self.Opened(id))
