"""What one does in the composer: send, keep, throw away, change whom it goes to, put a saved reply in."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from omnitui.core.errors import Refused
from omnitui.core.saved_replies import SavedReply, fill, spans
from omnitui.screens import recipients
from omnitui.screens.acts_chat import answer_to
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.store import saved_replies
from omnitui.triage import saved_replies as triage
from omnitui.widgets.choices import Choice, fitting
from omnitui.widgets.lines import Line
from omnitui.widgets.picker import Question

_FEW = 3
"""Addresses of ours through which one key goes round."""


@handles("compose.send")
def send(page: InboxPage, call: Call) -> Awaitable[None]:
    """Send what stands there now: what is typed after the key is no part of it."""
    if page.composing.saved.reply is not None:
        return page.composing.saved.save(page.composer.text)
    return page.composing.send(page.composer.text)


@handles("compose.close")
async def close(page: InboxPage, call: Call) -> None:
    """Keep the draft."""
    await page.composing.put_away()


@handles("compose.discard")
async def discard(page: InboxPage, call: Call) -> None:
    """Throw the draft away; undo brings it back."""
    if page.composing.saved.reply is not None:
        await page.composing.saved.discard()
        return
    await page.composing.discard()


@handles("compose.editor")
async def editor(page: InboxPage, call: Call) -> None:
    """The user's own editor."""
    await page.composing.edit_outside()


@handles("compose.quote")
async def quote(page: InboxPage, call: Call) -> None:
    """Quote, or not."""
    draft = page.composing.draft
    if page.composing.chat is not None:
        await answer_to(page, page.composing.chat)
    elif draft is not None:
        await page.composing.change(quote=not draft.quote)


@handles("compose.people")
async def people(page: InboxPage, call: Call) -> None:
    """To, Cc, Bcc and subject, one after the other; Esc keeps what is there. Of a saved reply: its name and subject."""
    if page.composing.saved.reply is not None:
        await page.composing.saved.name()
        return
    draft = page.composing.draft
    if draft is None or draft.kind == "note":
        return
    if page.composing.chat is not None:
        raise Refused("a chat has no subject and no copies; it goes to who is in it")
    for field, title in (("to", "To"), ("cc", "Cc"), ("bcc", "Bcc")):
        chosen = await recipients.ask(page, title, getattr(draft, field))
        if chosen is None:
            return
        await page.composing.change(**{field: chosen})
    question = Question("Subject", lambda text: [Choice(text, text or "(no subject)")], text=draft.subject)
    value, _ = await page.ask(question)
    if value is not None:
        await page.composing.change(subject=value)


@handles("compose.from")
async def sender(page: InboxPage, call: Call) -> None:
    """The next of our addresses; of many, a list."""
    draft = page.composing.draft
    known = [
        (account.name, address)
        for account in page.session.agent.accounts
        if account.smtp is not None
        for address in (account.address, *account.aliases)
    ]
    if draft is None or draft.kind == "note":
        raise Refused("a note goes to nobody")
    if page.composing.chat is not None:
        raise Refused(f"a chat is answered from its own account, {draft.account}")
    if len(known) < 2:
        raise Refused("there is one address to send from")
    here = (draft.account, draft.sender or next((a for name, a in known if name == draft.account), ""))
    chosen = known[(known.index(here) + 1) % len(known)] if here in known else known[0]
    if len(known) > _FEW:
        chosen = await page.choose("From", [Choice(one, one[1], one[0]) for one in known])
    if chosen is not None:
        await page.composing.change(account=chosen[0], sender=chosen[1])
        page.say(f"From {chosen[1]}")


@handles("compose.saved")
async def saved(page: InboxPage, call: Call) -> None:
    """A saved reply, shown as it will read; what was typed after `/` comes back when none is taken."""
    draft, session, area = page.composing.draft, page.session, page.composer.area
    slashed, page.slashed = page.slashed, False
    if draft is None:
        return
    known = await session.reader.all(saved_replies.every())
    if not known:
        if slashed:
            area.insert("/")
        raise Refused("there are no saved replies yet; g p makes one")
    values = await session.writer.do(triage.values, session.agent, draft, session.now())
    choices = [Choice(reply, reply.name, " ".join(reply.body.split())[:200]) for reply in known]

    def preview(choice: Choice) -> Sequence[Line]:
        return [_marked(line) for line in fill(choice.value.body, values).split("\n")]

    question = Question("Saved replies", fitting(choices), "type to find one", preview=preview)
    chosen, typed = await page.ask(question)
    if not isinstance(chosen, SavedReply):
        if slashed:
            area.insert(f"/{typed}")
        return
    page.composer.insert(fill(chosen.body, values))
    if chosen.subject and not draft.subject.strip():
        await page.composing.change(subject=fill(chosen.subject, values))
    await page.composing.look()


def _marked(line: str) -> Line:
    """A line of a preview, its blanks marked."""
    pieces, at = [], 0
    for start, end in spans(line):
        pieces += [(line[at:start], ""), (line[start:end], "danger")]
        at = end
    return tuple(piece for piece in (*pieces, (line[at:], "")) if piece[0])
