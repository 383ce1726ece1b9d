"""An order to the worker: bring a big attachment that was left on the server."""

from __future__ import annotations

import uuid

from omnitui.core.errors import NotFound
from omnitui.core.times import Instant
from omnitui.store import outbox
from omnitui.store.connection import Cache, joined
from omnitui.store.outbox import OutboxItem


def order(cache: Cache, attachment_id: int, now: Instant) -> None:
    """The worker shall bring it; asked for twice it is brought once. Raises NotFound."""
    with joined(cache):
        row = cache.execute(
            "SELECT m.id, m.account_id, m.conversation_id FROM attachment a JOIN message m ON m.id = a.message_id"
            " WHERE a.id = ?",
            (attachment_id,),
        ).fetchone()
        if row is None:
            raise NotFound("This file is gone")
        asked = cache.execute(
            "SELECT 1 FROM outbox WHERE kind = 'fetch' AND message_id = ? AND state IN ('held', 'queued', 'sending')"
            " AND json_extract(payload, '$.attachment_id') = ?",
            (row["id"], attachment_id),
        ).fetchone()
        if asked is None:
            item = OutboxItem(
                uuid.uuid4().hex,
                "fetch",
                row["account_id"],
                row["conversation_id"],
                row["id"],
                {"attachment_id": attachment_id},
                created_at=now,
            )
            outbox.enqueue(cache, item)
