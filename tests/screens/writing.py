"""What tests of the composer share: an account that can send, rows as they stand in the cache, news from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

import pytest
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.config.schema import AccountSettings, ServerSettings, Settings
from omnitui.core.mail import Address
from omnitui.core.saved_replies import SavedReply
from omnitui.store.connection import Cache, Role, open_cache, transaction
from omnitui.store.refresh import refresh
from omnitui.store.select import Select
from omnitui.triage import saved_replies
from tests.screens.conftest import NOW, quiet
from tests.store.desk import mail

T = TypeVar("T")
THANKS = SavedReply("thanks", "Thank you, {{contact.name}}.\n\n{{agent.name}}")
BLANK = SavedReply("blank", "Of {{contact.organisation}}: {{contact.name}}", "About {{conversation.number}}")


@pytest.fixture
def settings() -> Settings:
    """One account that can send."""
    server = ServerSettings(host="127.0.0.1", security="plain")
    account = AccountSettings(name="support", address="support@shop.example", imap=server, smtp=server)
    return replace(Settings(), account=(account,))


@contextmanager
def cache_of(app: OmnituiApp) -> Iterator[Cache]:
    """The app's cache, as another process has it."""
    cache = open_cache(app.session.places.cache_db, Role.OPERATIONS)
    try:
        yield cache
    finally:
        cache.close()


def read(app: OmnituiApp, select: Select[T]) -> list[T]:
    """Rows as they stand in the cache."""
    with cache_of(app) as cache:
        return select.all(cache)


def keep(app: OmnituiApp, *replies: SavedReply) -> None:
    """Make these saved replies."""
    with cache_of(app) as cache:
        saved_replies.put(cache, app.session.agent, replies, NOW)


def customer_writes(app: OmnituiApp, conversation: int, name: str = "Anna") -> None:
    """A mail comes in, as sync would store it."""
    with cache_of(app) as cache, transaction(cache):
        mail(cache, conversation, Address(name, "anna@example.org"), 90_000)
        # The clock of the screen stands still; nothing comes here later than it says.
        cache.execute("UPDATE message SET fetched_at = ?1 WHERE fetched_at > ?1", (NOW,))
        refresh(cache, [conversation])


async def press(pilot: Pilot[None], *keys: str, least: float = 0.3) -> None:
    """Press keys, letter by letter of what is no key's name, and wait until all is quiet."""
    await pilot.press(*keys)
    await quiet(pilot, least)
