"""Writing a saved reply, in the same box as a mail; what it is about and its name are asked for with one key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from omnitui.core.errors import Refused
from omnitui.core.saved_replies import VARIABLES, SavedReply
from omnitui.store import saved_replies
from omnitui.triage import saved_replies as triage
from omnitui.widgets.choices import Choice
from omnitui.widgets.lines import Line
from omnitui.widgets.picker import Question

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage


class ReplyWriting:
    """The saved reply in the composer. Nothing of it is lost: it is saved, or the box stays open and says why not."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self.reply: SavedReply | None = None
        self._was = ""

    async def open(self, reply: SavedReply) -> None:
        """Show one to write on, a new one where there is none of its name."""
        page = self._page
        await page.composing.put_away()
        known = await page.session.reader.first(saved_replies.by_name(reply.name))
        self.reply, self._was = known or reply, known.name if known else ""
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
        """Close the box; what was changed is saved. An empty one is forgotten."""
        reply, text = self.reply, self._page.composer.text
        if reply is None:
            return
        if not text.strip() or text.rstrip() == reply.body:
            self._close()
        else:
            await self.save(text)

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
            if field == "name" and not value.strip():
                raise Refused("a saved reply needs a name")
            self.reply = replace(self.reply, **{field: value.strip()})
            self._show()

    def _close(self) -> None:
        self.reply = None
        self._page.composer.close()
        self._page.panes.focus_shown()
        self._page.refresh_hints()
