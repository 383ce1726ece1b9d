"""The ways to one person: each identity of theirs by an account of ours that reaches it; the answer that takes one."""

from __future__ import annotations

from dataclasses import replace

from omnitui.core.channels import EMAIL
from omnitui.core.dataclass import dataclass
from omnitui.core.mail import Address
from omnitui.core.models import ContactCard, ConversationId, Draft
from omnitui.store import channels, contacts, identities
from omnitui.store.chat.sending import partner
from omnitui.store.connection import Cache
from omnitui.triage import drafting
from omnitui.triage.agent import Agent


@dataclass(frozen=True)
class Way:
    """An identity of the person, the account of ours that reaches it, and the conversation there, if there is one."""

    account: str
    to: Address
    channel: str
    conversation: ConversationId | None


def ways(cache: Cache, agent: Agent, conversation_id: int, here: str) -> list[Way]:
    """Every other way to the person of a conversation: mailboxes that can send, chats that may be written to.

    `here`: the account that an answer leaves through now; the conversation itself is no other way.
    """
    card = contacts.card(cache, conversation_id)
    if card is None:
        return []
    return [
        way
        for way in _every(cache, agent, card)
        if way.account != here or way.conversation not in (conversation_id, None)
    ]


def through(cache: Cache, agent: Agent, origin: int, way: Way) -> Draft:
    """An answer to the person of `origin` that leaves by this way; a conversation there is gone on with."""
    if way.conversation is None:
        # The one at hand is told of it, and waits (triage/sending.py).
        kind = "new" if way.channel == EMAIL else "reply"
        return Draft(0, ConversationId(origin), way.account, kind, None, (way.to,), quote=False, author=agent.name)
    draft = drafting.reply(cache, agent, way.conversation)
    return replace(draft, to=(way.to,), origin=None if origin == way.conversation else ConversationId(origin))


def _every(cache: Cache, agent: Agent, card: ContactCard) -> list[Way]:
    found: list[Way] = []
    for one in card.identities:
        to = Address(one.name or card.name, one.address)
        if one.blocked:
            continue
        mail = one.channel == EMAIL
        found += _by_mail(agent, card, to) if mail else _by_chat(cache, agent, card, to, one.channel)
    return found


def _by_mail(agent: Agent, card: ContactCard, to: Address) -> list[Way]:
    return [
        Way(mailbox.name, to, EMAIL, next((c.id for c in card.conversations if c.account == mailbox.name), None))
        for mailbox in agent.accounts
        if mailbox.smtp is not None
    ]


def _by_chat(cache: Cache, agent: Agent, card: ContactCard, to: Address, channel: str) -> list[Way]:
    found = []
    for account in agent.channels:
        if account.channel == channel:
            id = _chat_with(cache, card, account.name, to.email)
            can = channels.capabilities(account.name).first(cache)
            if id is not None or (can is not None and can.may_start):
                found.append(Way(account.name, to, channel, id))
    return found


def _chat_with(cache: Cache, card: ContactCard, account: str, address: str) -> ConversationId | None:
    """The newest conversation on that account whose partner this very identity is."""
    for row in card.conversations:
        if row.account == account:
            who = partner(row.id).first(cache)
            if who is not None and identities.key(who.email, row.channel) == address:
                return row.id
    return None
