"""One person on several channels: answer through another of them, and say that two contacts are one."""

from __future__ import annotations

from dataclasses import replace

from omnitui.core.errors import Refused
from omnitui.core.models import ContactCard, ConversationId, Match
from omnitui.screens.acts_contact import card_at_hand, done
from omnitui.screens.base import Page
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.store import contacts, matches
from omnitui.triage import people
from omnitui.triage.ways import Way, ways
from omnitui.triage.ways import through as through_
from omnitui.widgets.choices import Choice


@handles("reply.through")
async def through(page: InboxPage, call: Call) -> None:
    """Answer by another identity of the same person; what is written goes along."""
    row = page.here
    draft = page.composing.draft
    if draft is not None and (draft.kind == "note" or draft.conversation_id is None):
        raise Refused("only an answer can go another way")
    id = draft.conversation_id if draft is not None else row.id if row is not None else None
    card = await page.session.reader.do(contacts.fetch_card, id) if id is not None else None
    if id is None or card is None:
        raise Refused("nobody is here")
    here = draft.account if draft is not None else row.account if row is not None else ""
    found = await page.session.writer.do(ways, page.session.agent, id, here)
    if not found:
        raise Refused("there is no other way to this person: link their other addresses by contact.merge")
    name = card.name or card.identities[0].address
    rows = [
        Choice(way, f"{page.session.marks.of(way.channel)} {way.to.email}", _where(way), key=str(n) if n < 10 else "")
        for n, way in enumerate(found, 1)
    ]
    chosen = await page.choose(f"Reply to {name} through", rows)
    if isinstance(chosen, Way):
        await _switch(page, chosen, id)


def _where(way: Way) -> str:
    return f"{way.account}, #{way.conversation}" if way.conversation else f"{way.account}, a new conversation"


async def _switch(page: InboxPage, way: Way, origin: ConversationId) -> None:
    """The text goes into a draft of the other way."""
    text = page.composer.text if page.composing.draft is not None else ""
    old = page.composing.draft
    if old is not None:
        await page.composing.discard_quietly()
    session = page.session
    first = old.origin if old is not None and old.origin is not None else origin
    if way.conversation is not None and page.reading.id != way.conversation:
        await page.open_conversation(way.conversation)
    draft = await session.writer.do(through_, session.agent, first, way)
    draft = replace(draft, body=text)
    await page.composing.open(replace(draft, began_at=session.now()))
    page.say(f"Through {way.account}")


@handles("contact.match")
async def match(page: Page, call: Call) -> None:
    """A contact that may be the same person becomes one with them; undo parts them again."""
    card = await card_at_hand(page)
    chosen = await _suggested(page, card, f"{_name(card)} is the same person as")
    if chosen is not None:
        await done(page, people.merge, chosen.id, card.id)


@handles("contact.dismiss")
async def dismiss(page: Page, call: Call) -> None:
    """A contact that may be the same person is another one, and is suggested no more; undo brings it back."""
    card = await card_at_hand(page)
    chosen = await _suggested(page, card, f"{_name(card)} is another person than")
    if chosen is not None:
        await done(page, people.dismiss, card.id, chosen.id)


def _name(card: ContactCard) -> str:
    return card.name or card.identities[0].address


async def _suggested(page: Page, card: ContactCard, title: str) -> Match | None:
    """One of those who may be the same person. Raises Refused where there is nobody."""
    found = await page.session.reader.all(matches.possible(card.id))
    if not found:
        raise Refused("nobody else looks like the same person")
    rows = [
        Choice(
            one,
            f"{page.session.marks.of(one.channel)} {one.name or one.address}",
            f"{one.address}: {one.why}",
            key=str(n),
        )
        for n, one in enumerate(found, 1)
    ]
    chosen = await page.choose(title, rows)
    return chosen if isinstance(chosen, Match) else None
