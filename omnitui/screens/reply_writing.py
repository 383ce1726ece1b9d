"""Writing a saved reply, in the same box as a mail; what it is about and its name are asked for with one key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from omnitui.core.errors import Refused
from omnitui.core.saved_replies import VARIABLES, SavedReply, checked_name
from omnitui.store import reply_drafts, saved_replies
from omnitui.store.reply_drafts import ReplyDraft
from omnitui.triage import saved_replies as triage
from omnitui.widgets.choices import Choice
from omnitui.widgets.lines import Line
from omnitui.widgets.picker import Question

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage


class ReplyWriting:
    """The saved reply in the composer. What cannot be saved keeps the box open once, and says why; left again, it
    stands as it is among the saved replies, not saved yet."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self.reply: SavedReply | None = None
        self._was = ""
        self._saved = ("", "")
        """Subject and text as they are saved."""
        self._kept: ReplyDraft | None = None
        """What of it is kept and not saved."""
        self._refused: str | None = None

    async def open(self, reply: SavedReply) -> None:
        """Show one to write on, a new one where there is none of its name; one that was left unsaved goes on."""
        page, reader = self._page, self._page.session.reader
        await page.composing.put_away()
        self._kept = await reader.first(reply_drafts.by_name(page.session.me, reply.name))
        known = await reader.first(saved_replies.by_name(self._kept.was if self._kept else reply.name))
        self._was = known.name if known else ""
        self._saved = (known.subject, known.body) if known else ("", "")
        self.reply = self._kept.reply if self._kept else known or reply
        page.panes.show_thread()
        page.composer.open("", "", self.reply.body, note=False)
        self._show()
        page.refresh_hints()

    def _show(self) -> None:
        reply, page = self.reply, self._page
        if reply is None:
            return
        keys = page.session.keymap.keys_of
        send = (keys("compose.send") or ("",))[0]
        rename = (keys("compose.people") or ("",))[0]
        page.composer.set_title(
            f"SAVED REPLY {page.session.glyphs.dot} {reply.name}", f"{send} saves, {rename} names it"
        )
        lines: list[Line] = [(("subj ", "muted"), (reply.subject, ""))] if reply.subject else []
        lines.append(((" ".join(f"{{{{{name}}}}}" for name in VARIABLES), "muted"),))
        page.composer.set_facts(lines)

    async def save(self, text: str) -> None:
        """Keep `text` and close the box. Raises Refused for what cannot be; the box then stays open."""
        page, reply = self._page, self.reply
        if reply is None:
            return
        session, kept = page.session, self._kept.reply.name if self._kept else ""
        whole = replace(reply, body=text)
        step = await session.writer.do(triage.save, session.agent, whole, session.now(), was=self._was, draft=kept)
        self._close()
        if step is None:
            page.say("It is as it was", "muted")
        else:
            page.said_step(step)
        session.wake()

    async def keep(self) -> None:
        """Keep what is written as it stands, be it fit to be saved or not."""
        session, reply = self._page.session, self.reply
        if reply is None or not self._changed():
            return
        whole = replace(reply, body=self._page.composer.text, author=session.me)
        before, self._kept = self._kept, ReplyDraft(whole, self._was)
        if before != self._kept:
            instead_of = before.reply.name if before else ""
            await session.writer.do(reply_drafts.keep, self._kept, session.now(), instead_of=instead_of)

    def _changed(self) -> bool:
        reply, text = self.reply, self._page.composer.text.rstrip()
        return reply is not None and (self._was != reply.name or self._saved != (reply.subject, text))

    async def put_away(self) -> None:
        """Close the box; what was changed is saved. An empty one is forgotten.

        Raises Refused for what cannot be saved, once: with the same text again, the box closes without saving.
        """
        reply, text = self.reply, self._page.composer.text
        if reply is None:
            return
        if not text.strip() or not self._changed():
            await self._forget()
        elif text == self._refused:
            await self.keep()
            self._close()
            self._page.say(f"“{reply.name}” is not saved; what you wrote stands among the saved replies", "warn")
        else:
            try:
                await self.save(text)
            except Refused as error:
                self._refused = text
                key = (self._page.session.keymap.keys_of("compose.close") or ("the same key",))[0]
                raise Refused(f"Not saved ({key} again leaves it so): {error}") from error

    async def discard(self) -> None:
        """Close the box without saving; what was saved before stays."""
        await self._forget()
        self._page.say("Not saved", "muted")

    async def _forget(self) -> None:
        session, kept = self._page.session, self._kept
        self._close()
        if kept is not None:
            await session.writer.do(reply_drafts.delete, session.me, kept.reply.name)

    async def name(self) -> None:
        """Another name, and a subject for new mails that have none."""
        page = self._page
        for field, title in (("name", "Name of the saved reply"), ("subject", "Subject of a new mail (or none)")):
            if self.reply is None:
                return
            question = Question(title, lambda text: [Choice(text, text or "(none)")], text=getattr(self.reply, field))
            value, _ = await page.ask(question)
            if value is None or self.reply is None:
                return
            if field == "name":
                self.reply = replace(self.reply, name=await self._free(checked_name(value)))
            else:
                self.reply = replace(self.reply, subject=value.strip())
            self._refused = None
            self._show()
        await self.keep()

    async def _free(self, name: str) -> str:
        """The name. Raises Refused where another text of this name waits to be saved."""
        session, own = self._page.session, self._kept.reply.name if self._kept else ""
        taken = await session.reader.first(reply_drafts.by_name(session.me, name))
        if taken is not None and name.lower() != own.lower():
            raise Refused(f"Another text with the name “{name}” is not saved yet: choose another name")
        return name

    def _close(self) -> None:
        self.reply = self._refused = self._kept = None
        self._page.composer.close()
        if self._page.reading.id is None:
            self._page.panes.show_list()
        else:
            self._page.panes.focus_shown()
        self._page.refresh_hints()
