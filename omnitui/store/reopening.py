"""A customer's message opens its conversation again; so does a bounced answer. Spam stays spam."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from omnitui.core.models import MessageClass, State
from omnitui.core.times import Instant
from omnitui.core.waiting import reopens
from omnitui.store.events import record_event
from omnitui.store.folders import Folder
from omnitui.store.rows import NewMessage
from omnitui.store.threads import Threads


def reopen(
    connection: sqlite3.Connection, folder: Folder, new: Iterable[NewMessage], threads: Threads, now: Instant
) -> None:
    """Open what new messages open; before the conversations are refreshed.

    A message opens when it has just come to the folder (a UID above all that were read), or is newer than all that was
    here. So the back-fill of old mail opens nothing, and a message that came late is not missed.
    """
    first: dict[int, NewMessage] = {}
    for message in new:
        conversation = threads.now(message.conversation_id)
        if message.class_ is MessageClass.CUSTOMER and conversation not in threads.created and folder.role != "trash":
            first.setdefault(conversation, message)
    rows = connection.execute(
        "SELECT c.id, c.state, c.last_at FROM json_each(?) AS wanted CROSS JOIN conversation c ON c.id = wanted.value",
        (json.dumps(sorted(first)),),
    ).fetchall()
    for row in rows:
        message = first[row["id"]]
        just_came = folder.uid_next > 1 and message.mail.uid >= folder.uid_next
        if reopens(State(row["state"]), message.class_) and (just_came or message.mail.at > row["last_at"]):
            open_again(connection, row["id"], message.links.mid, now, wait_from=message.mail.at - 1)


def open_again(
    connection: sqlite3.Connection, conversation_id: int, mid: str, now: Instant, *, wait_from: int = 0
) -> None:
    """Open a pending, snoozed or closed conversation because of the message `mid`, and say so in its log.

    A close has ended the wait (product page, Wait): from a closed one, only what came after `wait_from` waits again.
    """
    was = connection.execute("SELECT state FROM conversation WHERE id = ?", (conversation_id,)).fetchone()[0]
    if was in (State.OPEN, State.SPAM):
        return
    connection.execute(
        "UPDATE conversation SET state = 'open', snoozed_until = NULL,"
        " wait_from = CASE state WHEN 'closed' THEN max(wait_from, ?) ELSE wait_from END WHERE id = ?",
        (wait_from, conversation_id),
    )
    record_event(connection, conversation_id, "reopened", {"mid": mid, "was": was}, now)
