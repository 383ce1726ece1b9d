"""Looking for what was sent: Twilio takes no key of ours; a message is known by its numbers, its time and its text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from omnitui.core.times import MINUTE, SECOND, Instant
from omnitui.sync.channels.contract import Lookup, Outbound
from omnitui.sync.channels.twilio.addresses import Pair
from omnitui.sync.channels.twilio.client import Twilio
from omnitui.sync.channels.twilio.fields import Item, text, time

SKEW = MINUTE
"""How far this machine's clock may be ahead of Twilio's."""
PAGES = 5
TRIAL = "Sent from your Twilio trial account - "
"""Put before the text of a trial account by Twilio."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known besides. `others`: ids that are other sends; `settled`: the list is up to date; `rewritten`: Twilio
    may list other words than those that were handed over (a template; a messaging service, which may replace letters
    and shorten links)."""

    others: Collection[str]
    settled: bool
    rewritten: bool


async def look(client: Twilio, draft: Outbound, whose: Pair, known: Circumstances) -> Lookup:
    """Whether Twilio has the draft. Several that it could be, and whatever went out since where the words may be
    others, are for the agent to judge."""
    since = Instant(draft.composed_at - SKEW)
    found: list[Item] = []
    then = ""
    asked = {"From": whose.sender, "To": whose.recipient, "PageSize": "100"}
    for _ in range(PAGES):
        # Without a time: what waits in the queue has no time of sending yet, by which Twilio filters.
        page, then = await client.page("Messages", {} if then else asked, then)
        made = [time(item, "date_created", "date_sent") for item in page]
        recent = [item for item, at in zip(page, made, strict=True) if at is None or at + SECOND > since]
        found += [item for item in recent if text(item, "direction") == "outbound-api"]
        if not then or len(recent) < len(page):
            break
    else:
        return Lookup("cannot_tell", detail="too much was sent to this number since")
    mine = [item for item in found if text(item, "sid") not in known.others]
    wanted = said(draft)
    same = [item for item in mine if _same(text(item, "body"), wanted)]
    if len(same) == 1:
        return Lookup("found", text(same[0], "sid"), conversation=whose.id)
    if same:
        return Lookup("cannot_tell", detail=f"Twilio has {len(same)} messages with this text since it was written")
    if known.rewritten and mine:
        return Lookup(
            "cannot_tell", detail="Twilio has sent something to this number since; it may be this in other words"
        )
    if not known.settled:
        return Lookup("cannot_tell", detail="Twilio's list may not be up to date yet; look again in a minute")
    return Lookup("absent")


def said(draft: Outbound) -> str:
    """The text as it arrives, as far as it is known: of a template in the composer's words or by its own pattern."""
    if draft.template is None:
        return draft.text
    body = draft.template.body
    for name, value in draft.template.variables.items():
        body = body.replace("{{" + name + "}}", value)
    # The composer's drafts hold the text as it was filled in, and no body.
    return body or draft.text


def _same(body: str, wanted: str) -> bool:
    return bool(wanted.strip()) and _plain(body.removeprefix(TRIAL)) == _plain(wanted)


def _plain(words: str) -> str:
    """White space is not compared: Twilio trims it."""
    return " ".join(words.split())
