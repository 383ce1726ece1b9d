"""What is missing before an account can be worked with. Changes nothing at the server."""

from __future__ import annotations

from omnitui.core.errors import LoginRefused, ProtocolError, Refused
from omnitui.sync.channels.chatwoot.client import ChatwootClient
from omnitui.sync.channels.chatwoot.people import Place, worker
from omnitui.sync.channels.chatwoot.settings import ChatwootSettings
from omnitui.sync.channels.chatwoot.values import number, record, records, words
from omnitui.sync.channels.contract import Finding, Probe


async def probe(client: ChatwootClient, settings: ChatwootSettings, place: Place) -> Probe:
    """Who we are and what is missing. Raises LoginRefused for a token that is none of a user, Offline."""
    try:
        profile = await client.profile()
    except LoginRefused:
        raise LoginRefused(
            "Chatwoot does not accept the access token. It must be that of a user (your profile, at its end), not of a "
            "bot; and where a proxy stands before the server, it must let headers with underscores through"
        ) from None
    me = worker(place, profile)
    if me is None:
        raise ProtocolError("Chatwoot does not say whose token it is; is the address that of a Chatwoot server?")
    accounts = {number(one.get("id")): words(one.get("name")) for one in records(profile.get("accounts"))}
    if accounts and settings.account_id not in accounts:
        known = ", ".join(f"{id_} ({name})" for id_, name in accounts.items())
        words_ = f"Your user is not in account {settings.account_id} of Chatwoot; set account_id to one of {known}."
        return Probe(me, (Finding("missing", words_),))
    try:
        return Probe(me, (Finding("fine", f"You are {me.name or me.email}."), *await _inside(client, settings)))
    except (LoginRefused, Refused) as error:
        words_ = f"The account {settings.account_id} cannot be read ({error}); an administrator must add your user."
        return Probe(me, (Finding("missing", words_),))


async def _inside(client: ChatwootClient, settings: ChatwootSettings) -> list[Finding]:
    found = []
    await client.agents()
    inboxes = {words(one.get("name")): words(one.get("channel_type")) for one in await client.inboxes()}
    if not inboxes:
        found.append(Finding("warning", "You are in no inbox: an administrator must add you to those you work in."))
    for name in settings.inboxes:
        if name not in inboxes:
            told = f"You see no inbox {name}; there is {', '.join(inboxes) or 'none'}. Mend the setting inboxes."
            found.append(Finding("missing", told))
    if settings.new_in and settings.new_in not in inboxes:
        told = f"You see no inbox {settings.new_in} for new conversations. Mend the setting new_in."
        found.append(Finding("missing", told))
    items, total = await client.conversations(1, "all")
    count = total if total is not None else len(items)
    brought = [name for name in inboxes if not settings.inboxes or name in settings.inboxes]
    if brought:
        found.append(Finding("fine", f"{count} conversations in the inboxes you see; brought: {', '.join(brought)}."))
    answered = {words(record(item.get("meta")).get("channel")) for item in items if item.get("can_reply") is False}
    if "Channel::Whatsapp" in answered:
        found.append(Finding("fine", "Some WhatsApp conversations can only be answered by a template now."))
    return found
