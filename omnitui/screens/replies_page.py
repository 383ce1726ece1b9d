"""The page of saved replies: read, written, thrown away."""

from __future__ import annotations

from typing import ClassVar

from omnitui.core.saved_replies import SavedReply, checked_name
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import SheetPage
from omnitui.store import reply_drafts, saved_replies
from omnitui.triage import saved_replies as triage
from omnitui.widgets.choices import Choice
from omnitui.widgets.lines import sides
from omnitui.widgets.picker import Question
from omnitui.widgets.sheet import Entry
from omnitui.widgets.words import moment


class RepliesPage(SheetPage, inherit_bindings=False):
    """Texts to answer with, by name."""

    NAME: ClassVar[str] = "replies"
    TITLE_WORDS: ClassVar[str] = "Saved replies · enter writes on · n new · x throws away"
    EMPTY: ClassVar[tuple[str, ...]] = (
        "There are no saved replies yet: n writes one.",
        "`omnitui replies import` brings them from files.",
    )

    async def read(self) -> None:
        """Read them anew."""
        reader = self.session.reader
        begun = [draft.reply for draft in await reader.all(reply_drafts.every(self.session.me))]
        self._begun = {reply.name.lower() for reply in begun}
        saved = [r for r in await reader.all(saved_replies.every()) if r.name.lower() not in self._begun]
        self._replies = {reply.name: reply for reply in (*begun, *saved)}
        self.sheet.show([self._entry(reply) for reply in self._replies.values()])

    def reply(self) -> SavedReply | None:
        """The one at the cursor."""
        return self._replies.get(self.sheet.chosen)

    def begun(self, reply: SavedReply) -> bool:
        """It is being written, and not saved as it stands here."""
        return reply.name.lower() in self._begun

    def _entry(self, reply: SavedReply) -> Entry:
        saved = not self.begun(reply)
        right = f"{reply.author}  {moment(reply.updated_at, self.session.now())}" if saved else "not saved yet"
        first = sides(
            ((reply.name, "strong"), (f"  {reply.subject}", "")), ((right, "muted" if saved else "warn"),), self.width
        )
        return Entry((first, ((f"  {' '.join(reply.body.split())}", "muted"),)), reply.name)


async def _write(page: RepliesPage, reply: SavedReply) -> None:
    if page.leave() and isinstance(main := page.app.screen, InboxPage):
        await main.composing.saved.open(reply)


@handles("row.open", page="replies")
async def open_(page: RepliesPage, call: Call) -> None:
    """Write on."""
    reply = page.reply()
    if reply is not None:
        await _write(page, reply)


@handles("reply.new", page="replies")
async def new(page: RepliesPage, call: Call) -> None:
    """A new one; its name first."""
    name = call.args
    if not name:
        question = Question(
            "Name of the saved reply", lambda text: [Choice(text, text)] if text.strip() else [], "thanks"
        )
        name = (await page.ask(question))[0] or ""
    if name.strip():
        await _write(page, SavedReply(checked_name(name), ""))


@handles("draft.delete", page="replies")
async def delete(page: RepliesPage, call: Call) -> None:
    """Throw it away; undo brings it back."""
    reply, session = page.reply(), page.session
    if reply is not None and page.begun(reply):
        await session.writer.do(reply_drafts.delete, session.me, reply.name)
        page.say(f"What was not saved of “{reply.name}” is thrown away", "muted")
        await page.read()
    elif reply is not None:
        step = await session.writer.do(triage.delete, session.agent, reply.name, session.now())
        if step is not None:
            page.said_step(step)
        session.wake()
        await page.read()
