"""Writing a saved reply, in the same box as a mail; what it is about and its name are asked for with one key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from omnitui.core.errors import Refused
from omnitui.core.saved_replies import VARIABLES, SavedReply, checked_name
from omnitui.store import saved_replies
from omnitui.triage import saved_replies as triage
from omnitui.widgets.choices import Choice
from omnitui.widgets.lines import Line
from omnitui.widgets.picker import Question

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage


class ReplyWriting:
    """The saved reply in the composer. What cannot be saved keeps the box open once, and says why; left again, it is
    kept as it is until the program ends."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self.reply: SavedReply | None = None
        self._was = ""
        self._refused: str | None = None

    async def open(self, reply: SavedReply) -> None:
        """Show one to write on, a new one where there is none of its name."""
        page = self._page
        await page.composing.put_away()
        known = await page.session.reader.first(saved_replies.by_name(reply.name))
        self.reply, self._was = known or reply, known.name if known else ""
        page.panes.show_thread()
        unsaved = page.session.unsaved.pop(reply.name.lower(), None)
        if unsaved is not None:
            self.reply = replace(self.reply, subject=unsaved.subject)
        page.composer.open("", "", unsaved.body if unsaved else self.reply.body, note=False)
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
        session = page.session
        whole = replace(reply, body=text)
        step = await session.writer.do(triage.save, session.agent, whole, session.now(), was=self._was)
        self._close()
        if step is None:
            page.say("It is as it was", "muted")
        else:
            page.said_step(step)
        session.wake()

    async def put_away(self) -> None:
        """Close the box; what was changed is saved. An empty one is forgotten.

        Raises Refused for what cannot be saved, once: with the same text again, the box closes without saving.
        """
        reply, text = self.reply, self._page.composer.text
        if reply is None:
            return
        if not text.strip() or (text.rstrip() == reply.body and self._was == reply.name):
            self._close()
        elif text == self._refused:
            self._page.session.unsaved[reply.name.lower()] = replace(reply, body=text)
            self._close()
            self._page.say(f"“{reply.name}” is not saved; what you wrote is there until omnitui ends", "warn")
        else:
            try:
                await self.save(text)
            except Refused as error:
                self._refused = text
                key = (self._page.session.keymap.keys_of("compose.close") or ("the same key",))[0]
                raise Refused(f"Not saved ({key} again leaves it so): {error}") from error

    def discard(self) -> None:
        """Close the box without saving; what was saved before stays."""
        self._close()
        self._page.say("Not saved", "muted")

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
                self.reply = replace(self.reply, name=checked_name(value))
            else:
                self.reply = replace(self.reply, subject=value.strip())
            self._refused = None
            self._show()

    def _close(self) -> None:
        self.reply = self._refused = None
        self._page.composer.close()
        if self._page.reading.id is None:
            self._page.panes.show_list()
        else:
            self._page.panes.focus_shown()
        self._page.refresh_hints()
