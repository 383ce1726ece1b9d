"""The page of contacts: everybody who ever wrote, whom we heard of last first, found by any word."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from omnitui.core.models import ContactId, ContactRow
from omnitui.screens.pages import SheetPage
from omnitui.screens.search_line import SearchLine
from omnitui.screens.session import Session
from omnitui.store import contacts
from omnitui.widgets.lines import Line, sides
from omnitui.widgets.sheet import Entry
from omnitui.widgets.words import age, moment, several

MOST = 200
"""Rows shown: nobody scrolls further, one types a word."""


class ContactsPage(SheetPage, inherit_bindings=False):
    """People, two lines each."""

    NAME: ClassVar[str] = "contacts"
    TITLE_WORDS: ClassVar[str] = "Contacts"
    EMPTY: ClassVar[tuple[str, ...]] = (
        "Nobody is found.",
        "A word finds those in whose name, firm, address or notes it is.",
    )

    def __init__(self, session: Session, words: str = "") -> None:
        super().__init__(session)
        self.line = SearchLine(id="search", placeholder="name, firm, address, notes", classes="-hidden")
        self.line.when_kept = self._to_rows
        self._searched = words
        self._rows: dict[ContactId, ContactRow] = {}

    def compose(self) -> ComposeResult:
        """Title, the line one searches with, rows, bottom line."""
        yield self.title_line
        yield self.line
        yield self.sheet
        yield from self.foot()

    def opens(self, *, writes: bool) -> bool:
        """The search line takes what is typed too."""
        return super().opens(writes=writes) or self.line.has_focus

    async def read(self) -> None:
        """Read the people anew."""
        searched = self._searched
        rows = await self.session.reader.all(contacts.page(searched, MOST))
        if searched != self._searched:
            return
        self._rows = {row.id: row for row in rows}
        self.sheet.show([self._entry(row) for row in rows])
        more = f"the last {MOST} heard of" if len(rows) == MOST else several(len(rows), "person", "people")
        found = f"Contacts with “{searched}”" if searched else "Contacts"
        keys_of = self.session.keymap.keys_of
        find, back = ((keys_of(id) or ("",))[0] for id in ("contacts.find", "pane.back"))
        self.set_title(f"{found} · {more}", f"{find} finds · {back} goes back")

    def row(self) -> ContactRow | None:
        """Who is at the cursor."""
        return self._rows.get(self.sheet.chosen)

    def _entry(self, row: ContactRow) -> Entry:
        now = self.session.now()
        count = several(row.conversation_count, "conversation") if row.conversation_count else "only copied in"
        right: list[tuple[str, str]] = [(f"{count}  ", "muted")]
        if row.waiting_since is not None:
            right.append((f"waiting {age(now - row.waiting_since)}", "warn"))
        elif row.last_at is not None:
            right.append((moment(row.last_at, now), "muted"))
        name = row.name or (row.addresses[0] if row.addresses else "(no name)")
        left: Line = ((name, "strong"), (f"  {row.organisation}" if row.organisation else "", "muted"))
        words = ", ".join(row.addresses)
        notes = " ".join(row.notes.split())
        second: Line = ((f"  {words}", "muted"), (f"  {notes}" if notes else "", "note"))
        return Entry((sides(left, tuple(right), self.width), sides(second, (), self.width)), row.id)

    def find(self, words: str = "") -> None:
        """Open the line one searches with."""
        self.line.remove_class("-hidden")
        if words:
            self.line.value = words
        self.set_focus(self.line)

    def on_input_changed(self, event: SearchLine.Changed) -> None:
        """Search while one types."""
        if event.input is self.line:
            event.stop()
            self._searched = event.value.strip()
            self.beside(self.read, group="search", only=True)

    def on_search_line_left(self, event: SearchLine.Left) -> None:
        """Esc: everybody again."""
        event.stop()
        self.line.value = ""
        self._to_rows()

    def _to_rows(self) -> None:
        self.set_focus(self.sheet)
        self.line.set_class(not self.line.value, "-hidden")
