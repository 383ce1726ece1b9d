"""Copies of what was sent, filed at the other side: a step of its own, which never causes one to be sent again."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable

from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused, SecretError
from omnitui.core.times import MINUTE, Instant
from omnitui.store import outbox, sending
from omnitui.store.outbox import OutboxItem
from omnitui.sync.channels.contract import Connector
from omnitui.sync.channels.outbound import FindFile, outbound_of
from omnitui.sync.outbox.backoff import after
from omnitui.sync.outbox.desk import Desk

LEASE = 10 * MINUTE
MOST_TRIES = 50
"""With the longest pauses about half a day of refusals; then the agent is told."""


class Copies:
    """The `copy` items of one account; filing one twice is kept from by looking for it first."""

    def __init__(
        self, desk: Desk, account_id: int, connector: Connector, find_file: FindFile, clock: Callable[[], Instant]
    ) -> None:
        self._desk, self._account_id, self._connector = desk, account_id, connector
        self._find_file, self._clock = find_file, clock
        self._owner = f"{os.getpid()} {uuid.uuid4()}"
        self.stopping = False

    async def turn(self) -> int:
        """Do all that is due now; how many items that were."""
        done = 0
        while not self.stopping and (item := await self._claim()):
            await self._file(item)
            done += 1
        return done

    async def _claim(self) -> OutboxItem | None:
        return await self._desk.do(
            outbox.claim, ["copy"], self._account_id, owner=self._owner, now=self._clock(), lease=LEASE
        )

    async def _file(self, item: OutboxItem) -> None:
        desk = self._desk
        sent = await desk.do(outbox.by_id(str(item.payload["of"])).first)
        if sent is None or not sent.raw:
            await desk.do(outbox.settle, item.id, "failed", "What was sent is not kept here any more", self._clock())
            return
        try:
            filed = await self._connector.file_copy(await outbound_of(desk, sent, self._find_file))
        except (Refused, NotFound) as error:
            await desk.do(outbox.settle, item.id, "failed", f"No copy was filed: {error}", self._clock())
        except (Offline, LoginRefused, ProtocolError, SecretError) as error:
            now = self._clock()
            if item.attempts >= MOST_TRIES and not isinstance(error, Offline):
                await desk.do(outbox.settle, item.id, "failed", f"No copy was filed: {error}", now)
            else:
                await desk.do(outbox.retry_at, item.id, after(item.attempts, now), str(error))
        else:
            where = None if filed is None else (filed.folder, filed.uidvalidity, filed.uid)
            await desk.do(sending.filed, item, where, self._clock())
