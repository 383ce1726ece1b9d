"""One person on several channels: answer through another of them, and say that two contacts are one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from omnitui.core.channels import EMAIL
from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.models import ContactCard, ConversationId, Draft, Match
from omnitui.screens.acts_contact import card_at_hand, done
from omnitui.screens.base import Page
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.store import channels, contacts, identities, matches
from omnitui.store.chat.sending import partner
from omnitui.triage import drafting, people
from omnitui.widgets.choices import Choice


@dataclass(frozen=True)
class Way:
    """An identity of the person, the account of ours that reaches it, and the conversation there, if there is one."""

    account: str
    to: Address
    channel: str
    conversation: ConversationId | None


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
    ways = [way for way in await _ways(page, card) if way.account != here or way.conversation not in (id, None)]
    if not ways:
        raise Refused("there is no other way to this person: link their other addresses by contact.merge")
    name = card.name or card.identities[0].address
    rows = [
        Choice(way, f"{page.session.marks.of(way.channel)} {way.to.email}", _where(way), key=str(n) if n < 10 else "")
        for n, way in enumerate(ways, 1)
    ]
    chosen = await page.choose(f"Reply to {name} through", rows)
    if isinstance(chosen, Way):
        await _switch(page, chosen, id)


def _where(way: Way) -> str:
    return f"{way.account}, #{way.conversation}" if way.conversation else f"{way.account}, a new conversation"


async def _ways(page: InboxPage, card: ContactCard) -> list[Way]:
    """Every identity that an account of ours reaches; a chat only where it may be written to."""
    session, found = page.session, list[Way]()
    for one in card.identities:
        to = Address(one.name or card.name, one.address)
        if one.blocked:
            continue
        if one.channel == EMAIL:
            for mailbox in session.agent.accounts:
                if mailbox.smtp is not None:
                    there = [c.id for c in card.conversations if c.account == mailbox.name]
                    found.append(Way(mailbox.name, to, EMAIL, there[0] if there else None))
            continue
        for account in session.agent.channels:
            if account.channel != one.channel:
                continue
            id = await _chat_with(page, card, account.name, one.address)
            can = await session.reader.first(channels.capabilities(account.name))
            if id is not None or (can is not None and can.may_start):
                found.append(Way(account.name, to, one.channel, id))
    return found


async def _chat_with(page: InboxPage, card: ContactCard, account: str, address: str) -> ConversationId | None:
    """The newest conversation on that account whose partner this very identity is."""
    for row in card.conversations:
        if row.account == account:
            who = await page.session.reader.first(partner(row.id))
            if who is not None and identities.key(who.email, row.channel) == address:
                return row.id
    return None


async def _switch(page: InboxPage, way: Way, origin: ConversationId) -> None:
    """The text goes into a draft of the other way."""
    text = page.composer.text if page.composing.draft is not None else ""
    old = page.composing.draft
    if old is not None:
        await page.composing.discard_quietly()
    session = page.session
    first = old.origin if old is not None and old.origin is not None else origin
    if way.conversation is not None:
        if page.reading.id != way.conversation:
            await page.open_conversation(way.conversation)
        draft = replace(
            await session.writer.do(drafting.reply, session.agent, way.conversation),
            to=(way.to,),
            origin=None if first == way.conversation else first,
        )
    else:
        # The one at hand is told of it, and waits (triage/sending.py).
        kind = "new" if way.channel == EMAIL else "reply"
        draft = Draft(0, origin, way.account, kind, None, (way.to,), quote=False, author=session.me)
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
