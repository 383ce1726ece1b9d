"""What tests of the connector are made of: a connector with what it has brought, and a clock that they move."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from omnitui.core.channel_events import DeletedEvent, EditedEvent, Event, MessageEvent
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Outbound, PullBudget, Setup
from omnitui.sync.channels.slack.connector import SlackConnector
from omnitui.sync.channels.slack.settings import SlackSettings
from omnitui.sync.http.client import Client
from tests.channels.slack.rig import SlackRig

SHORT = PullBudget(seconds=0.3)


class Desk:
    """A connector and what it has brought and kept. `ahead` moves its clock forward, in milliseconds."""

    def __init__(self, cursor: str) -> None:
        self.connector: SlackConnector
        self.cursor, self.ahead = cursor, 0
        self.events: list[Event] = []

    def now(self) -> Instant:
        """The time here."""
        return Instant(int(time.time() * 1000) + self.ahead)

    async def pull(self, *, keep: bool = True) -> list[Event]:
        """Pull until history is read and the line has been listened to once."""
        brought: list[Event] = []
        while True:
            batch = await self.connector.pull(self.cursor, SHORT)
            brought += batch.events
            if not keep:
                return brought
            self.cursor = batch.next_cursor
            await self.connector.committed(batch)
            if not batch.more:
                self.events += brought
                return brought

    async def once(self) -> bool:
        """One pull that is kept; whether there is more at once."""
        batch = await self.connector.pull(self.cursor, SHORT)
        self.cursor = batch.next_cursor
        await self.connector.committed(batch)
        self.events += batch.events
        return batch.more

    async def until(self, count: int) -> list[MessageEvent]:
        """Pull until so many different messages have come."""
        await self.until_so(lambda: len({one.remote_id for one in self.messages}) >= count)
        return self.messages

    async def until_so(self, there: Callable[[], bool]) -> None:
        """Pull until something is so."""
        for _ in range(200):
            await self.once()
            if there():
                return
        raise AssertionError("it did not come")

    @property
    def messages(self) -> list[MessageEvent]:
        """The messages that came."""
        return [one for one in self.events if isinstance(one, MessageEvent)]

    @property
    def edits(self) -> dict[str, str]:
        """The newest text of what was changed."""
        return {one.remote_id: one.text for one in self.events if isinstance(one, EditedEvent)}

    @property
    def gone(self) -> set[str]:
        """What was deleted."""
        return {one.remote_id for one in self.events if isinstance(one, DeletedEvent)}


@asynccontextmanager
async def desk_of(
    rig: SlackRig, notes: Path, cursor: str = "", *, ahead: int = 0, **settings: Any
) -> AsyncIterator[Desk]:
    """A process at work on the account."""
    async with Client() as http:
        desk = Desk(cursor)
        desk.ahead = ahead
        setup = Setup(
            name="desk",
            settings=SlackSettings(url=rig.slack.url, **settings),
            secrets={"bot_token": "xoxb-planted-bot", "app_token": "xapp-planted-app"},
            http=http,
            clock=desk.now,
            notes=notes,
        )
        desk.connector = SlackConnector(setup)
        try:
            yield desk
        finally:
            await desk.connector.close()


def draft(text: str = "Hello", conversation: str = "", key: str = "key-1", **more: Any) -> Outbound:
    """A message of ours."""
    at = Instant(int(time.time() * 1000))
    return Outbound(key=key, conversation=conversation, text=text, composed_at=at, **more)


async def emptied(rig: SlackRig) -> bool:
    """Whether every envelope is acknowledged in a moment."""
    for _ in range(500):
        if not rig.slack.owed:
            return True
        await asyncio.sleep(0.02)
    return False


async def nobody_listens(rig: SlackRig) -> None:
    """Wait until Slack knows that the line is gone; what is told before would be owed to the next one."""
    for _ in range(500):
        if not rig.slack.connections:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the line is still open")
