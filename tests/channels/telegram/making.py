"""What tests of the connector are made of: a clock that they move, a connector, and things that happen in Telegram."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from omnitui.core.channel_events import MessageEvent
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Batch, Outbound, OutboundFile, PullBudget, Setup
from omnitui.sync.channels.telegram import CHANNEL
from omnitui.sync.channels.telegram.connector import TelegramConnector
from omnitui.sync.channels.telegram.settings import TelegramSettings
from omnitui.sync.http.client import Client
from tests.channels.telegram.fake import TOKEN, FakeTelegram
from tests.channels.telegram.rig import PEOPLE, private

AT_ONCE = PullBudget(seconds=0)
OWNER = {"id": 77, "is_bot": False, "first_name": "Olga"}


class Clock:
    """A time that the test moves."""

    def __init__(self) -> None:
        self.at = 1_800_000_000_000

    def __call__(self) -> Instant:
        return Instant(self.at)


def made(fake: FakeTelegram, clock: Clock, http: Client, notes: Path, token: str = TOKEN) -> TelegramConnector:
    """A connector of the bot, as another process would have it."""
    settings = TelegramSettings(api=fake.url)
    setup = Setup(
        name="desk", settings=settings, secrets={"bot_token": token}, http=http, clock=clock, notes=notes
    )  # fmt: skip
    found = CHANNEL.connect(setup)
    assert isinstance(found, TelegramConnector)
    return found


async def pulled(bot: TelegramConnector, cursor: str = "") -> Batch:
    """A pull whose batch is kept."""
    batch = await bot.pull(cursor, AT_ONCE)
    await bot.committed(batch)
    return batch


def write(fake: FakeTelegram, text: str, **content: Any) -> dict[str, Any]:
    """Ana writes, to the bot or to a business account."""
    message = fake.message(private("ana"), PEOPLE["ana"], text=text, **content)
    fake.happen("business_message" if "business_connection_id" in content else "message", message)
    return message


def connect(fake: FakeTelegram, name: str, date: int = 1, *, enabled: bool = True, **rights: bool) -> dict[str, Any]:
    """A connection of Olga's business account, as Telegram describes it from now on."""
    rights = {"can_reply": True, "can_read_messages": True, "can_delete_sent_messages": True, **rights}
    made_ = {"id": name, "user": OWNER, "user_chat_id": 77, "date": date, "rights": rights, "is_enabled": enabled}
    fake.connections[name] = made_
    return made_


def texts(batch: Batch) -> list[str]:
    """What a batch says."""
    return [one.text for one in batch.events if isinstance(one, MessageEvent)]


def draft(text: str = "Hello", *files: OutboundFile, conversation: str = "1001", reply_to: str = "") -> Outbound:
    """A message of ours."""
    return Outbound(key="k", conversation=conversation, text=text, files=files, reply_to=reply_to)


def a_file(folder: Path, name: str, kind: str, data: bytes = b"data") -> OutboundFile:
    """A file to be sent."""
    (folder / "held").write_bytes(data)
    return OutboundFile(name, kind, len(data), folder / "held")
