"""The copy in the Sent folder: a step of its own with its own state, which never causes a mail to be sent again."""

from __future__ import annotations

import asyncio

from omnitui.core.errors import LoginRefused, Offline, ProtocolError, SecretError
from omnitui.core.outgoing import from_payload
from omnitui.core.times import Instant
from omnitui.store import outbox, sending
from omnitui.store.outbox import OutboxItem
from omnitui.sync.outbox.account import Sender
from omnitui.sync.outbox.backoff import after
from omnitui.sync.outbox.desk import Desk

MOST_TRIES = 50
"""With the longest pauses about half a day of refusals; then the agent is told."""
NO_FOLDER = "The server has no folder for sent mail: set sent_folder in the config"


async def file_copy(desk: Desk, sender: Sender, item: OutboxItem, now: Instant) -> None:
    """Put the copy of a sent mail into the Sent folder unless it is there, and settle the item or say when again."""
    name = sender.sent_name or await desk.do(sending.sent_folder_name, sender.account_id)
    sent = await desk.do(lambda cache: outbox.by_id(str(item.payload["of"])).first(cache))
    if not name or sent is None or sent.raw is None:
        await desk.do(outbox.settle, item.id, "failed", NO_FOLDER, now)
        return
    try:
        where = await asyncio.to_thread(_file, sender, name, sent, now)
    except (Offline, LoginRefused, ProtocolError, SecretError) as error:
        if item.attempts >= MOST_TRIES and not isinstance(error, Offline):
            await desk.do(outbox.settle, item.id, "failed", f"No copy in the Sent folder: {error}", now)
        else:
            await desk.do(outbox.retry_at, item.id, after(item.attempts, now), str(error))
        return
    await desk.do(sending.filed, item, name, where, now)


def _file(sender: Sender, name: str, sent: OutboxItem, now: Instant) -> tuple[int, int] | None:
    raw = sent.raw or b""
    with sender.open_sent(name) as folder:
        if sender.filed_by_server(gmail=folder.gmail) or folder.find(from_payload(sent.payload), len(raw)):
            return None
        return folder.append(raw, now)
