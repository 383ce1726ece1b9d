"""Counts of the saved views beside their names, kept cheap whatever the size of the mailbox.

A count looks no further than 1,000 conversations, runs on the searching connection where a search may end it, and the
next round comes no sooner than twenty times what the last one took: counting takes a twentieth of one core at most.
"""

from __future__ import annotations

from asyncio import get_running_loop
from typing import TYPE_CHECKING

from omnitui.core.errors import CacheError, Overtaken, QueryError
from omnitui.core.models import View
from omnitui.screens.session import Session
from omnitui.screens.view_state import COUNTED, Views

if TYPE_CHECKING:
    from textual.timer import Timer

    from omnitui.widgets.bars import TopLine

LEAST_PAUSE = 0.5
"""Seconds between two rounds at least."""
SHARE = 20
"""A round is followed by a pause of so many times its length."""


class ViewCounts:
    """Counts when something has changed, but never often."""

    def __init__(self, session: Session, views: Views, line: TopLine) -> None:
        self._session = session
        self._views = views
        self._line = line
        self._next_at = 0.0
        self._timer: Timer | None = None

    def later(self) -> None:
        """Something has changed: count as soon as it is time."""
        if self._views.saved and self._timer is None:
            wait = max(self._next_at - get_running_loop().time(), 0.02)
            self._timer = self._line.set_timer(wait, self._start)

    def _start(self) -> None:
        self._timer = None
        self._line.run_worker(self._count(), group="counts", exclusive=True)

    async def _count(self) -> None:
        loop = get_running_loop()
        begun = loop.time()
        for view in list(self._views.saved):
            try:
                n = await self._of(view)
            except (QueryError, CacheError):
                self._views.counts.pop(view.name, None)
            except Overtaken:
                self._next_at = loop.time() + LEAST_PAUSE
                self.later()
                return
            else:
                self._views.counts[view.name] = n
        self._next_at = loop.time() + max(LEAST_PAUSE, SHARE * (loop.time() - begun))
        self._line.set(views=self._views.named())

    async def _of(self, view: View) -> int:
        # The grammar of dates brings a library that the first frame can do without.
        from omnitui.screens.asking import read
        from omnitui.store import conversations, search

        asked, searcher = read(view.query, self._session), self._session.searcher
        if asked.by_match:
            counted = await searcher.first(search.count(asked.node, me=self._session.me, most=COUNTED + 1))
            return counted.n + counted.more if counted else 0
        return await searcher.first(conversations.count(asked.where, COUNTED + 1)) or 0
