"""Follows the change feed for what deserves a notice: new messages by rule, mentions, accounts that are lost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from omnitui.config.schema import NotifySettings
from omnitui.core.models import AccountStatus
from omnitui.core.times import SECOND, Instant
from omnitui.notify.notice import Kind, Notice, notice
from omnitui.notify.rules import about
from omnitui.store import accounts, notable, views
from omnitui.store.access import Reader
from omnitui.store.where import Where

LOST_AFTER = 30 * SECOND
"""A connection that is back sooner was never lost."""
_KNOWN = 5000


@dataclass
class Watch:
    """What has been told, so that nothing is told twice. `begun`: nothing older than this deserves a notice."""

    reader: Reader
    settings: NotifySettings
    me: str
    begun: Instant
    wheres: tuple[Where, ...] = ()
    """Where there are any, only conversations in one of these."""
    _told: dict[int, None] = field(default_factory=dict)
    _lost: dict[str, Instant | None] = field(default_factory=dict)
    _first: bool = True

    async def changed(self, ids: Collection[int]) -> list[Notice]:
        """Notices for the messages in these conversations that are new."""
        wanted = [id for id in ids if id]
        if not wanted:
            return []
        new = [one for one in await self.reader.all(notable.arrivals(wanted, self.begun)) if one.id not in self._told]
        self._told.update(dict.fromkeys(one.id for one in new))
        for id in list(self._told)[: max(len(self._told) - _KNOWN, 0)]:
            del self._told[id]
        inside = await self._inside({one.conversation_id for one in new})
        found = [about(one, self.settings, self.me) for one in new if one.conversation_id in inside]
        return [one for one in found if one is not None]

    async def _inside(self, ids: Collection[int]) -> set[int]:
        if not self.wheres or not ids:
            return set(ids)
        return {id for where in self.wheres for id in await self.reader.all(notable.within(where, ids))}

    async def connections(self, now: Instant) -> list[Notice]:
        """Notices for accounts that were refused, or lost for longer than a moment; each once until it is back."""
        found = [self._account(status, now) for status in await self.reader.all(accounts.statuses())]
        self._first = False
        return [one for one in found if one is not None and self.settings.connection]

    def _account(self, status: AccountStatus, now: Instant) -> Notice | None:
        """`_lost` holds since when an account is away; None when that was told, or was so at the start."""
        name = status.name
        if status.state not in ("refused", "offline"):
            if status.state == "online":
                self._lost.pop(name, None)
            return None
        since = self._lost.setdefault(name, None if self._first else now)
        refused = status.state == "refused"
        if since is None or (not refused and now - since < LOST_AFTER):
            return None
        self._lost[name] = None
        words = "refused the login" if refused else "cannot be reached"
        return notice(Kind.CONNECTION, f"{name} {words}", status.detail or "g e tells more", account=name)

    async def waiting(self) -> int:
        """How many wait, for the title."""
        tallies = await self.reader.all(views.counts())
        return views.default_counts(tallies, views.Marked(0, 0), self.me)["Waiting"]
