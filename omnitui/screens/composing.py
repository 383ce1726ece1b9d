"""Writing: which draft stands in the composer, saved while one types; sent, put away or thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnitui.core.before_sending import Caution
from omnitui.core.errors import Refused
from omnitui.core.models import Draft, StepRow
from omnitui.screens import before_sending
from omnitui.screens.before_sending import CARRIED
from omnitui.screens.chat_writing import Chat, chat_of
from omnitui.screens.files import stored
from omnitui.screens.handlers import Call
from omnitui.screens.outside_editor import edit
from omnitui.screens.recipients import written
from omnitui.screens.reply_writing import ReplyWriting
from omnitui.screens.telling import Telling
from omnitui.store import drafts, messages
from omnitui.triage import drafting, notes, sending
from omnitui.widgets.lines import Line
from omnitui.widgets.look import who
from omnitui.widgets.words import several

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage

_TITLES = {"reply": "Reply to", "reply_all": "Reply to", "forward": "Forward to", "new": "New mail to"}
_BELOW = {
    "reply": "the message is quoted below",
    "reply_all": "the message is quoted below",
    "forward": "the mail follows below",
}
_ALIKE = {"reply_all": "reply"}
"""Kinds of which one conversation has one draft of each agent: an answer, a forward, a note."""


class Composing:
    """What is being written on the main page."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self.draft: Draft | None = None
        self.saved = ReplyWriting(page)
        self._telling = Telling(page)
        self._kept: Draft | None = None
        self.chat: Chat | None = None
        """What the channel can do, where the draft is one of a chat."""
        self._answered = ""
        self._found: list[Caution] = []
        self._told: set[str] = set()
        # A draft is saved, sent or thrown away by one at a time: else one that was just sent could be saved anew.
        self._busy = asyncio.Lock()

    async def begin(self, make: Callable[..., Draft], *args: Any, **options: Any) -> None:
        """Start a draft made by triage; an unfinished one of the same kind in the same conversation goes on."""
        await self.put_away()
        session = self._page.session
        draft = replace(await session.writer.do(make, *args, **options), began_at=session.now())
        if draft.conversation_id is not None:
            known = await session.reader.all(drafts.for_conversation(draft.conversation_id))
            kept = next((old for old in known if _same(old, draft, session.me)), None)
            await self.open(draft if kept is None else _gone_on(kept, draft), kept)
        else:
            await self.open(draft)

    async def open(self, draft: Draft, kept: Draft | None = None) -> None:
        """Show a draft; `kept` is how it is saved, where it has been changed since."""
        page = self._page
        self.draft, self._found, self._told = draft, [], set()
        self._kept = kept or draft
        await self._look_at_channel()
        self._telling.begins(draft.body)
        if page.status.shown.said_role == "muted":
            # A hint for what was done before.
            page.say("")
        page.panes.show_thread()
        page.composer.open("", "", draft.body, note=draft.kind == "note")
        self.show_facts()
        page.refresh_hints()
        if draft.id:
            await self.look()

    async def _look_at_channel(self) -> None:
        """What the draft's channel can do, and which message it answers."""
        page, draft = self._page, self.draft
        if draft is None:
            return
        self.chat, self._answered = await chat_of(page.session, draft), ""
        if self.chat is not None and draft.message_id is not None:
            answered = await page.session.reader.first(messages.by_ids([draft.message_id]))
            self._answered = f"{who(answered, page.session.me)}: {answered.preview}" if answered is not None else ""
        sends = self.chat is not None and self.chat.enter_sends(page.session.settings.ui.enter_sends)
        page.composer.area.on_enter = (lambda: page.run_command(Call("compose.send"))) if sends else None
        page.composer.on_text = self._typed if self.chat is not None else None

    def show_facts(self) -> None:
        """Say to whom, how, and what will happen."""
        draft, page = self.draft, self._page
        if draft is None:
            return
        if draft.kind != "note":
            self._title()
            page.composer.set_facts(self._facts(draft))
            return
        dot = page.session.glyphs.dot
        send = (page.session.keymap.keys_of("compose.send") or ("",))[0]
        page.composer.set_title(f"NOTE {dot} only the team sees this", f"{send} saves")
        page.composer.set_facts([])

    def _typed(self) -> None:
        """The text of a chat is another."""
        self._title()
        if self.chat is not None:
            self._telling.typed(self.chat, self._page.composer.text)

    def _title(self) -> None:
        """To whom, through what, and what the key does; in a chat also how long the text is."""
        draft, page, chat = self.draft, self._page, self.chat
        if draft is None:
            return
        dot = page.session.glyphs.dot
        send = (page.session.keymap.keys_of("compose.send") or ("",))[0]
        if page.composer.area.on_enter is not None:
            send = "enter"
        count = chat.count(page.composer.text) if chat is not None else ""
        people = ", ".join(person.name or person.email for person in draft.to) or "(nobody yet)"
        whither = "New message to" if chat is not None and draft.kind == "new" else _TITLES[draft.kind]
        title = f"{whither} {people} {dot} {self._from(draft)}"
        page.composer.set_title(title, f"{send} sends{self._held()}{f' {dot} {count}' if count else ''}")

    def _from(self, draft: Draft) -> str:
        row = self._page.reading.row
        begins = row is not None and row.id == draft.conversation_id and row.account != draft.account
        address = f" {draft.sender}" if draft.sender else ""
        return f"{draft.account}{address}{', as a conversation of its own' if begins else ''}"

    def _held(self) -> str:
        agent, name = self._page.session.agent, self.draft.account if self.draft else ""
        held = {account.name: account.undo_seconds for account in agent.accounts}
        held |= {account.name: account.undo_seconds for account in agent.channels}
        return f" {self._page.session.glyphs.dot} held {held[name]} s" if held.get(name) else ""

    def _facts(self, draft: Draft) -> list[Line]:
        warnings: list[Line] = [((caution.words, "danger" if caution.stops else "warn"),) for caution in self._found]
        if self.chat is not None:
            return [*self.chat.lines(draft, self._answered, self._page.session), *warnings]
        lines: list[Line] = []
        rows = [("to", draft.to), ("cc", draft.cc), ("bcc", draft.bcc)]
        for word, people in rows:
            if people and (word != "to" or len(people) > 1 or people[0].name):
                lines.append(((f"{word:4}", "muted"), (written(people), "")))
        lines.append((("subj ", "muted"), (draft.subject or "(no subject)", "" if draft.subject else "warn")))
        files = [Path(name).name for name in draft.attachments if not name.startswith(CARRIED)]
        carried = sum(name.startswith(CARRIED) for name in draft.attachments)
        if files or carried:
            words = ", ".join([*files, *([several(carried, "file") + " of the mail"] if carried else [])])
            lines.append((("with ", "muted"), (words, "link")))
        if draft.quote and draft.kind in _BELOW:
            lines.append(((_BELOW[draft.kind], "muted"),))
        return lines + warnings

    async def look(self) -> list[Caution]:
        """What to know before sending, shown above the text. While nothing is written there is nothing to know."""
        draft, text = self.draft, self._page.composer.text
        if draft is None:
            return []
        found = await before_sending.look(self._page.session, draft, text)
        if self.draft is draft:
            self._found = found.cautions if text.strip() else []
            self.show_facts()
        return found.cautions

    async def save(self) -> None:
        """Keep what is written; an empty text keeps no draft."""
        await self.saved.keep()
        async with self._busy:
            await self._save()

    async def _save(self) -> None:
        draft, page = self.draft, self._page
        if draft is None:
            return
        whole = replace(draft, body=page.composer.text)
        if whole == self._kept or (not whole.body.strip() and not draft.id):
            return
        self.draft = self._kept = await page.session.writer.do(
            drafting.save, page.session.agent, whole, page.session.now()
        )
        page.session.wake()

    async def put_away(self) -> None:
        """Close the box; what is in it is kept. Raises Refused where a saved reply stands there that cannot be."""
        page = self._page
        await self.saved.put_away()
        async with self._busy:
            if self.draft is None:
                return
            empty = not page.composer.text.strip() and not self.draft.attachments
            await (self._delete() if empty else self._save())
            self._close()
        page.say("" if empty else "Draft kept", "muted")

    async def discard(self) -> None:
        """Throw it away; undo brings it back, with the last word in it."""
        page = self._page
        async with self._busy:
            await self._save()
            draft = self.draft
            step = None
            if draft is not None and draft.id:
                step = await page.session.writer.do(drafting.discard, page.session.agent, draft, page.session.now())
            self._close()
        if step is None:
            page.say("There was nothing to throw away", "muted")
        else:
            page.said_step(step)
        page.session.wake()

    async def discard_quietly(self) -> None:
        """Close the box; what was in it has gone into another draft."""
        async with self._busy:
            await self._delete()
            self._close()

    async def send(self, text: str, **how: Any) -> None:
        """Send `text`, or save the note; `how` is as in `triage.sending.send`. What there is to know is told once; the
        same key then goes on, unless a variable is not filled in."""
        draft, page = self.draft, self._page
        if draft is None:
            return
        found = await before_sending.look(page.session, draft, text)
        if not self._may_go(found.cautions):
            return
        draft = replace(draft, saw_at=found.saw_at)
        async with self._busy:
            if self.draft is None:
                return
            step = await self._send(replace(draft, id=self.draft.id, body=text), how)
            self._close()
        if step is not None:
            page.said_step(step)
        page.session.wake()
        if draft.conversation_id is not None:
            await page.changed([draft.conversation_id])
        page.thread.scroll_last()

    def _may_go(self, found: Sequence[Caution]) -> bool:
        page, new = self._page, [caution for caution in found if caution.stops or caution.words not in self._told]
        self._found = list(found)
        self._told.update(caution.words for caution in found)
        if not new:
            return True
        self.show_facts()
        if new[0].stops:
            page.composer.area.go_to_blank()
            page.say(f"{new[0].words}: nothing is sent until it is", "danger")
        else:
            more = f" (and {len(new) - 1} more)" if len(new) > 1 else ""
            key = (page.session.keymap.keys_of("compose.send") or ("the same key",))[0]
            page.say(f"{new[0].words}{more}; {key} again sends it", "warn")
        return False

    async def _send(self, draft: Draft, how: dict[str, Any]) -> StepRow | None:
        session = self._page.session
        now, agent = session.now(), session.agent
        if draft.kind == "note":
            if draft.conversation_id is None or how:
                raise Refused("a note goes to nobody, so it has no time to leave")
            here = [int(draft.conversation_id)]
            if draft.body.strip():
                draft = await session.writer.do(drafting.save, agent, draft, now)
            return await session.writer.do(notes.note, agent, here, draft.body, now, draft_id=draft.id)
        await self._bring_files(draft)
        folder = session.places.attachments
        return await session.writer.do(sending.send, agent, draft, now, attachments=folder, **how)

    async def _bring_files(self, draft: Draft) -> None:
        """What a forwarded mail carries must be here as files before it can leave."""
        if draft.message_id is None or not any(name.startswith(CARRIED) for name in draft.attachments):
            return
        session = self._page.session
        wanted = {name.removeprefix(CARRIED) for name in draft.attachments if name.startswith(CARRIED)}
        for file in await session.reader.all(messages.attachments([draft.message_id])):
            if str(file.id) in wanted:
                await stored(session, file)

    async def edit_outside(self) -> None:
        """Write in the user's own editor."""
        page = self._page
        try:
            page.composer.put_text(edit(page.app, page.composer.text))
        finally:
            page.refresh(layout=True)
        await self.save()
        await self.look()

    async def change(self, **fields: Any) -> None:
        """Other recipients, subject or files."""
        async with self._busy:
            if self.draft is None:
                return
            whole = replace(self.draft, body=self._page.composer.text, **fields)
            session = self._page.session
            self.draft = self._kept = await session.writer.do(drafting.save, session.agent, whole, session.now())
        await self._look_at_channel()
        await self.look()

    async def _delete(self) -> None:
        if self.draft is not None and self.draft.id:
            await self._page.session.writer.do(drafts.delete, self.draft.id)
            self._page.session.wake()

    def _close(self) -> None:
        self._telling.ends()
        self.draft = self.chat = None
        self._page.composer.area.on_enter = self._page.composer.on_text = None
        self._page.composer.close()
        self._page.panes.focus_shown()
        self._page.refresh_hints()


def _same(old: Draft, new: Draft, me: str) -> bool:
    """The old draft goes on where the new one would begin: of the same agent and kind (to forward another mail is
    another draft)."""
    alike = _ALIKE.get(old.kind, old.kind) == _ALIKE.get(new.kind, new.kind)
    return old.author in ("", me) and alike and (new.kind != "forward" or old.message_id == new.message_id)


def _gone_on(old: Draft, new: Draft) -> Draft:
    """`R` on what was begun with `r` changes whom it goes to, and nothing else."""
    if old.kind == new.kind:
        return old
    return replace(old, kind=new.kind, message_id=new.message_id, to=new.to, cc=new.cc)
