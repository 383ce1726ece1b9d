"""Replying, noting, forwarding, and everything in the composer."""

from __future__ import annotations

import asyncio
from pathlib import Path

from omnitui.core.addresses import parse_addresses
from omnitui.core.errors import Refused
from omnitui.core.models import ConversationId
from omnitui.screens.composing import written
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.paths import offers
from omnitui.triage import drafting
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question


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
    id = await _at_hand(page)
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
    page.composing.open(drafting.fresh(agent, account))
    await people(page, call)


@handles("compose.send")
async def send(page: InboxPage, call: Call) -> None:
    """Send."""
    await page.composing.send()


@handles("compose.later")
async def later(page: InboxPage, call: Call) -> None:
    """Send at a time."""
    # The grammar brings a library of time zones that the first frame can do without.
    from omnitui.screens.snoozing import when

    chosen = await when(page, call.args, reply=False, title="Send when")
    if chosen is not None:
        await page.composing.send(chosen.until)


@handles("compose.close")
async def close(page: InboxPage, call: Call) -> None:
    """Keep the draft."""
    await page.composing.put_away()


@handles("compose.discard")
async def discard(page: InboxPage, call: Call) -> None:
    """Throw the draft away, after asking."""
    if await page.confirm("Throw this draft away?", "Yes, throw it away", "Keep it"):
        await page.composing.discard()


@handles("compose.editor")
async def editor(page: InboxPage, call: Call) -> None:
    """The user's own editor."""
    await page.composing.edit_outside()


@handles("compose.quote")
async def quote(page: InboxPage, call: Call) -> None:
    """Quote, or not."""
    draft = page.composing.draft
    if draft is not None:
        await page.composing.change(quote=not draft.quote)


@handles("compose.people")
async def people(page: InboxPage, call: Call) -> None:
    """To, Cc, Bcc and subject, one after the other; Esc keeps what is there."""
    draft = page.composing.draft
    if draft is None or draft.kind == "note":
        return
    for field, title in (("to", "To"), ("cc", "Cc"), ("bcc", "Bcc")):
        now = written(getattr(draft, field))
        question = Question(title, lambda text: [Choice(text, text or "(nobody)")], "anna@example.org, ...", text=now)
        value, _ = await page.ask(question)
        if value is None:
            return
        await page.composing.change(**{field: parse_addresses(value)})
    question = Question("Subject", lambda text: [Choice(text, text or "(no subject)")], text=draft.subject)
    value, _ = await page.ask(question)
    if value is not None:
        await page.composing.change(subject=value)


@handles("compose.attach")
async def attach(page: InboxPage, call: Call) -> None:
    """A file, by its path; Tab completes."""
    draft = page.composing.draft
    if draft is None or draft.kind == "note":
        raise Refused("a note carries no files; attach to an answer")
    path = call.args
    if not path:
        value, _ = await page.ask(Question("Attach a file", offers, "path", text="~/", complete=True))
        path = value or ""
    if not path:
        return
    file = await asyncio.to_thread(_existing, path)
    await page.composing.change(attachments=(*draft.attachments, file))


def _existing(path: str) -> str:
    file = Path(path).expanduser()
    if not file.is_file():
        raise Refused(f"{file} is no file")
    return str(file.absolute())
