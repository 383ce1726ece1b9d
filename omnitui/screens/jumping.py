"""Ctrl+P: one box for commands, views, people and conversations. What it finds in the cache comes while one types."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from omnitui.core.dataclass import dataclass
from omnitui.core.errors import QueryError
from omnitui.core.models import ContactRow, ConversationId, ConversationRow, Order
from omnitui.screens.base import Page
from omnitui.screens.handlers import Call
from omnitui.screens.inbox import InboxPage
from omnitui.store import contacts, conversations
from omnitui.widgets.choices import Choice, fitting

LEAST = 2
"""Characters from which on people and conversations are looked for."""
PEOPLE = 4
FOUND = 8
"""Rows of people and of conversations at most: who wants them all searches."""
COMMANDS_ABOVE = 5
"""Commands and views kept above what was found in the cache."""
_ONLY = {">": "commands", "@": "people", "#": "conversations"}


@dataclass(frozen=True, slots=True)
class Jump:
    """A conversation to go to."""

    id: ConversationId


class Places:
    """What the box offers for a text; `>` before it keeps to commands, `@` to people, `#` to conversations."""

    def __init__(self, page: Page, commands: Sequence[Choice]) -> None:
        self._page = page
        self._all = commands
        main = page.app.screen_stack[0]
        self._views = _views(main) if isinstance(main, InboxPage) else []

    def now(self, text: str) -> Sequence[Choice]:
        """Commands and views, at once."""
        only, words = _split(text)
        if not words:
            return () if only in ("people", "conversations") else self._all
        if only == "commands":
            return fitting(self._all)(words)
        return () if only else fitting([*self._all, *self._views])(words)

    async def later(self, text: str) -> list[Choice]:
        """The same, with the people and conversations that fit."""
        only, words = _split(text)
        known = list(self.now(text))
        if only == "commands" or (len(words) < LEAST and not (only and words)):
            return known
        people = [] if only == "conversations" else await self._people(words)
        found = [] if only == "people" else await self._conversations(words)
        if words.isdecimal():  # a number is most likely that of a conversation
            return [*found, *people, *known]
        return [*(known[:COMMANDS_ABOVE] if people or found else known), *people, *found]

    async def _people(self, words: str) -> list[Choice]:
        rows = await self._page.session.searcher.all(contacts.page(words, PEOPLE))
        return [_person(row) for row in rows]

    async def _conversations(self, words: str) -> list[Choice]:
        session = self._page.session
        if words.isdecimal() and len(words) < 18:
            row = await session.searcher.first(conversations.by_id(ConversationId(int(words))))
            if row is not None:
                return [_conversation(row)]
        from omnitui.screens.asking import readings

        try:
            asked = readings(words, session)[-1]
        except QueryError:
            return []
        await session.searcher.stop()
        rows, _ = await asked.source(session, None, Order.NEWEST).page(None, FOUND)
        return [_conversation(row) for row in rows]


async def go(page: Page, chosen: Call | Jump) -> None:
    """Do what was chosen."""
    if isinstance(chosen, Call):
        page.run_command(chosen)
        return
    main = page.app.screen_stack[0]
    if not isinstance(main, InboxPage) or (page is not main and not page.leave()):
        return
    if main.writing:
        await main.composing.put_away()
    await main.open_conversation(chosen.id)


def _split(text: str) -> tuple[str, str]:
    """What alone is wanted, and the words."""
    only = _ONLY.get(text[:1], "")
    return only, text[1 if only else 0 :].strip()


def _views(main: InboxPage) -> list[Choice]:
    keys = partial(main.session.keymap.keys_of)
    return [
        Choice(Call("view.open", view.name), view.name, view.query, "  ".join(("view", *keys(f"view.{n}")[:1])))
        for n, view in enumerate(main.views.all, 1)
    ]


def _person(row: ContactRow) -> Choice:
    addresses = ", ".join(row.addresses)
    return Choice(
        Call("page.contacts", row.addresses[0] if row.addresses else row.name),
        row.name or addresses,
        addresses if row.name else row.organisation,
        "person",
    )


def _conversation(row: ConversationRow) -> Choice:
    name = row.contact_name or "(nobody)"
    return Choice(Jump(row.id), name, row.subject or row.preview, f"{row.state.value} #{row.id}")
