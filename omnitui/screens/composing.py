"""Writing: which draft stands in the composer, saved while one types; sent, put away or thrown away."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.models import Draft, MessageClass, StepRow, ThreadMessage
from omnitui.core.times import Instant
from omnitui.screens.files import stored
from omnitui.store import drafts, messages
from omnitui.triage import notes, sending
from omnitui.widgets.lines import Line
from omnitui.widgets.words import several

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
_PROMISE = re.compile(
    r"\b(attached|attachment|enclosed|bijlage|bijgevoegd|adjunt[oa]s?|đính kèm)\b|附件|附檔", re.IGNORECASE
)
_TITLES = {"reply": "Reply to", "reply_all": "Reply to", "forward": "Forward to", "new": "New mail to"}


class Composing:
    """What is being written on the main page."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self.draft: Draft | None = None
        self._saved = ""
        self._warned = False
        # A draft is saved, sent or thrown away by one at a time: else one that was just sent could be saved anew.
        self._busy = asyncio.Lock()

    async def begin(self, make: Callable[..., Draft], *args: Any, **options: Any) -> None:
        """Start a draft made by triage; an unfinished one of the same kind in the same conversation goes on."""
        await self.put_away()
        draft = await self._page.session.writer.do(make, *args, **options)
        if draft.conversation_id is not None:
            known = await self._page.session.reader.all(drafts.for_conversation(draft.conversation_id))
            mine = [old for old in known if (old.kind == "note") == (draft.kind == "note")]
            if mine:
                draft = mine[0] if mine[0].kind == draft.kind else replace(draft, id=mine[0].id, body=mine[0].body)
        self.open(draft)

    def open(self, draft: Draft) -> None:
        """Show a draft."""
        page = self._page
        self.draft, self._saved, self._warned = draft, draft.body, False
        note = draft.kind == "note"
        page.panes.show_thread()
        page.composer.open("", "", draft.body, note=note)
        self.show_facts()
        page.refresh_hints()

    def show_facts(self) -> None:
        """Say to whom, how, and what will happen."""
        draft, page = self.draft, self._page
        if draft is None:
            return
        dot = page.session.glyphs.dot
        send = (page.session.keymap.keys_of("compose.send") or ("",))[0]
        if draft.kind == "note":
            page.composer.set_title(f"NOTE {dot} only the team sees this", f"{send} saves")
            page.composer.set_facts([])
            return
        people = ", ".join(person.name or person.email for person in draft.to) or "(nobody yet)"
        page.composer.set_title(f"{_TITLES[draft.kind]} {people} {dot} {draft.account}", f"{send} sends{self._held()}")
        page.composer.set_facts(self._facts(draft))

    def _held(self) -> str:
        seconds = next(
            (a.undo_seconds for a in self._page.session.agent.accounts if self.draft and a.name == self.draft.account),
            0,
        )
        return f" {self._page.session.glyphs.dot} held {seconds} s" if seconds else ""

    def _facts(self, draft: Draft) -> list[Line]:
        lines: list[Line] = []
        rows = [("to", draft.to), ("cc", draft.cc), ("bcc", draft.bcc)]
        for word, people in rows:
            if people and (word != "to" or len(people) > 1 or people[0].name):
                lines.append(((f"{word:4}", "muted"), (written(people), "")))
        lines.append((("subj ", "muted"), (draft.subject or "(no subject)", "" if draft.subject else "warn")))
        files = [Path(name).name for name in draft.attachments if not name.startswith("attachment:")]
        carried = sum(name.startswith("attachment:") for name in draft.attachments)
        if files or carried:
            words = ", ".join([*files, *([several(carried, "file") + " of the mail"] if carried else [])])
            lines.append((("with ", "muted"), (words, "link")))
        if draft.quote and draft.kind in ("reply", "reply_all"):
            lines.append((("the message is quoted below", "muted"),))
        if self._page.composer.text.strip():
            lines += [((text, "warn"),) for text in self.warnings()]
        return lines

    def warnings(self) -> list[str]:
        """What to know before sending."""
        draft, text = self.draft, self._page.composer.text
        if draft is None or draft.kind == "note":
            return []
        found = []
        if unresolved := _PLACEHOLDER.search(text):
            found.append(f"{unresolved[0]} is not filled in")
        if not draft.attachments and _PROMISE.search(text):
            found.append("the text speaks of an attachment, and there is none")
        if not draft.subject.strip():
            found.append("the subject is empty")
        newer = self._newer(draft)
        if newer is not None:
            who = newer.author if newer.ours else newer.sender.name or newer.sender.email
            found.append(f"{who} has written since you began")
        return found

    def _newer(self, draft: Draft) -> ThreadMessage | None:
        shown = self._page.thread.layout_.messages
        if draft.conversation_id != self._page.reading.id or not shown:
            return None
        moving, me = (MessageClass.CUSTOMER, MessageClass.HUMAN), self._page.session.me
        later = (m for m in reversed(shown) if m.at > draft.saw_at and m.class_ in moving)
        return next((m for m in later if not m.ours or m.author != me), None)

    async def save(self) -> None:
        """Keep what is written; an empty text keeps no draft."""
        async with self._busy:
            await self._save()

    async def _save(self) -> None:
        draft, page = self.draft, self._page
        if draft is None:
            return
        text = page.composer.text
        if text == draft.body and draft.id:
            return
        if not text.strip() and not draft.id:
            return
        self.draft = replace(draft, body=text)
        kept = await page.session.writer.do(drafts.save, self.draft, page.session.now())
        if self.draft is not None:
            self.draft = replace(self.draft, id=kept.id)
        page.session.wake()

    async def put_away(self) -> None:
        """Close the box; what is in it is kept."""
        page = self._page
        async with self._busy:
            if self.draft is None:
                return
            empty = not page.composer.text.strip() and not self.draft.attachments
            await (self._delete() if empty else self._save())
            self._close()
        page.say("" if empty else "Draft kept", "muted")

    async def discard(self) -> None:
        """Throw it away."""
        async with self._busy:
            await self._delete()
            self._close()
        self._page.say("Draft thrown away", "muted")

    async def send(self, at: Instant | None = None) -> None:
        """Send, or save the note. With warnings it asks for the key a second time."""
        draft, page = self.draft, self._page
        if draft is None:
            return
        warnings = self.warnings()
        if warnings and not self._warned:
            self._warned = True
            self.show_facts()
            page.say(f"{warnings[0]}; the same key again sends it so", "warn")
            return
        async with self._busy:
            step = await self._send(at)
            self._close()
        if step is not None:
            page.said_step(step)
        page.session.wake()
        if draft.conversation_id is not None:
            await page.changed([draft.conversation_id])
        page.thread.scroll_last()

    async def _send(self, at: Instant | None) -> StepRow | None:
        draft, session = self.draft, self._page.session
        if draft is None:
            return None
        text, now = self._page.composer.text, session.now()
        if draft.kind == "note":
            if draft.conversation_id is None:
                raise Refused("a note belongs to a conversation")
            return await session.writer.do(
                notes.note, session.agent, [draft.conversation_id], text, now, draft_id=draft.id
            )
        await self._bring_files(draft)
        folder, whole = session.places.attachments, replace(draft, body=text)
        return await session.writer.do(sending.send, session.agent, whole, now, attachments=folder, at=at)

    async def _bring_files(self, draft: Draft) -> None:
        """What a forwarded mail carries must be here as files before it can leave."""
        if draft.message_id is None or not any(name.startswith("attachment:") for name in draft.attachments):
            return
        session = self._page.session
        wanted = {name.partition(":")[2] for name in draft.attachments if name.startswith("attachment:")}
        for file in await session.reader.all(messages.attachments([draft.message_id])):
            if str(file.id) in wanted:
                await stored(session, file)

    async def edit_outside(self) -> None:
        """Write in $VISUAL or $EDITOR; the screen stands still meanwhile, the worker does not."""
        page = self._page
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        handle, name = tempfile.mkstemp(prefix="omnitui-", suffix=".txt")
        path = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(page.composer.text)
            with page.app.suspend():
                done = subprocess.run([*shlex.split(editor), name], check=False)  # noqa: ASYNC221, S603 - the user's own editor, and nothing may be painted meanwhile
            text = path.read_text(encoding="utf-8", errors="replace")  # noqa: ASYNC240
        except OSError as error:
            raise Refused(f"{editor} cannot be run ({error.strerror}); set $EDITOR") from error
        finally:
            path.unlink(missing_ok=True)  # noqa: ASYNC240
        page.refresh(layout=True)
        if done.returncode:
            page.say(f"{editor} ended with {done.returncode}; the text is as it was", "warn")
            return
        page.composer.put_text(text.removesuffix("\n"))
        await self.save()

    async def change(self, **fields: Any) -> None:
        """Other recipients, subject or files."""
        async with self._busy:
            if self.draft is None:
                return
            self.draft = replace(self.draft, body=self._page.composer.text, **fields)
            kept = await self._page.session.writer.do(drafts.save, self.draft, self._page.session.now())
            self.draft = replace(self.draft, id=kept.id)
            self.show_facts()

    async def _delete(self) -> None:
        if self.draft is not None and self.draft.id:
            await self._page.session.writer.do(drafts.delete, self.draft.id)
            self._page.session.wake()

    def _close(self) -> None:
        self.draft = None
        self._page.composer.close()
        self._page.panes.focus_shown()
        self._page.refresh_hints()


def written(people: Sequence[Address]) -> str:
    """Addresses as one types them."""
    return ", ".join(f"{person.name} <{person.email}>" if person.name else person.email for person in people)
