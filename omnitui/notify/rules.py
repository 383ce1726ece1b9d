"""Which arrivals deserve a notice, and when there is quiet. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from omnitui.config.schema import NotifySettings
from omnitui.core.models import MessageClass, State
from omnitui.core.times import Instant, as_datetime
from omnitui.notify.notice import Kind, Notice, notice
from omnitui.store.notable import Arrival

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def about(arrival: Arrival, settings: NotifySettings, me: str) -> Notice | None:
    """The notice for a message, or None.

    A conversation of one's own tells of each message of the customer, any other of the one that begins the wait; a
    note tells when it names one (`@Ana`) and another wrote it.
    """
    if arrival.class_ is MessageClass.NOTE:
        return _mention(arrival, me) if settings.mentions else None
    if arrival.state is not State.OPEN or arrival.seen:
        return None
    rule = settings.mine if arrival.assignee == me else settings.others
    first = arrival.waiting_since is not None and arrival.at <= arrival.waiting_since
    if rule == "off" or (rule == "first" and not first):
        return None
    who = arrival.name or arrival.address or "a customer"
    return notice(
        Kind.MESSAGE,
        f"New from {who}",
        arrival.subject or arrival.preview,
        conversation_id=arrival.conversation_id,
        account=arrival.account,
    )


def _mention(arrival: Arrival, me: str) -> Notice | None:
    if not me or arrival.author == me or not mentions(arrival.preview, me):
        return None
    return notice(
        Kind.MENTION,
        f"Note from {arrival.author or 'the team'}",
        arrival.preview,
        conversation_id=arrival.conversation_id,
        account=arrival.account,
    )


def mentions(text: str, name: str) -> bool:
    """`@name` stands in the text as a word, in capitals or not."""
    return bool(re.search(rf"(?<!\w)@{re.escape(name)}(?!\w)", text, re.IGNORECASE))


def is_quiet(hours: Sequence[str], now: Instant, zone: str) -> bool:
    """Whether now is in one of `hours`: "22:00-07:00" (over midnight too), "sun", "fri 18:00-24:00", in `zone`."""
    here = as_datetime(now).astimezone(ZoneInfo(zone))
    return any(_within(entry, here) for entry in hours)


def _within(entry: str, here: datetime) -> bool:
    day, _, span = entry.rpartition(" ")
    if entry in DAYS:
        return DAYS[here.weekday()] == entry
    begin, _, end = span.partition("-")
    at = here.strftime("%H:%M")
    if begin < end:
        return begin <= at < end and day in ("", DAYS[here.weekday()])
    # Over midnight: the hours after it belong to the day on which they began.
    before = DAYS[(here - timedelta(days=1)).weekday()]
    return (at >= begin and day in ("", DAYS[here.weekday()])) or (at < end and day in ("", before))
