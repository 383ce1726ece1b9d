"""Delivery reports find the mail they are about, whichever of the two comes first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from omnitui.core.models import Delivery, MessageClass
from omnitui.core.threading import message_id
from omnitui.core.times import Instant
from omnitui.store.events import record_event
from omnitui.store.reopening import open_again
from omnitui.store.rows import NewMessage

_SAID_OF = """
SELECT ours.id, ours.conversation_id, ours.mid, ours.delivery, report.kind, report.delivery_detail AS detail
FROM json_each(?) AS wanted CROSS JOIN message ours ON ours.account_id = ? AND ours.mid = wanted.value
JOIN message report ON report.about_mid = ours.mid AND report.about_mid <> '' AND report.account_id = ours.account_id
WHERE ours.class IN ('human', 'machine') ORDER BY report.at, report.id
"""
_BECOMES = {"bounce": Delivery.BOUNCED, "receipt": Delivery.DELIVERED}


def apply_reports(connection: sqlite3.Connection, account_id: int, new: Iterable[NewMessage], now: Instant) -> set[int]:
    """Note on mails of ours what reports say of them; `new` may hold reports, mails of ours, or both.

    A bounced answer has answered nothing: its conversation is opened again, with an event in its log. Gives the
    conversations that changed.
    """
    mids = set()
    for message in new:
        bounce = message.mail.parsed.bounce
        if bounce is not None:
            mids.add(message_id(bounce.original_message_id))
        elif message.class_ in (MessageClass.HUMAN, MessageClass.MACHINE):
            mids.add(message.links.mid)
    touched, states = set(), dict[int, str]()
    rows = connection.execute(_SAID_OF, (json.dumps(sorted(mids - {""})), account_id)).fetchall() if mids else []
    for row in rows:
        before = states.get(row["id"], row["delivery"])
        becomes = _BECOMES.get(row["kind"])
        if becomes is None or before in (Delivery.BOUNCED, becomes):
            continue
        states[row["id"]] = becomes
        touched.add(row["conversation_id"])
        connection.execute(
            "UPDATE message SET delivery = ?, delivery_detail = ? WHERE id = ?", (becomes, row["detail"], row["id"])
        )
        if becomes is Delivery.BOUNCED:
            payload = {"mid": row["mid"], "detail": row["detail"]}
            record_event(connection, row["conversation_id"], "bounced", payload, now)
            open_again(connection, row["conversation_id"], row["mid"], now)
    return touched
