"""The outboxes of all mailboxes within the worker: each works by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from omnitui.core.channels import EMAIL
from omnitui.core.models import AccountId
from omnitui.core.times import Instant
from omnitui.store.chat.scene import ChatAccount
from omnitui.sync.channels.account_outbox import AccountOutbox, OutboxTools
from omnitui.sync.channels.contract import Connector


class OutboxService:
    """Sends for every account that can send. `run` until cancelled, or `once`. Close it afterwards."""

    def __init__(
        self,
        cache: Path,
        attachments: Path,
        connectors: Mapping[int, Connector],
        clock: Callable[[], Instant],
        in_step: Callable[[int], bool] = lambda account_id: True,
    ) -> None:
        """`in_step` says whether an account's mail has been looked at since it could be reached: an answer waits for
        that, as the customer may have written again. Opening the cache blocks for a moment."""
        self._tools = OutboxTools.open(cache, attachments, clock)
        self._deliveries = {
            number: AccountOutbox(
                self._tools, ChatAccount(AccountId(number), str(number), EMAIL), connector, partial(in_step, number)
            )
            for number, connector in connectors.items()
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
        return sum([await delivery.once() for delivery in self._deliveries.values()])

    async def run(self) -> None:
        """Work until `stop`, or until cancelled."""
        async with asyncio.TaskGroup() as group:
            for delivery in self._deliveries.values():
                group.create_task(delivery.run())

    def stop(self) -> None:
        """End `run` as soon as what is being sent has been settled."""
        for delivery in self._deliveries.values():
            delivery.stop()

    def close(self) -> None:
        """Close the connection to the cache."""
        self._tools.close()
