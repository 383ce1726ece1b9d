"""Beginning to write: an answer, a note, a forward, a new mail. What one does in the composer is in `acts_compose`."""

from __future__ import annotations

from dataclasses import replace

from omnitui.core.channels import EMAIL
from omnitui.core.errors import Refused
from omnitui.core.models import ConversationId
from omnitui.screens.acts_compose import people
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.triage import drafting


async def _at_hand(page: InboxPage) -> ConversationId:
    """The conversation at hand, open in the thread."""
    row = page.here
    if row is None:
        raise Refused("there is no conversation here")
    await page.open_conversation(row.id)
    return row.id


def _message(page: InboxPage, *, chosen: bool) -> int | None:
    """The message read, where one was chosen by scrolling to it; else triage takes the customer's newest."""
    message = page.thread.current
    return message.id if chosen and message is not None and not page.thread.layout_.at_end else None


@handles("reply.all", "reply.sender")
async def reply(page: InboxPage, call: Call) -> None:
    """Answer everybody, or who wrote."""
    reading = page.thread.has_focus
    if call.id == "reply.sender" and page.here is not None and page.here.channel != EMAIL:
        raise Refused("a chat goes to all who are in it: answer it as a whole (reply.all)")
    id = await _at_hand(page)
    # What is in view says nothing of which short message is meant; `compose.quote` chooses one.
    reading = reading and page.here is not None and page.here.channel == EMAIL
    await page.composing.begin(
        drafting.reply,
        page.session.agent,
        id,
        everyone=call.id == "reply.all",
        message_id=_message(page, chosen=reading),
    )


@handles("forward")
async def forward(page: InboxPage, call: Call) -> None:
    """Pass the message on."""
    reading = page.thread.has_focus
    id = await _at_hand(page)
    message = _message(page, chosen=reading)
    await page.composing.begin(drafting.forward, page.session.agent, id, message_id=message)
    await people(page, call)


@handles("note.write")
async def note(page: InboxPage, call: Call) -> None:
    """Only the team sees it."""
    await page.composing.begin(drafting.note, page.session.agent, await _at_hand(page))


@handles("compose.new")
async def new(page: InboxPage, call: Call) -> None:
    """A new mail, from the account of the conversation at hand or the first one."""
    agent = page.session.agent
    if not agent.accounts:
        raise Refused("no account is set up to write from; see config.example.toml")
    here = page.here.account if page.here is not None else ""
    account = here if any(a.name == here for a in agent.accounts) else agent.accounts[0].name
    await page.show(None)
    await page.composing.put_away()
    draft = replace(drafting.fresh(agent, account), began_at=page.session.now())
    await page.composing.open(draft)
    await people(page, call)
