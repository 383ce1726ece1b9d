"""The outboxes of all accounts within the worker: each works by itself, and a fault in one leaves the others alone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from omnitui.core.times import Instant
from omnitui.sync.outbox.account import Sender
from omnitui.sync.outbox.deliver import Delivery
from omnitui.sync.outbox.desk import Desk
from omnitui.sync.outbox.enclosures import reader_of

log = logging.getLogger("omnitui.outbox")
AFTER_FAULT = 30.0
"""Seconds until an outbox with a fault of ours is tried again."""


class OutboxService:
    """Sends for every account that can send. `run` until cancelled, or `once`. Close it afterwards."""

    def __init__(
        self,
        cache: Path,
        attachments: Path,
        senders: Iterable[Sender],
        clock: Callable[[], Instant],
        in_step: Callable[[int], bool] = lambda account_id: True,
    ) -> None:
        """`in_step` says whether an account's mail has been looked at since it could be reached: an answer waits for
        that, as the customer may have written again. Opening the cache blocks for a moment."""
        self._desk = Desk.open(cache)
        self._stopping = asyncio.Event()
        read_file = reader_of(cache, attachments)
        self._deliveries = {
            sender.account_id: Delivery(self._desk, sender, read_file, clock, partial(in_step, sender.account_id))
            for sender in senders
        }

    def wake(self) -> None:
        """Something was put into an outbox."""
        for delivery in self._deliveries.values():
            delivery.wake()

    async def online(self, account_id: int) -> None:
        """An account's servers can be reached (again) and its mail has been looked at: waiting sends go now."""
        if account_id in self._deliveries:
            await self._deliveries[account_id].network_is_back()

    async def once(self) -> int:
        """Do all that is due now; how many items that were. Raises what a fault of ours raises."""
        return sum([await delivery.turn() for delivery in self._deliveries.values()])

    async def run(self) -> None:
        """Work until `stop`, or until cancelled."""
        async with asyncio.TaskGroup() as group:
            for delivery in self._deliveries.values():
                group.create_task(self._supervised(delivery))

    def stop(self) -> None:
        """End `run` as soon as what is being sent has been settled."""
        self._stopping.set()
        for delivery in self._deliveries.values():
            delivery.stop()

    def close(self) -> None:
        """Close the connection to the cache."""
        self._desk.close()

    async def _supervised(self, delivery: Delivery) -> None:
        while not self._stopping.is_set():
            try:
                await delivery.run()
            except Exception:
                log.exception("the outbox had a fault; it goes on in %.0f seconds", AFTER_FAULT)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(AFTER_FAULT):
                        await self._stopping.wait()
