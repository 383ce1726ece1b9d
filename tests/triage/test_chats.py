"""A chat message that is to leave later, and only if: as a mail does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.schema import ChannelAccountSettings
from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.channels import Capabilities
from omnitui.core.times import HOUR, MINUTE, Instant
from omnitui.store import channels, drafts, outbox
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.triage import drafting, follow_ups, sending
from omnitui.triage.agent import Agent

NOW = Instant(1_800_000_000_000)
AGENT = Agent("Ana", channels=(ChannelAccountSettings(name="tg", channel="telegram"),))


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_cache(tmp_path / "cache.db", Role.OPERATIONS)
    wrote(connection, 1, NOW - HOUR)
    yield connection
    connection.close()


def wrote(cache: sqlite3.Connection, number: int, at: int) -> None:
    """The customer writes."""
    with transaction(cache):
        id = channels.upsert(cache, "tg", "telegram", "@shop", mark="TG", capabilities=Capabilities())
        event = MessageEvent(
            conversation="c", remote_id=f"c/{number}", at=Instant(at), direction=Direction.IN,
            author=Person("7", "Ben"), text="hello",
        )  # fmt: skip
        store_events(cache, ChatAccount(id, "tg", "telegram"), (event,), Instant(at))


def test_a_reply_takes_back_what_was_to_leave_unless_they_reply(cache: sqlite3.Connection, tmp_path: Path) -> None:
    (id,) = cache.execute("SELECT id FROM conversation").fetchone()
    draft = replace(drafting.reply(cache, AGENT, id), body="Are you still there?")
    tomorrow = Instant(NOW + 24 * HOUR)
    sending.send(cache, AGENT, draft, NOW, attachments=tmp_path / "files", at=tomorrow, unless_reply=True)
    (item,) = outbox.rows().all(cache)
    assert (item.state, item.not_before, item.detail) == ("held", tomorrow, "unless they reply")
    follow_ups.settle(cache, Instant(NOW + MINUTE))
    assert len(outbox.rows().all(cache)) == 1, "nobody has replied"
    wrote(cache, 2, NOW + HOUR)
    assert follow_ups.settle(cache, Instant(NOW + HOUR)) == [id]
    assert cache.execute("SELECT count(*) FROM outbox WHERE kind = 'send'").fetchone()[0] == 0
    (back,) = drafts.for_conversation(id).all(cache)
    assert (back.account, back.body) == ("tg", "Are you still there?")
