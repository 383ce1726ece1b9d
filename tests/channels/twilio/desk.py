"""A connector at work on the fake, with what it has brought."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from omnitui.core.channel_events import Event, MessageEvent
from omnitui.core.times import Instant
from omnitui.sync.backoff import Backoff
from omnitui.sync.channels.contract import Outbound, PullBudget, Setup
from omnitui.sync.channels.twilio.connector import TwilioConnector, connect
from omnitui.sync.channels.twilio.settings import TwilioSettings
from omnitui.sync.http.client import Client
from tests.channels.twilio.fake import ACCOUNT, OURS, TOKEN, Fake

ANA = "+31611111111"
TALK = f"sms|{OURS}|{ANA}"
CHAT = f"whatsapp|{OURS}|{ANA}"
Kind = TypeVar("Kind")


class Quick(Backoff):
    """Tries again at once."""

    def next(self) -> float:
        return 0.0


class Desk:
    """`now` is the connector's clock: that of the fake, and what is added to it."""

    def __init__(self, fake: Fake) -> None:
        self.fake, self.ahead = fake, 0
        self.cursor = ""
        self.connector: TwilioConnector

    def clock(self) -> Instant:
        return Instant(int(self.fake.now.timestamp() * 1000) + self.ahead)

    async def pull(self, *, keep: bool = True) -> list[Event]:
        """All there is now; with `keep` the cursor moves on."""
        cursor, brought = self.cursor, []
        while True:
            batch = await self.connector.pull(cursor, PullBudget())
            brought += batch.events
            cursor = batch.next_cursor
            if keep:
                self.cursor = cursor
                await self.connector.committed(batch)
            if not batch.more:
                return brought

    async def texts(self, *, keep: bool = True) -> list[str]:
        return [event.text for event in only(await self.pull(keep=keep), MessageEvent)]

    def draft(self, text: str = "hello", key: str = "k1", conversation: str = TALK, **fields: Any) -> Outbound:
        return Outbound(key=key, conversation=conversation, text=text, composed_at=self.clock(), **fields)


def only(events: list[Event], kind: type[Kind]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


@asynccontextmanager
async def at_work(fake: Fake, desk: Desk | None = None, token: str = TOKEN, **settings: Any) -> AsyncIterator[Desk]:
    """A connector; with `desk` given, a new one that goes on from its cursor."""
    desk = desk or Desk(fake)
    plain = {"numbers": (OURS, f"whatsapp:{OURS}"), "poll_seconds": 1, **settings}
    made = TwilioSettings(account_sid=ACCOUNT, api_url=fake.url, content_url=fake.url, **plain)
    async with Client(backoff=Quick) as http:
        setup = Setup(
            name="desk",
            settings=made,
            secrets={"auth_token": token},
            http=http,
            clock=desk.clock,
            notes=Path("/nowhere"),
        )
        desk.connector = connect(setup)
        yield desk
