"""What one does with people: name, firm, notes, whose an address is, their conversations and their timeline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from omnitui.core.errors import Refused
from omnitui.core.models import ContactCard, ContactRow, IdentityRow
from omnitui.screens.base import Page
from omnitui.screens.contacts_page import ContactsPage
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import SheetPage, in_place
from omnitui.store import contacts
from omnitui.triage import people
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question

_FIELDS = {"contact.name": "name", "contact.firm": "organisation", "contact.notes": "notes"}
_MOST_OFFERED = 60


async def card_at_hand(page: Page) -> ContactCard:
    """Who is at hand: at the cursor of the page of contacts, else whom the conversation is with. Raises Refused."""
    read = page.session.reader.do
    card = None
    if isinstance(page, ContactsPage):
        row = page.row()
        card = await read(contacts.fetch_person, row.id) if row is not None else None
    elif isinstance(page, InboxPage):
        here = page.here
        card = await read(contacts.fetch_card, here.id) if here is not None else None
    if card is None or not card.identities:
        raise Refused("nobody is here")
    return card


async def done(page: Page, work: Callable[..., Any], *args: Any, **options: Any) -> None:
    """Do it as a step, say it, and show it."""
    session = page.session
    step = await session.writer.do(work, session.agent, *args, session.now(), **options)
    if step is None:
        page.say("Nothing to change", "muted")
        return
    page.said_step(step)
    session.wake()
    if isinstance(page, InboxPage):
        await page.show_contact()
    elif isinstance(page, ContactsPage):
        await page.read()


@handles(*_FIELDS)
async def describe(page: Page, call: Call) -> None:
    """Name, firm or notes; notes may have several lines, parted by ` / `."""
    card = await card_at_hand(page)
    field = _FIELDS[call.id]
    now = str(getattr(card, field))
    text = call.args
    if not text:
        known = now.replace("\n", " / ")
        title = f"{field.capitalize()} of {card.name or card.identities[0].address}"
        value, _ = await page.ask(Question(title, lambda typed: [Choice(typed, typed or "(nothing)")], text=known))
        if value is None:
            return
        text = str(value)
    if field == "notes":
        text = "\n".join(line.strip() for line in text.split(" / "))
    first = card.identities[0]
    await done(page, people.describe, first.address, channel=first.channel, **{field: text.strip()})


async def _address(page: Page, card: ContactCard, title: str) -> IdentityRow | None:
    if len(card.identities) == 1:
        return card.identities[0]
    choices = [Choice(one, one.address, one.channel, key=str(n)) for n, one in enumerate(card.identities[:9], 1)]
    chosen = await page.choose(title, choices)
    return chosen if isinstance(chosen, IdentityRow) else None


@handles("contact.merge")
async def merge(page: Page, call: Call) -> None:
    """This person is another one too: both become one, and undo parts them again."""
    card = await card_at_hand(page)
    rows = await page.session.reader.all(contacts.page(call.args, _MOST_OFFERED + 1))
    others = [_choice(row) for row in rows if row.id != card.id]
    words = call.args
    if not words:
        name = card.name or card.identities[0].address
        nobody = "nobody else: type a word of the name with :contact.merge WORD"
        chosen = await page.choose(f"{name} is the same person as", others[:_MOST_OFFERED], "name", nothing=nobody)
    elif len(others) == 1:
        chosen = others[0].value
    else:
        chosen = await page.choose(f"Which one with “{words}”", others[:_MOST_OFFERED])
    if chosen is not None:
        await done(page, people.merge, card.id, chosen)


def _choice(row: ContactRow) -> Choice:
    name = row.name or ", ".join(row.addresses[:1])
    return Choice(row.id, name, ", ".join(row.addresses[:2]))


@handles("contact.separate")
async def separate(page: Page, call: Call) -> None:
    """One of the addresses belongs to somebody else."""
    card = await card_at_hand(page)
    if len(card.identities) < 2:
        raise Refused("there is only one address")
    one = await _address(page, card, "Which address is somebody else's?")
    if one is not None:
        await done(page, people.unlink, one.address, channel=one.channel)


@handles("contact.block")
async def block(page: Page, call: Call) -> None:
    """What comes from the address is stored and hidden, or shown again."""
    card = await card_at_hand(page)
    one = await _address(page, card, "Which address?")
    if one is not None:
        await done(page, people.unblock if one.blocked else people.block, one.address, channel=one.channel)


@handles("contact.timeline")
async def timeline(page: Page, call: Call) -> None:
    """All that was written with them, over all conversations, in one thread."""
    card = await card_at_hand(page)
    if isinstance(page, SheetPage):
        if not page.leave():
            return
        await asyncio.sleep(0)
    main = page if isinstance(page, InboxPage) else page.app.screen
    if isinstance(main, InboxPage):
        await main.show_timeline(card)


@handles(*(f"contact.{number}" for number in range(1, 10)))
async def open_numbered(page: InboxPage, call: Call) -> None:
    """The conversation with this digit."""
    id = page.contact.numbered(int(call.id.rpartition(".")[2]))
    if id is None:
        raise Refused("there is no such number here")
    await page.open_conversation(id)


@handles("page.contacts")
def show(page: Page, call: Call) -> None:
    """The page of contacts; from another page it takes its place."""
    if not isinstance(page, ContactsPage):
        in_place(page, ContactsPage(page.session, call.args.strip()))


@handles("contacts.find", page="contacts")
def find(page: ContactsPage, call: Call) -> None:
    """Type a word."""
    page.find()


@handles("row.open", page="contacts")
async def open_person(page: ContactsPage, call: Call) -> None:
    """Their timeline."""
    await timeline(page, call)
