"""One pull: what the lists brought becomes events, and what was not at its end before is asked for again."""

from __future__ import annotations

from omnitui.core.channel_events import Event, RemoteFile
from omnitui.core.errors import NotFound
from omnitui.core.times import HOUR, Instant
from omnitui.sync.channels.twilio import calls, mapping
from omnitui.sync.channels.twilio.addresses import NOBODY, SMS, Pair, split
from omnitui.sync.channels.twilio.client import Declined, Twilio
from omnitui.sync.channels.twilio.cursor import TRANSCRIPT, Cursor, Open
from omnitui.sync.channels.twilio.feeds import PAGE
from omnitui.sync.channels.twilio.fields import Item, number, text
from omnitui.sync.channels.twilio.optout import OptOuts
from omnitui.sync.channels.twilio.settings import TwilioSettings

LOOKS = 20
"""Single things that one pull asks for again."""
HOPE = HOUR
"""How long the words of a voicemail are waited for."""


class Reading:
    """Collects `events`, and changes `open` as it goes. Raises what the client raises; then nothing of it counts."""

    def __init__(self, client: Twilio, settings: TwilioSettings, state: Cursor, now: Instant) -> None:
        self._client, self._settings, self._now = client, settings, now
        self.open = state.open
        self.opt_outs = OptOuts(state.stops, words=settings.opt_out_words)
        self.events: list[Event] = []
        self._met: set[str] = set()
        self._told: set[str] = set()

    async def take(self, resource: str, items: list[Item]) -> None:
        """What a list brought, oldest first."""
        for item in items:
            self._met.add(text(item, "sid"))
            if resource == "Messages":
                await self.message(item)
            elif resource == "Calls":
                self._call(item)
            else:
                await self._recording(item)

    async def look_again(self) -> None:
        """Ask for what is not at its end, least lately asked first, and for a few at a time."""
        poll = self._settings.poll_seconds
        due = [sid for sid, one in self.open.items() if sid not in self._met and one.due(self._now, poll)]
        for sid in sorted(due, key=lambda sid: self.open[sid].checked)[:LOOKS]:
            try:
                await self._look(sid)
            except (NotFound, Declined):
                # It was deleted from Twilio's log, or is no longer ours to see.
                self.open.pop(sid, None)

    async def message(self, item: Item, *, history: bool = False) -> None:
        """A message of a kind that is read: new, or in another state than before. `history`: an old one, asked for."""
        whose, sid = mapping.pair(item), text(item, "sid")
        if whose.kind not in self._settings.kinds:
            return
        entry = self.open.get(sid)
        if entry is not None and entry.conversation:
            self._fate(sid, item)
            return
        if not history and self._nobody_s(item, entry):
            return
        files, notices = await self.files(item)
        self._conversation(whose, mapping.when(item) or self._now)
        self.events.append(mapping.message(item, files, self._now, notices))
        if not history:
            self._opted(item, whose)
        if text(item, "direction") != "inbound" and not mapping.ended(item):
            at = mapping.when(item) or self._now
            entry = Open(at, self._now, text(item, "status"), whose.id)
            if not entry.old(self._now):
                self.open[sid] = entry

    def _nobody_s(self, item: Item, entry: Open | None) -> bool:
        """Whether a messaging service has not chosen yet from which number it goes: only then it belongs anywhere."""
        at = mapping.when(item) or self._now
        waiting = entry or Open(at, self._now)
        if text(item, "direction") == "inbound" or text(item, "from") or mapping.ended(item) or waiting.old(self._now):
            self.open.pop(text(item, "sid"), None)
            return False
        self.open[text(item, "sid")] = waiting
        return True

    async def files(self, item: Item) -> tuple[list[RemoteFile], list[str]]:
        """The files of a message, and what is to be said of them."""
        count, sid = number(item, "num_media"), text(item, "sid")
        if not count:
            return [], []
        try:
            found, _ = await self._client.page(f"Messages/{sid}/Media", {"PageSize": str(PAGE)})
        except (NotFound, Declined):
            found = []
        files = [file for file in (mapping.media(one, sid) for one in found) if file is not None]
        missing = count - len(files)
        return files, [f"{missing} of its files cannot be had any more at Twilio"] if missing > 0 else []

    async def _look(self, sid: str) -> None:
        entry = self.open[sid]
        entry.checked = self._now
        if sid.startswith(TRANSCRIPT):
            await self._transcript(sid, entry)
        elif sid.startswith("CA"):
            self._call(await self._client.one(f"Calls/{sid}"))
        elif sid.startswith("RE"):
            await self._recording(await self._client.one(f"Recordings/{sid}"))
        else:
            await self.message(await self._client.one(f"Messages/{sid}"))

    def _fate(self, sid: str, item: Item) -> None:
        """How far a message of ours has come since it was last looked at."""
        entry = self.open[sid]
        told = mapping.receipt(item, self._now)
        if told is not None and text(item, "status") != entry.state:
            self.events.append(told)
            self._opted(item, mapping.pair(item))
        entry.state = text(item, "status")
        if mapping.ended(item) or entry.old(self._now):
            self.open.pop(sid)
            if mapping.stuck(item):
                self.events.append(mapping.given_up(item, self._now))

    def _opted(self, item: Item, whose: Pair) -> None:
        """Whether they may still be written to."""
        told = self.opt_outs.of_message(item, whose, mapping.when(item) or self._now)
        if told is not None:
            self.events.append(told)

    def _call(self, item: Item) -> None:
        sid, whose = text(item, "sid"), calls.pair(item)
        if calls.leg(item) or not self._ours(whose):
            self.open.pop(sid, None)
            return
        if self._must_wait(sid, item, ended=calls.over(item), at=calls.began(item)):
            return
        self._conversation(whose, calls.began(item) or self._now)
        self.events.append(calls.call(item, self._now))

    async def _recording(self, item: Item) -> None:
        sid = text(item, "sid")
        if self._must_wait(sid, item, ended=calls.recorded(item), at=calls.made(item)):
            return
        whose = await self._caller(item)
        if not self._ours(whose):
            return
        words, hope = "", False
        if calls.voicemail(item):
            words, hope = await self._words(sid)
        at = calls.made(item) or self._now
        if hope and self._now - at < HOPE:
            self.open[TRANSCRIPT + sid] = Open(at, self._now, "", whose.id)
        self._conversation(whose, at)
        self.events.append(calls.recording(item, whose, words, self._now))

    def _must_wait(self, sid: str, item: Item, *, ended: bool, at: Instant | None) -> bool:
        """Whether it is not at its end: then it is watched. One that never ends is shown as it is after a while."""
        entry = self.open.get(sid) or Open(at or self._now, self._now)
        if ended or entry.old(self._now):
            self.open.pop(sid, None)
            return False
        entry.state = text(item, "status")
        self.open[sid] = entry
        return True

    async def _caller(self, recording: Item) -> Pair:
        """Whose call it was. A call that is gone leaves the recording in a conversation of its own."""
        sid = text(recording, "call_sid")
        try:
            return calls.pair(await self._client.one(f"Calls/{sid}")) if sid.isalnum() else Pair(SMS, NOBODY, NOBODY)
        except (NotFound, Declined):
            return Pair(SMS, NOBODY, sid)

    async def _words(self, sid: str) -> tuple[str, bool]:
        try:
            found, _ = await self._client.page(f"Recordings/{sid}/Transcriptions", {"PageSize": "20"})
        except (NotFound, Declined):
            return "", False
        return calls.transcript(list(found))

    async def _transcript(self, key: str, entry: Open) -> None:
        """The words of a voicemail that was shown without them."""
        sid = key.removeprefix(TRANSCRIPT)
        words, hope = await self._words(sid)
        if words:
            self.events.append(calls.written_down(entry.conversation, sid, words, self._now))
        if not hope or self._now - entry.at >= HOPE:
            self.open.pop(key, None)

    def _ours(self, whose: Pair) -> bool:
        """Whether it belongs to the numbers that are read; what nobody can be told of does."""
        plain = [split(number)[1] for number in self._settings.numbers]
        return not plain or whose.ours in plain or whose.ours == NOBODY

    def _conversation(self, whose: Pair, at: Instant) -> None:
        """Once a pull for each conversation: what can be done there."""
        if whose.id not in self._told:
            self._told.add(whose.id)
            can = self._settings.abilities.of(whose.kind)
            self.events.append(mapping.conversation(whose, at, can))
