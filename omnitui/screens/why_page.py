"""The page of reasons: of a conversation with its mails and changes, or of one thing in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import ClassVar

from rich.cells import cell_len

from omnitui.core.errors import Refused
from omnitui.core.models import ConversationId, MessageId, Order, OutboxRow
from omnitui.core.why import waits
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import OutboxPage, SheetPage
from omnitui.screens.session import Session
from omnitui.store import accounts, conversations
from omnitui.store.where import Where
from omnitui.triage import why
from omnitui.triage.why import Why
from omnitui.widgets.cells import fill, wrap
from omnitui.widgets.lines import Line
from omnitui.widgets.sheet import Entry
from omnitui.widgets.words import moment, several

_MARGIN = 2


class ReasonsPage(SheetPage, inherit_bindings=False):
    """Headings and sentences that scroll."""

    NAME: ClassVar[str] = "why"

    def __init__(self, session: Session, title: str) -> None:
        super().__init__(session)
        self._words = title
        self._lines: list[Line] = []

    def put(self, sections: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]) -> None:
        """Show sections: a heading, and rows of (left column, sentence, role)."""
        lines: list[Line] = []
        for heading, rows in sections:
            lines += [((heading, "strong"),)]
            column = min(max((cell_len(left) + 2 for left, _, _ in rows if left), default=0), self.width // 2)
            for left, sentence, role in rows:
                lines += self._row(left, column, sentence, role)
            lines.append(())
        self.set_title(self._words)
        self.sheet.show([Entry((line,)) for line in lines])

    def _row(self, left: str, column: int, sentence: str, role: str) -> list[Line]:
        width = self.width - _MARGIN - column
        left = fill(left, column - 2) + "  " if column else ""
        return [
            ((" " * _MARGIN + (left if not number else " " * column), "muted"), (part, role))
            for number, (_, part) in enumerate(wrap(sentence, max(width, 20)))
        ]


class WhyPage(ReasonsPage, inherit_bindings=False):
    """Why a conversation is as it is."""

    def __init__(
        self,
        session: Session,
        id: ConversationId,
        order: Order,
        *,
        listed: tuple[str, Where] | None = None,
        message: MessageId | None = None,
        by_match: bool = False,
        only: str = "",
    ) -> None:
        super().__init__(session, f"Why #{id}" + (f" · changes with “{only}”" if only else ""))
        self._conversation, self._order, self._listed = id, order, listed
        self._at_hand, self._only, self._by_match = message, only, by_match

    async def changed(self, ids: Collection[int]) -> None:
        """Only what concerns it is read again."""
        if not ids or self._conversation in ids:
            await self.read()

    async def read(self) -> None:
        """Read and lay out the reasons."""
        reader, now = self.session.reader, self.session.now()
        asked = why.questions(self._conversation, self._order)
        row = await reader.first(asked.row)
        if row is None:
            self.put([("This conversation is gone", [])])
            return
        answers = why.Answers(
            row, await reader.all(asked.thread), await reader.all(asked.history), await reader.all(asked.items),
            await reader.all(asked.accounts),
        )  # fmt: skip
        found = why.explain(answers, self._order, now, partial(moment, now=now))
        place = list(found.place)
        if self._listed is not None:
            name, where = self._listed
            before = await reader.first(conversations.position(where, self._order, (row.order_key, row.id)))
            place.append(f"It is number {(before or 0) + 1:,} of “{name}”.")
        if self._by_match:
            place.insert(0, "You searched: the list shows what fits, newest match first. In the usual order:")
        self.put(self._sections(found, place, partial(moment, now=now)))

    def _sections(
        self, found: Why, place: Sequence[str], when: Callable[..., str]
    ) -> list[tuple[str, list[tuple[str, str, str]]]]:
        sections = [("Why it stands where it stands", [("", words, "") for words in place])]
        if found.waits:
            held = [("", words, "warn") for item in found.waits for words in item.words]
            sections.append(("Why something has not gone yet", held))
        joins = [
            (f"{when(j.at)}  {j.who}", j.words, "accent" if j.message == self._at_hand else "") for j in found.joins
        ]
        sections.append(("Why these messages are together", joins))
        changes = why.only(found.changes, self._only)
        done = [(f"{when(c.at)}  {c.who}", c.words + (" (taken back)" if c.undoes else ""), "") for c in changes]
        nothing = [("", "nothing with these words" if self._only else "nothing yet", "muted")]
        title = f"Who changed what: {several(len(changes), 'change')}, the newest first"
        sections.append((title, done or nothing))
        return sections


class HeldPage(ReasonsPage, inherit_bindings=False):
    """Why one thing in the outbox has not gone."""

    def __init__(self, session: Session, item: OutboxRow) -> None:
        super().__init__(session, "Why it is in the outbox")
        self._item = item

    async def read(self) -> None:
        """Lay out the reasons."""
        item, now = self._item, self.session.now()
        statuses = await self.session.reader.all(accounts.statuses())
        account = next((one for one in statuses if one.name == item.account), None)
        when = partial(moment, now=now)
        facts = [
            ("to", item.recipients or "nobody", ""),
            ("subject", item.subject or "(no subject)", ""),
            ("written", when(item.created_at), ""),
            ("account", item.account, ""),
        ]
        reasons = [("", words, "") for words in waits(item, account, now, when)]
        self.put([("What it is", facts), (f"Why it is {item.state}", reasons)])


@handles("conversation.why")
def conversation_why(page: InboxPage, call: Call) -> None:
    """Why it stands here, why its mails are together, what has not gone, and who did what."""
    row = page.here
    if row is None:
        raise Refused("there is no conversation here")
    source, listed = page.pages.source, None
    if page.list.window.index_of(row.id) is not None and not source.by_match:
        view = page.views.at(page.views.here) if page.views.here is not None and not page.search.active else None
        listed = (view.name if view is not None else "what you searched", source.where)
    message = page.thread.current if page.reading.id == row.id else None
    shown = WhyPage(
        page.session,
        row.id,
        Order.WAITING if source.by_match else source.order,
        listed=listed,
        message=message.id if message is not None else None,
        by_match=source.by_match,
        only=call.args.strip(),
    )
    page.open_page(shown)


@handles("conversation.why", page="outbox")
def outbox_why(page: OutboxPage, call: Call) -> None:
    """Why the item at the cursor has not gone."""
    item = page.row()
    if item is None:
        raise Refused("there is nothing here")
    page.open_page(HeldPage(page.session, item))
