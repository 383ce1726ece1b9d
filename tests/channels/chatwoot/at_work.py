"""A connector on the fake, and what every test asks of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Event, MessageEvent
from omnitui.core.times import Instant
from omnitui.sync.backoff import Backoff
from omnitui.sync.channels.chatwoot import CHANNEL
from omnitui.sync.channels.chatwoot.connector import ChatwootConnector
from omnitui.sync.channels.chatwoot.settings import ChatwootSettings
from omnitui.sync.channels.contract import Outbound, PullBudget, Setup
from omnitui.sync.http.client import Client
from tests.channels.chatwoot.fake import ACCOUNT, TOKEN, FakeChatwoot

NOW = 1_790_000_000


class Quick(Backoff):
    """Waits hardly at all."""

    def next(self) -> float:
        """Seconds."""
        return 0.001


def connect(fake: FakeChatwoot, http: Client, notes: Path, token: str = TOKEN, **more: Any) -> ChatwootConnector:
    """A connector of a new process."""
    settings = ChatwootSettings(url=fake.url, account_id=more.pop("account_id", ACCOUNT), **more)
    clock = lambda: Instant(int(fake.time() * 1000))  # noqa: E731
    made = CHANNEL.connect(
        Setup(name="desk", settings=settings, secrets={"access_token": token}, http=http, clock=clock, notes=notes)
    )
    assert isinstance(made, ChatwootConnector)
    return made


async def drained(desk: ChatwootConnector, at: str = "", events: int = 500) -> tuple[list[Event], str]:
    """Everything there is since a cursor, as the kit would take it."""
    found: list[Event] = []
    for _ in range(200):
        batch = await desk.pull(at, PullBudget(events=events))
        found += batch.events
        at = batch.next_cursor
        if not batch.more:
            return found, at
    raise AssertionError("it does not come to an end")


def texts(found: list[Event]) -> list[str]:
    """The words of messages, each once, in the order of their coming."""
    return list({one.remote_id: one.text for one in found if isinstance(one, MessageEvent)}.values())


def state(found: list[Event], name: int) -> ConversationEvent:
    """What was said last of a conversation."""
    return [one for one in found if isinstance(one, ConversationEvent) and one.conversation == str(name)][-1]


def draft(room: int | str, text: str = "Sure", **more: Any) -> Outbound:
    """A message of ours; an empty room: it begins one."""
    more.setdefault("composed_at", Instant(NOW * 1000))
    return Outbound(key=more.pop("key", "k1"), conversation=str(room), text=text, **more)
