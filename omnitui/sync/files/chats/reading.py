"""Storing an export in an account of its own, which no server knows; done again, it adds only what is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from omnitui.core.channel_events import Event
from omnitui.core.channels import Capabilities, Inbound
from omnitui.core.times import Instant
from omnitui.store import accounts, channels
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Cache, transaction

BATCH = 500
MARKS = {"instagram": "IG", "signal": "SG", "slack": "SL", "telegram": "TG", "whatsapp": "WA"}
"""Those of the channels' packages, of which an import needs none."""


def read_events(cache: Cache, account: str, channel: str, found: Iterable[Event], now: Instant) -> int:
    """Store them, some hundred in one transaction; interrupted, what was stored stays. Gives how many were new."""
    can = Capabilities(inbound=Inbound.NONE)
    with transaction(cache):
        number = channels.upsert(cache, account, channel, "", mark=MARKS[channel], capabilities=can)
        accounts.set_state(cache, number, accounts.LOCAL, "", now)
    place, added = ChatAccount(number, account, channel), 0
    for batch in _batches(iter(found)):
        with transaction(cache):
            added += len(store_events(cache, place, batch, now, history=True).new_ids)
    return added


def _batches(found: Iterator[Event]) -> Iterator[list[Event]]:
    while batch := list(islice(found, BATCH)):
        yield batch
