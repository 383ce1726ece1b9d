"""Bringing what is new: the list of conversations by activity, and of each that changed its messages.

The list cannot be asked for what changed since a time, so it is walked from the conversation active last to those that
were active before all that is known, and a digest of each says whether it has changed. The cursor remembers a
conversation only in the batch that brings it, and moves past a time only when a walk has reached it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Event, GapEvent
from omnitui.core.times import Instant
from omnitui.sync.channels.chatwoot import conversations, facts, messages
from omnitui.sync.channels.chatwoot.client import PAGE, ChatwootClient, Forbidden, Missing
from omnitui.sync.channels.chatwoot.cursor import OVERLAP, Cursor, Known
from omnitui.sync.channels.chatwoot.inboxes import Inboxes
from omnitui.sync.channels.chatwoot.people import Agents, Place
from omnitui.sync.channels.chatwoot.settings import ChatwootSettings
from omnitui.sync.channels.chatwoot.values import moment, records

QUEUE = 1000
"""Conversations of each open state that are brought at the start at most."""
START = ("open", "pending", "snoozed", "all")
"""The lists of the start: the queue first, then what was active last."""
STEADY = len(START)
LONGEST = 100
"""Pages of 100 messages that are fetched of one conversation at once; what is beyond is a gap that is told."""
LISTED = 25
"""Conversations in a page of the list."""
VANISHED = 5
"""Conversations that have vanished from the list are asked for one by one, so many at a look."""
EVERY = 6
"""After so many looks that found nothing one page further down is looked at, in turn: receipts and deletions there do
not count as activity."""


@dataclass
class Walk:
    """What one walk down a list has found."""

    events: list[Event] = field(default_factory=list)
    complete: bool = False
    fresh: bool = False
    news: bool = False
    """It brings a conversation in which somebody has written since we began to read the account."""
    pages: int = 0
    top: int = 0


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull has brought, and whether there is more at once; `history`: of the time before we came."""

    events: list[Event]
    more: bool = False
    history: bool = False


@dataclass
class Puller:
    """Reads for one connector. What it remembers itself only saves requests."""

    client: ChatwootClient
    settings: ChatwootSettings
    place: Place
    agents: Agents
    inboxes: Inboxes
    clock: Callable[[], Instant]
    unlisted: dict[str, int] = field(default_factory=dict)
    """Conversations that are there and in no page of the list where they should be, with their activity then."""
    quiet: int = 0
    deep: int = 1

    async def pull(self, cursor: Cursor, most: int) -> Pulled:
        """The events since `cursor`, which moves on. `most` events are a wish."""
        if cursor.floor < 0:
            items, _ = await self.client.conversations(1, "all")
            cursor.floor = max((conversations.newest(item) for item in items), default=0)
        while cursor.phase < STEADY:
            status = START[cursor.phase]
            walk = await self._walk(cursor, status, most)
            if walk.fresh or not walk.complete:
                return Pulled(walk.events, more=True, history=not walk.news)
            if status == "all":
                cursor.high = walk.top
            cursor.phase += 1
        walk = await self._walk(cursor, "all", most)
        if walk.complete and (walk.pages == 1 or not walk.fresh):
            cursor.high = max(cursor.high, walk.top)
            cursor.forget_old()
        if walk.fresh or not walk.complete:
            return Pulled(walk.events, more=not walk.complete or walk.pages > 1)
        return Pulled(await self._deeper(cursor))

    async def _walk(self, cursor: Cursor, status: str, most: int) -> Walk:
        """From the newest activity down, until all further is known, or the list of the start is long enough."""
        walk, seen = Walk(), 0
        while True:
            items, total = await self.client.conversations(walk.pages + 1, status)
            walk.pages += 1
            if cursor.phase >= STEADY and walk.pages == 1:
                walk.events += await self._vanished(cursor, items, first=True)
                walk.fresh = bool(walk.events)
            seen += len(items)
            for item in items:
                walk.top = max(walk.top, conversations.activity(item))
                if not await self._wanted(item) or not _changed(cursor, item):
                    continue
                news = cursor.phase < STEADY and conversations.newest(item) > cursor.floor
                if len(walk.events) >= most or (news and walk.fresh):
                    return walk
                walk.events += await self._bring(cursor, item)
                walk.fresh = True
                if news:
                    walk.news = True
                    return walk
            if not items or (total is not None and seen >= total) or self._enough(cursor, status, items, seen):
                walk.complete = True
                return walk

    def _enough(self, cursor: Cursor, status: str, items: list[dict[str, Any]], seen: int) -> bool:
        if cursor.phase < STEADY:
            return seen >= (self.settings.history if status == "all" else QUEUE)
        # Strictly before: several of one second may stand on both sides of the page's end.
        return min(conversations.activity(item) for item in items) < cursor.high - OVERLAP

    async def _deeper(self, cursor: Cursor) -> list[Event]:
        """Once in a while, what changed in known conversations further down without counting as activity."""
        self.quiet += 1
        if self.quiet % EVERY or len(cursor.known) <= LISTED:
            return []
        self.deep = self.deep + 1 if self.deep * LISTED < len(cursor.known) else 2
        items, _ = await self.client.conversations(self.deep, "all")
        found = await self._vanished(cursor, items, first=False)
        for item in items:
            if conversations.name_of(item) in cursor.known and _changed(cursor, item) and await self._wanted(item):
                found += await self._bring(cursor, item)
        return found

    async def _vanished(self, cursor: Cursor, items: list[dict[str, Any]], *, first: bool) -> list[Event]:
        """Conversations that should stand in this page of the list and do not: deleted, or no longer ours to see.

        Chatwoot tells nobody of a deletion. `first`: nothing is above the page.
        """
        names, times = {conversations.name_of(item) for item in items}, [conversations.activity(item) for item in items]
        if not names:
            return []
        low, high = min(times), max(times)
        missing = [
            name for name, one in cursor.known.items()
            if name not in names and low < one.activity and (first or one.activity < high)
            and self.unlisted.get(name) != one.activity
        ]  # fmt: skip
        found: list[Event] = []
        for name in missing[:VANISHED]:
            try:
                item = await self.client.conversation(name)
            except Missing:
                why = "This conversation was deleted in Chatwoot"
            except Forbidden:
                why = "Your Chatwoot user does not see this conversation any more"
            else:
                self.unlisted[name] = conversations.activity(item)
                cursor.known[name] = replace(cursor.known[name], activity=self.unlisted[name])
                continue
            del cursor.known[name]
            found.append(ConversationEvent(conversation=name, at=self.clock(), state="closed", barred=why))
        return found

    async def _wanted(self, item: dict[str, Any]) -> bool:
        name = conversations.name_of(item)
        if not name:
            return False
        inbox = await self.inboxes.meet(name, item)
        return not self.settings.inboxes or inbox.name in self.settings.inboxes

    async def _bring(self, cursor: Cursor, item: dict[str, Any]) -> list[Event]:
        """All that is new in a conversation, which is then known."""
        name, now = conversations.name_of(item), self.clock()
        inbox = await self.inboxes.meet(name, item)
        found = conversations.events_of(
            self.place, item, agents=self.agents, inbox=inbox, base=self.client.base, now=now
        )
        since, title = cursor.newest(name), conversations.title(item, inbox.name)
        by_id = {messages.identity(one) or 0: one for one in records(item.get("messages"))}
        try:
            by_id |= await self._messages(name, since, found)
        except (Missing, Forbidden) as error:
            reason = f"the messages of the conversation could not be read: {error}"
            at = Instant(conversations.activity(item) * 1000)
            found.append(GapEvent(since=at, until=now, reason=reason, conversation=name))
        by_id.pop(0, None)
        for id_ in sorted(by_id):
            found += messages.events_of(self.place, name, by_id[id_], new=id_ > since, title=title, fallback=now)
        before = cursor.known.get(name)
        if told := facts.line(name, item, before.facts if before else None, now):
            found.append(told)
        newest, stamp = max(since, max(by_id, default=0)), conversations.stamp(item)
        cursor.known[name] = Known(conversations.activity(item), newest, stamp, facts.digest(item))
        return found

    async def _messages(self, name: str, since: int, found: list[Event]) -> dict[int, dict[str, Any]]:
        """The newest page, seen before or not (receipts, deletions), and every message after `since`."""
        page = await self.client.messages(name)
        by_id = {messages.identity(one) or 0: one for one in page}
        oldest = min(by_id, default=0)
        if len(page) < PAGE or oldest <= since:
            return by_id
        after, at = since, Instant(0)
        for _ in range(LONGEST):
            older = {messages.identity(one) or 0: one for one in await self.client.messages(name, after=after)}
            last = max(older, default=0)
            by_id |= older
            if last >= oldest or last <= after:
                return by_id
            after, at = last, moment(older[last].get("created_at")) or at
        until = moment(by_id[oldest].get("created_at")) or self.clock()
        found.append(GapEvent(since=at, until=until, reason="too many messages at once", conversation=name))
        return by_id


def _changed(cursor: Cursor, item: dict[str, Any]) -> bool:
    known = cursor.known.get(conversations.name_of(item))
    return known is None or known.stamp != conversations.stamp(item)
