"""A send whose fate is not known: look for it in the Sent folder, and ask the agent when that proves nothing.

Found is sent. Not found says something only where the server files what it sends by itself; elsewhere nobody but the
agent decides, and nothing is ever sent again without a decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from omnitui.core.errors import LoginRefused, Offline, ProtocolError, SecretError
from omnitui.core.outgoing import from_payload
from omnitui.core.times import MINUTE, SECOND, Instant
from omnitui.store import outbox, sending
from omnitui.store.outbox import OutboxItem
from omnitui.sync.outbox.account import Sender
from omnitui.sync.outbox.desk import Desk

LOOKS = (2 * SECOND, 10 * SECOND, 60 * SECOND)
"""When to look, counted from the loss of the connection and then from the look before."""
LAST_LOOK = 5 * MINUTE
"""One more look before sending again by itself: some servers file late."""
AGAIN = 30 * SECOND
"""After a look that could not be done."""
ASK = "It may have been sent: it is not in the Sent folder, which proves nothing here. Send it again, or was it sent?"
NO_FOLDER = "It may have been sent, and there is no Sent folder to look in. Send it again, or was it sent?"
RESEND = "The server files what it sends and does not have it: it is sent again"


async def verify(desk: Desk, sender: Sender, clock: Callable[[], Instant]) -> None:
    """Look for every unknown send of the account that is due, and settle it or say when to look again."""
    for item in await desk.do(lambda cache: sending.unknown_due(sender.account_id, clock()).all(cache)):
        await _verify(desk, sender, item, clock)


async def _verify(desk: Desk, sender: Sender, item: OutboxItem, clock: Callable[[], Instant]) -> None:
    name = sender.sent_name or await desk.do(sending.sent_folder_name, sender.account_id)
    if not name:
        await desk.do(outbox.settle, item.id, "asking", NO_FOLDER, clock(), was="unknown")
        return
    try:
        found, gmail = await asyncio.to_thread(_look, sender, name, item)
    except (Offline, LoginRefused, ProtocolError, SecretError) as error:
        words = f"It may have been sent; it cannot be looked for now: {error}"
        await desk.do(sending.looked, item.id, item.looks, Instant(clock() + AGAIN), words)
        return
    if found:
        words = "Found in the Sent folder: it was sent"
        await desk.do(sending.settle_sent, item.id, words, clock(), copy=False)
        return
    filed = sender.filed_by_server(gmail=gmail)
    looks = item.looks + 1
    waits = (*LOOKS[1:], LAST_LOOK) if filed else LOOKS[1:]
    if looks <= len(waits):
        await desk.do(sending.looked, item.id, looks, Instant(clock() + waits[looks - 1]), outbox.LOOKING)
    elif filed:
        await desk.do(outbox.retry_at, item.id, clock(), RESEND, was="unknown")
    else:
        await desk.do(outbox.settle, item.id, "asking", ASK, clock(), was="unknown")


def _look(sender: Sender, name: str, item: OutboxItem) -> tuple[bool, bool]:
    with sender.open_sent(name) as folder:
        return folder.find(from_payload(item.payload), len(item.raw or b"")), folder.gmail
