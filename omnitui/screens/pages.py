"""Pages beside the main one: outbox, drafts, accounts, and long texts."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from omnitui.core.channels import EMAIL
from omnitui.core.commands import Context
from omnitui.core.models import AccountStatus, Draft, OutboxRow
from omnitui.screens.base import Page
from omnitui.screens.handlers import Call
from omnitui.screens.session import Session
from omnitui.store import accounts, drafts, outbox
from omnitui.widgets.cells import wrap
from omnitui.widgets.lines import Line, sides
from omnitui.widgets.sheet import Entry, Sheet
from omnitui.widgets.words import moment, said, several

_STATE_ROLES = {
    "failed": "danger",
    "unknown": "danger",
    "asking": "warn",
    "sent": "ok",
    "refused": "danger",
    "offline": "warn",
}


class SheetPage(Page, inherit_bindings=False):
    """A page with a title and a sheet."""

    NAME: ClassVar[str] = "sheet"
    TITLE_WORDS: ClassVar[str] = ""
    EMPTY: ClassVar[tuple[str, ...]] = ()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.title_line = Sheet(id="sheet-title", glyphs=session.glyphs)
        self.title_line.can_focus = False
        self.sheet = Sheet(id="sheet-rows", glyphs=session.glyphs)
        self.sheet.empty = self.EMPTY
        self._title = (self.TITLE_WORDS, "")

    def compose(self) -> ComposeResult:
        """Title, rows, bottom line."""
        yield self.title_line
        yield self.sheet
        yield from self.foot()

    async def on_mount(self) -> None:
        """Fill it."""
        self.set_title(self.TITLE_WORDS)
        self.focus_first()
        await self.said(self.read)

    def set_title(self, words: str, right: str = "") -> None:
        """What the page is."""
        self._title = (words, right)
        back = (self.session.keymap.keys_of("pane.back") or ("",))[0]
        line = sides(
            ((words, "strong accent"),), ((right or f"{back} goes back", "muted"),), max(self.app.size.width - 2, 10)
        )
        self.title_line.show([Entry((line,))])

    def focus_first(self) -> None:
        """The rows."""
        self.set_focus(self.sheet)

    async def read(self) -> None:
        """Read the rows anew."""

    async def changed(self, ids: Collection[int]) -> None:
        """Something changed."""
        await self.read()

    async def on_resize(self, event: events.Resize) -> None:
        """Another width."""
        if self.is_mounted:
            self.set_title(*self._title)
            await self.said(self.read)

    def on_sheet_clicked(self, event: Sheet.Clicked) -> None:
        """A double click opens."""
        self.run_command(Call("row.open"))

    @property
    def width(self) -> int:
        """Cells of a row."""
        return max(self.app.size.width - 2, 20)


def in_place(page: Page, wanted: SheetPage) -> None:
    """Open a page over the main one; a sheet that is open gives way. At once: the next key may be here already."""
    if isinstance(page, SheetPage) and page.leave():
        page.app.push_screen(wanted)
    else:
        page.open_page(wanted)


class OutboxPage(SheetPage, inherit_bindings=False):
    """What is to be sent, what asks for a decision, what was sent lately."""

    NAME: ClassVar[str] = "outbox"
    TITLE_WORDS: ClassVar[str] = "Outbox"
    EMPTY: ClassVar[tuple[str, ...]] = ("Nothing waits to be sent.",)

    @property
    def context(self) -> Context:
        """Keys of the outbox."""
        return Context.OUTBOX

    async def read(self) -> None:
        """Read the items anew: those that need a person first."""
        rows = await self.session.reader.all(outbox.rows())
        settled = await self.session.reader.all(outbox.rows(settled=True, limit=100))
        known = {row.id for row in rows}
        done = [row for row in settled if row.id not in known][:20]
        self._rows = {row.id: row for row in (*rows, *done)}
        self.sheet.show([self._entry(row) for row in (*rows, *done)])
        chats = {account.name: account.channel for account in self.session.agent.channels}
        what = said(chats.get(row.account, EMAIL) for row in rows)
        self.set_title(f"Outbox · {several(len(rows), what)} to go" if rows else self.TITLE_WORDS)

    def row(self) -> OutboxRow | None:
        """The item at the cursor."""
        return self._rows.get(self.sheet.chosen)

    def _entry(self, row: OutboxRow) -> Entry:
        now = self.session.now()
        role = _STATE_ROLES.get(row.state, "accent")
        left: Line = ((f"{row.state:9} ", role), (row.recipients or "(nobody)", "strong"), (f"  {row.subject}", ""))
        first = sides(left, ((f"{row.account}  {moment(row.created_at, now)}", "muted"),), self.width)
        due = max(row.not_before, row.next_try_at)
        words = row.detail
        if row.state in ("held", "queued") and due > now:
            words = f"{words}  goes {moment(due, now)}".strip()
        if row.attempts > 1:
            words += f"  tried {several(row.attempts, 'time')}"
        return Entry((first, ((" " * 10 + words, "muted"),)) if words else (first,), row.id)


class DraftsPage(SheetPage, inherit_bindings=False):
    """What is written and not sent."""

    NAME: ClassVar[str] = "drafts"
    TITLE_WORDS: ClassVar[str] = "Drafts · enter goes on writing · x throws away"
    EMPTY: ClassVar[tuple[str, ...]] = ("No draft.",)

    async def read(self) -> None:
        """Read the drafts anew."""
        found = await self.session.reader.all(drafts.every())
        self._drafts = {draft.id: draft for draft in found}
        self.sheet.show([self._entry(draft) for draft in found])

    def draft(self) -> Draft | None:
        """The draft at the cursor."""
        return self._drafts.get(self.sheet.chosen)

    def _entry(self, draft: Draft) -> Entry:
        who = ", ".join(person.name or person.email for person in draft.to)
        kind = {"reply_all": "reply"}.get(draft.kind, draft.kind)
        left: Line = (
            (f"{kind:8} ", "note" if kind == "note" else "accent"),
            (who, "strong"),
            (f"  {draft.subject}", ""),
        )
        words = " ".join(draft.body.split())
        right: Line = ((moment(draft.updated_at, self.session.now()), "muted"),)
        return Entry((sides(left, right, self.width), ((" " * 9 + words, "muted"),)), draft.id)


class SyncPage(SheetPage, inherit_bindings=False):
    """How each account is doing, and why one is not."""

    NAME: ClassVar[str] = "sync"
    TITLE_WORDS: ClassVar[str] = "Accounts"
    EMPTY: ClassVar[tuple[str, ...]] = ("No account is set up.", "`omnitui demo` shows a made-up mailbox.")

    async def read(self) -> None:
        """Read the accounts anew."""
        found = await self.session.reader.all(accounts.statuses())
        self.sheet.show([self._entry(account) for account in found])

    def _entry(self, account: AccountStatus) -> Entry:
        role = _STATE_ROLES.get(account.state, "ok" if account.state == "online" else "muted")
        since = f"since {moment(account.state_at, self.session.now())}" if account.state_at else ""
        left: Line = ((f"{account.name:16} ", "strong"), (account.state, role), (f"  {account.address}", "muted"))
        lines: list[Line] = [sides(left, ((since, "muted"),), self.width)]
        if account.total:
            lines.append(
                ((f"{'':17}{account.done:,} of {several(account.total, said([account.channel]))} here", "muted"),)
            )
        for _, part in wrap(account.detail, self.width - 17) if account.detail else ():
            lines.append(((" " * 17 + part, "warn" if role != "ok" else "muted"),))
        return Entry(tuple(lines), account.id)


class TextPage(SheetPage, inherit_bindings=False):
    """A long text, wrapped: the original of a mail, the reasons why."""

    NAME: ClassVar[str] = "text"

    def __init__(self, session: Session, title: str, text: str) -> None:
        super().__init__(session)
        self._words, self._text = title, text

    async def read(self) -> None:
        """Wrap it for this width."""
        self.set_title(self._words)
        self.sheet.show([Entry((((part, ""),),)) for _, part in wrap(self._text, self.width)])
