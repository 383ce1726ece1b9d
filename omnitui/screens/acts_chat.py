"""What one does in chats: react, change or take back a message, answer by a template, a new line where Enter sends."""

from __future__ import annotations

from collections.abc import Sequence

from omnitui.core.channels import EMAIL, Capabilities
from omnitui.core.chat_sending import filled, template_json, variables
from omnitui.core.errors import Refused
from omnitui.core.models import MessageClass, MessageId, OlderState, StepRow, TemplateRow, ThreadMessage
from omnitui.screens.chat_writing import Chat
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.outside_editor import edit as edit_outside
from omnitui.store import channels, messages
from omnitui.store.channels import Possible
from omnitui.triage import chatting
from omnitui.widgets.chat_lines import GAP, is_chat
from omnitui.widgets.choices import Choice
from omnitui.widgets.look import who
from omnitui.widgets.picker import Question
from omnitui.widgets.words import clock

_USUAL = ("👍", "❤️", "😂", "🎉", "🙏", "👎")
_OURS = (MessageClass.HUMAN, MessageClass.MACHINE)


async def _able(page: InboxPage, ability: str, words: str) -> Capabilities:
    """What the conversation at hand can do. Raises Refused, with the reason, where that is not among it."""
    row = page.here
    if row is None:
        raise Refused("there is no conversation here")
    here: Possible | None = await page.session.reader.first(channels.possible(row.id))
    if here is None:
        raise Refused("that is done in chats, and this is none")
    if not getattr(here.capabilities, ability):
        raise Refused(f"{here.channel} {words}")
    if page.reading.id != row.id:
        await page.open_conversation(row.id)
    return here.capabilities


async def _which(page: InboxPage, title: str, *, ours: bool = False) -> ThreadMessage:
    """One of the messages in view, the newest first. Raises Refused where there is none to choose."""
    layout = page.thread.layout_
    seen = dict.fromkeys(index for index, _ in layout.visible())
    found: list[ThreadMessage] = [layout.messages[index] for index in reversed(seen)]
    found = [m for m in found if is_chat(m) and m.deleted_at is None and m.class_ is not MessageClass.SYSTEM]
    found = [m for m in found if m.kind != GAP and (not ours or m.class_ in _OURS)]
    if not found:
        raise Refused("no message of ours is in view" if ours else "no message is in view")
    if len(found) == 1:
        return found[0]
    rows = [
        Choice(m.id, m.preview or m.kind, f"{who(m, page.session.me)} {clock(m.at)}", key=str(n) if n < 10 else "")
        for n, m in enumerate(found, 1)
    ]
    chosen = await page.choose(title, rows)
    message = next((m for m in found if m.id == chosen), None)
    if message is None:
        raise Refused("nothing was chosen")
    return message


async def _done(page: InboxPage, step: StepRow | None, message: ThreadMessage) -> None:
    if step is None:
        page.say("Nothing to change", "muted")
        return
    page.said_step(step)
    page.session.wake()
    await page.changed([message.conversation_id])


@handles("message.react")
async def react(page: InboxPage, call: Call) -> None:
    """Put an emoji to a message, or take ours away again."""
    await _able(page, "react", "has no reactions")
    message = await _which(page, "React to")
    emoji = call.args.strip()
    if not emoji:
        known = [mark.emoji for mark in message.reactions]
        offered = list(dict.fromkeys([*known, *_USUAL]))[:9]
        ours = {mark.emoji for mark in message.reactions if mark.ours}
        rows = [Choice(one, one, "take it away" if one in ours else "", key=str(n)) for n, one in enumerate(offered, 1)]
        emoji = (await page.choose_or_type("Reaction", rows, "an emoji")).strip()
    if emoji:
        session = page.session
        on = not any(mark.ours and mark.emoji == emoji for mark in message.reactions)
        step = await session.writer.do(chatting.react, session.agent, message.id, emoji, on, session.now())
        await _done(page, step, message)


@handles("message.edit")
async def edit(page: InboxPage, call: Call) -> None:
    """Another text for a message of ours; one of several lines in the editor."""
    await _able(page, "edit", "cannot edit messages")
    message = await _which(page, "Edit", ours=True)
    body = await page.session.reader.first(messages.bodies([message.id]))
    known = body.text if body is not None else message.preview
    text = call.args
    if not text and "\n" in known.strip():
        text = edit_outside(page.app, known)
        page.refresh(layout=True)
    elif not text:
        question = Question("Edit", lambda typed: [Choice(typed, typed or "(nothing)")], text=known.strip(), keeps=True)
        text = str((await page.ask(question))[0] or "")
    if text.strip():
        session = page.session
        step = await session.writer.do(chatting.edit, session.agent, message.id, text, session.now())
        await _done(page, step, message)


@handles("message.delete")
async def delete(page: InboxPage, call: Call) -> None:
    """Take a message of ours back at the other side; what it said stays here."""
    await _able(page, "delete", "cannot take messages back")
    message = await _which(page, "Take back", ours=True)
    if await page.confirm(f"Take back “{message.preview[:60]}”? The customer sees it no more", "Take it back"):
        session = page.session
        step = await session.writer.do(chatting.delete, session.agent, message.id, session.now())
        await _done(page, step, message)


async def answer_to(page: InboxPage, chat: Chat) -> None:
    """Which message the text answers; once more: none."""
    draft = page.composing.draft
    chat.must("reply_to", "does not say which message one answers")
    if draft is None or draft.message_id is not None:
        await page.composing.change(message_id=None)
        return
    message = await _which(page, "Answers")
    await page.composing.change(message_id=MessageId(message.id))


_BEYOND = {
    OlderState.ASKED: "Older messages are asked for; they come as soon as the channel gives them",
    OlderState.ENDED: "There are no older messages",
}


@handles("message.older")
async def ask_older(page: InboxPage, call: Call) -> None:
    """What was said before the oldest message here: asked for, also where the channel has refused it before."""
    row = page.here
    if row is None or row.channel == EMAIL:
        raise Refused("older messages are asked for in chats; of a mailbox all come by themselves")
    stands = await page.reading.ask_beyond(row.id, again=True)
    if stands.state not in _BEYOND:
        raise Refused(f"{row.channel} gives no older messages of this conversation")
    page.say(_BEYOND[stands.state], "muted")


@handles("compose.newline")
def newline(page: InboxPage, call: Call) -> None:
    """A new line, where Enter sends."""
    page.composer.area.insert("\n")


@handles("compose.template")
async def template(page: InboxPage, call: Call) -> None:
    """One of the account's approved templates, its variables asked for one after the other."""
    draft, chat = page.composing.draft, page.composing.chat
    if draft is None or chat is None:
        raise Refused("templates are for chats; saved replies are for all")
    chat.must("templates", "has no templates")
    known = await page.session.reader.all(channels.templates(draft.account))
    if not known:
        raise Refused(f"no template of {draft.account} is known yet; they come with the sync")
    chosen = await page.choose("Templates", _rows(known), "type to find one")
    if not isinstance(chosen, TemplateRow):
        return
    values: dict[str, str] = {}
    for name in variables(chosen.body):
        title = f"{chosen.name}: what stands for {{{{{name}}}}}"
        value, _ = await page.ask(Question(title, lambda typed: [Choice(typed, typed or "(nothing)")]))
        if not value:
            page.say("The template was left: each variable needs a value", "warn")
            return
        values[name] = str(value)
    text = filled(chosen.body, values)
    page.composer.put_text(text)
    made = template_json(chosen.id, chosen.name, chosen.language, values, text)
    await page.composing.change(chat=made)


def _rows(known: Sequence[TemplateRow]) -> list[Choice]:
    return [Choice(one, one.name, f"{one.language} {' '.join(one.body.split())[:160]}".strip()) for one in known]
