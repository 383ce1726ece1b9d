"""The outbox of one account at work: sends; beside them copies and errands; and telling that we write.

No send waits for what is done beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omnitui.core.times import Instant
from omnitui.store import feed, sending
from omnitui.store.chat.scene import ChatAccount
from omnitui.sync.channels.contract import Connector, Keeper
from omnitui.sync.channels.copies import Copies
from omnitui.sync.channels.delivery import Delivery
from omnitui.sync.channels.errands import Errands
from omnitui.sync.channels.lane import LOOK, Lane, Work
from omnitui.sync.channels.outbound import FindFile
from omnitui.sync.channels.telling import Telling
from omnitui.sync.outbox.desk import Desk
from omnitui.sync.outbox.enclosures import finder_of

LAST_SEND = 15.0
"""Seconds that an account that is left gives to what is being sent."""
LAST_ERRAND = 2.0
"""Seconds for a copy or an errand: doing one again does no harm."""


@dataclass(frozen=True)
class OutboxTools:
    """What the outboxes of all accounts work with."""

    desk: Desk
    attachments: Path
    find_file: FindFile
    clock: Callable[[], Instant]

    @classmethod
    def open(cls, cache: Path, attachments: Path, clock: Callable[[], Instant]) -> OutboxTools:
        """With a connection of its own to the cache. Blocks for a moment."""
        return cls(Desk.open(cache), attachments, finder_of(cache, attachments), clock)

    def close(self) -> None:
        """Close the connection."""
        self.desk.close()


class AccountOutbox:
    """`run` until `stop`, or `once`. `in_step` says whether the account has been looked at since it could be reached:
    an answer waits for that, as the customer may have written again."""

    def __init__(
        self, tools: OutboxTools, account: ChatAccount, connector: Connector, in_step: Callable[[], bool]
    ) -> None:
        self._tools, self._account_id, self._connector = tools, account.id, connector
        desk, clock, find_file = tools.desk, tools.clock, tools.find_file
        self._delivery = Delivery(desk, account.id, connector, find_file, clock=clock, in_step=in_step)
        self._copies = Copies(desk, account.id, connector, find_file, clock)
        self._errands = Errands(desk, account, connector, tools.attachments, clock)
        self._own_orders = connector.own_orders
        beside = ("copy",) if self._own_orders else ("copy", "act", "fetch")
        works = [Work(self._sends, ("send",), in_step), Work(self._beside, beside)]
        if connector.capabilities.typing:
            telling = Telling(desk, account.id, connector, clock)
            works.append(Work(telling.turn, busy=lambda: telling.busy))
        self._lanes = [Lane(desk, account.id, work, clock) for work in works]

    def wake(self) -> None:
        """Something was put in: look now."""
        for lane in self._lanes:
            lane.wake()

    def stop(self) -> None:
        """Begin nothing more; `run` returns after the items at hand."""
        self._delivery.stopping = self._copies.stopping = self._errands.stopping = True
        for lane in self._lanes:
            lane.stop()

    async def network_is_back(self) -> None:
        """What waits for another try is due at once."""
        await self._tools.desk.do(sending.try_now, self._account_id, self._tools.clock())
        self.wake()

    async def once(self) -> int:
        """Everything that is due now; how many items that were. Raises what a fault of ours raises."""
        return sum([await lane.turn() for lane in self._lanes[:2]])

    async def run(self) -> None:
        """Work until `stop`, or until cancelled."""
        works = (self._watch(), *(lane.run() for lane in self._lanes))
        watch, sends, *others = tasks = [asyncio.create_task(work) for work in works]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            self.stop()
            watch.cancel()
            await asyncio.wait([sends], timeout=LAST_SEND)
            await asyncio.wait(others, timeout=LAST_ERRAND)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()

    async def _watch(self) -> None:
        """Call every lane when others have changed the cache: not every program that writes there calls us."""
        seen = None
        while True:
            found = await self._tools.desk.do(feed.version().first)
            if found != seen:
                seen = found
                self.wake()
            await asyncio.sleep(LOOK)

    async def _sends(self) -> int:
        done = await self._delivery.turn()
        if done:
            # A copy to file is put in on the connection that all lanes share: none of them sees it as a change.
            self._lanes[1].wake()
            if isinstance(self._connector, Keeper):
                # What was answered is to be marked so at the other side, too.
                self._connector.wake()
        return done

    async def _beside(self) -> int:
        copied = await self._copies.turn()
        return copied if self._own_orders else copied + await self._errands.turn()
