"""Beginning a conversation: the contact, an inbox that reaches them, and the conversation, made once.

Source: "Create New Conversation" needs a contact's id in an inbox (`source_id`), which "Get Contactable Inboxes" gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnitui.core.channel_events import Person
from omnitui.core.errors import Refused
from omnitui.sync.channels.chatwoot.client import ChatwootClient
from omnitui.sync.channels.chatwoot.inboxes import EMAIL, TWILIO, Inbox, Inboxes, reachable
from omnitui.sync.channels.chatwoot.people import Place
from omnitui.sync.channels.chatwoot.settings import ChatwootSettings
from omnitui.sync.channels.chatwoot.templates import inbox_of
from omnitui.sync.channels.chatwoot.values import number, record, words
from omnitui.sync.channels.contract import Outbound

KEY = "omnitui_key"
"""Where our key stands in a conversation's `additional_attributes`: a second try finds what the first has begun."""
ORDER = (EMAIL, "Channel::Sms", TWILIO, "Channel::Api", "Channel::WebWidget")
"""Which inbox is taken where several reach the customer and none is named: where they surely see it first."""
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_MAIL = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+")


@dataclass
class Starter:
    """For one account."""

    client: ChatwootClient
    settings: ChatwootSettings
    place: Place
    inboxes: Inboxes

    async def conversation_for(self, draft: Outbound) -> str:
        """The conversation of this draft, made where an earlier try has not. Raises Refused, Unanswered."""
        person = _only(draft)
        contact = await self._contact(person) or await self._new_contact(person, draft)
        if begun := await self._begun(contact, draft):
            return begun
        inbox, source = await self._inbox(contact, draft)
        extra = {KEY: draft.key, **({"mail_subject": draft.title} if draft.title and inbox.kind == EMAIL else {})}
        made = await self.client.begin(
            {"source_id": source, "inbox_id": inbox.id, "contact_id": contact, "additional_attributes": extra}
        )
        id_ = number(made.get("id"))
        if id_ is None:
            raise Refused("Chatwoot did not say under which number it has begun the conversation")
        return str(id_)

    async def begun(self, draft: Outbound) -> str:
        """The conversation that an earlier try has made; empty where there is none."""
        contact = await self._contact(_only(draft))
        return await self._begun(contact, draft) if contact else ""

    async def _begun(self, contact: int, draft: Outbound) -> str:
        for one in await self.client.conversations_of(contact):
            if words(record(one.get("additional_attributes")).get(KEY)) == draft.key:
                return words(one.get("id"))
        return ""

    async def _contact(self, person: Person) -> int | None:
        """The contact's number there; None for somebody new. Raises Refused for who cannot be one."""
        kind, _, rest = person.address.partition("-")
        if kind == "contact" and "@" in rest:
            id_ = number(rest.partition("@")[0])
            if id_ is None or person.address != self.place.address("contact", id_):
                raise Refused("that is a contact of another Chatwoot account")
            return id_
        how = _how(person.address)
        for one in await self.client.search_contacts(person.address):
            if words(one.get(how)).casefold() == person.address.casefold():
                return number(one.get("id"))
        return None

    async def _new_contact(self, person: Person, draft: Outbound) -> int:
        how = _how(person.address)
        inbox = await self._first(how, draft)
        made = await self.client.create_contact(
            {"inbox_id": inbox.id, "name": person.name or person.address, how: person.address}
        )
        found = record(record(made.get("payload")).get("contact")) or record(made.get("payload")) or made
        id_ = number(found.get("id"))
        if id_ is None:
            raise Refused("Chatwoot did not say under which number it has the new contact")
        return id_

    async def _first(self, how: str, draft: Outbound) -> Inbox:
        """An inbox for a contact that is not there yet: the first of those that may do."""
        known = [inbox for inbox in await self.inboxes.refresh() if self._wanted(inbox, draft)]
        known = [inbox for inbox in known if (inbox.kind == EMAIL) == (how == "email") or inbox.kind == ORDER[3]]
        if not known:
            raise Refused(f"no inbox of yours reaches {'a mail address' if how == 'email' else 'a phone number'}")
        return min(known, key=_rank)

    async def _inbox(self, contact: int, draft: Outbound) -> tuple[Inbox, str]:
        ways = reachable(await self.client.contactable(contact))
        visible = {inbox.id: inbox for inbox in await self.inboxes.refresh()}
        good = [(visible[inbox.id], source) for inbox, source in ways if inbox.id in visible]
        good = [(inbox, source) for inbox, source in good if self._wanted(inbox, draft)]
        if good:
            return min(good, key=lambda way: _rank(way[0]))
        if draft.template is None and any(inbox.whatsapp for inbox, _ in ways):
            raise Refused("on WhatsApp a conversation is begun by a template; choose one")
        raise Refused("no inbox of yours can write to this contact first; they must write, or begin it in Chatwoot")

    def _wanted(self, inbox: Inbox, draft: Outbound) -> bool:
        if draft.template is not None:
            return inbox.id == inbox_of(draft.template.id)
        if self.settings.new_in:
            return inbox.name == self.settings.new_in and not inbox.whatsapp
        return not inbox.whatsapp and (not self.settings.inboxes or inbox.name in self.settings.inboxes)


def _rank(inbox: Inbox) -> tuple[int, int]:
    return ORDER.index(inbox.kind) if inbox.kind in ORDER else len(ORDER), inbox.id


def _only(draft: Outbound) -> Person:
    if len(draft.to) != 1:
        raise Refused("a conversation of Chatwoot is begun with one person")
    return draft.to[0]


def _how(address: str) -> str:
    """The field of a contact that an address stands in. Raises Refused."""
    if _PHONE.fullmatch(address):
        return "phone_number"
    if _MAIL.fullmatch(address):
        return "email"
    raise Refused("a mail address or a phone number with its country code (+34 ...) is needed to write to somebody new")
