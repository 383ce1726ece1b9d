"""Older messages of one conversation, from both directions."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.core.times import SECOND, Instant, iso
from omnitui.sync.channels.contract import Batch
from omnitui.sync.channels.twilio import mapping
from omnitui.sync.channels.twilio.addresses import named
from omnitui.sync.channels.twilio.client import Twilio
from omnitui.sync.channels.twilio.fields import Item, text
from omnitui.sync.channels.twilio.reading import Reading

AT_ONCE = 50


async def older(client: Twilio, reading: Reading, conversation: str, before: str) -> Batch:
    """The messages before the one named (empty: the newest). Raises Refused for a conversation that is none of ours."""
    whose = named(conversation)
    if whose is None:
        raise Refused("this is no conversation of this account")
    until = ""
    if before[:2] in ("SM", "MM"):
        at = mapping.when(await client.one(f"Messages/{before}"))
        # To the second, and one more: those of the same second come again rather than never.
        until = iso(Instant(at - at % SECOND + SECOND)).replace(".000Z", "Z") if at is not None else ""
    elif before:
        raise Refused("Twilio can be asked for what is older than a message, not than a call")
    found: list[Item] = []
    oldest = 0
    for ours, theirs in (("To", "From"), ("From", "To")):
        asked = {ours: whose.sender, theirs: whose.recipient, "PageSize": str(AT_ONCE)}
        page, then = await client.page("Messages", {**asked, **({"DateSent<": until} if until else {})})
        found += page
        if then:
            # Below this time the other direction would stand there without this one.
            oldest = max(oldest, min(mapping.when(item) or 0 for item in page))
    given = [item for item in found if (mapping.when(item) or 0) >= oldest and text(item, "sid") != before]
    for item in sorted(given, key=lambda item: mapping.when(item) or 0):
        await reading.message(item, history=True)
    return Batch(tuple(reading.events), "", more=bool(oldest))
