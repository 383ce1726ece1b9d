"""Telling the other side that one of us writes: now or never, never queued, and nothing waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from omnitui.core.errors import OmnituiError
from omnitui.core.times import SECOND, Instant
from omnitui.store.chat import writing
from omnitui.sync.channels.contract import Action, Connector
from omnitui.sync.outbox.desk import Desk

log = logging.getLogger("omnitui.channels")
AGAIN = 5 * SECOND
"""How often one chat is told, as long as it goes on: what channels are told lasts five seconds and more."""
QUIET = 60 * SECOND
"""For so long nobody is told anything after it did not work: sends need the line more than this."""


class Telling:
    """What one account's other side was told of our writing."""

    def __init__(self, desk: Desk, account_id: int, connector: Connector, clock: Callable[[], Instant]) -> None:
        self._desk, self._account_id, self._connector, self._clock = desk, account_id, connector, clock
        self._told: dict[str, Instant] = {}
        """When each chat was told last."""
        self._quiet_until = Instant(0)

    @property
    def busy(self) -> bool:
        """Somebody was told that we write, and has to be told again, or that we stopped."""
        return bool(self._told)

    async def turn(self) -> int:
        """Tell what has changed; how many were told."""
        if not self._connector.capabilities.typing or self._clock() < self._quiet_until:
            self._told.clear()
            return 0
        rows = await self._desk.do(writing.ours(self._account_id, self._clock()).all)
        now_in = {row.remote: row.last for row in rows if self._connector.narrowed(row.remote).typing}
        told = 0
        for remote in self._told.keys() - now_in.keys():
            del self._told[remote]
            told += await self._tell(remote, "", False)
        for remote in sorted(now_in):
            if self._clock() - self._told.get(remote, 0) >= AGAIN:
                self._told[remote] = self._clock()
                told += await self._tell(remote, now_in[remote], True)
        return told

    async def _tell(self, remote: str, last: str, typing: bool) -> bool:
        action = Action(kind="typing", conversation=remote, remote_id=last, value={"typing": typing})
        try:
            await self._connector.act(action)
        except OmnituiError as error:
            log.info("the other side was not told that somebody writes: %s", error)
            self._quiet_until = Instant(self._clock() + QUIET)
            return False
        return True
