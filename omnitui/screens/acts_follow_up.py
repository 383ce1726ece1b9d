"""Later, and only if: send at a time, send unless they reply, open again unless they reply."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.screens.acts_triage import act
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.triage import follow_ups

_DAYS = ("1d", "2d", "3d", "1 week", "2 weeks")


# The grammar of times brings a library of zones that the first frame can do without, so it is imported when asked.


@handles("compose.later")
async def later(page: InboxPage, call: Call) -> None:
    """Send at a time."""
    from omnitui.screens.snoozing import when

    chosen = await when(page, call.args, reply=False, title="Send when")
    if chosen is not None:
        await page.composing.send(page.composer.text, at=chosen.until)


@handles("compose.unless_reply")
async def unless_reply(page: InboxPage, call: Call) -> None:
    """Send at a time, but only if they have not replied by then."""
    from omnitui.screens.snoozing import when

    chosen = await when(page, call.args, reply=False, title="Send unless they reply, when", offered=_DAYS)
    if chosen is not None:
        await page.composing.send(page.composer.text, at=chosen.until, unless_reply=True)


@handles("compose.follow_up")
async def send_and_follow_up(page: InboxPage, call: Call) -> None:
    """Send now, and open the conversation again unless they reply."""
    from omnitui.screens.snoozing import when

    draft = page.composing.draft
    if draft is None or draft.kind == "note":
        raise Refused("a note awaits no reply; W on the conversation follows it up")
    chosen = await when(page, call.args, reply=False, title="Send, and follow up unless they reply by", offered=_DAYS)
    if chosen is not None:
        await page.composing.send(page.composer.text, follow_up=chosen.until)


@handles("conversation.follow_up")
async def follow_up(page: InboxPage, call: Call) -> None:
    """Open it again unless they reply; one that has a follow-up loses it."""
    from omnitui.screens.snoozing import when

    row = page.here
    if row is None:
        raise Refused("there is no conversation here")
    if call.args == "off" or (row.follow_up_at is not None and not call.args and not page.list.marked):
        await act(page, call, follow_ups.follow_up, None)
        return
    chosen = await when(page, call.args, reply=False, title="Follow up unless they reply by", offered=_DAYS)
    if chosen is not None and chosen.until is not None:
        await act(page, call, follow_ups.follow_up, chosen.until, words=chosen.words)
