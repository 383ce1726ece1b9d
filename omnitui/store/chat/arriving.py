"""Storing a batch of a channel: all of it and the cursor in the caller's transaction; once more changes nothing.

Events may come twice and in any order: what is about a message that is not here yet waits for it (`early.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    EditedEvent,
    Event,
    GapEvent,
    IdentityEvent,
    MessageEvent,
    ReactionEvent,
    ReceiptEvent,
    TypingEvent,
)
from omnitui.core.models import ConversationId, MessageId
from omnitui.core.safe_events import safe_event
from omnitui.core.times import Instant
from omnitui.store.chat import early, gaps, marks, messages, people, standing, writing
from omnitui.store.chat.cursors import set_cursor
from omnitui.store.chat.scene import ChatAccount, ChatScene
from omnitui.store.message_ids import MessageIds
from omnitui.store.refresh import refresh


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a batch has brought."""

    new_ids: tuple[MessageId, ...]
    conversations: tuple[ConversationId, ...]


def store_events(
    connection: sqlite3.Connection,
    account: ChatAccount,
    events: Sequence[Event],
    now: Instant,
    *,
    cursor: str | None = None,
    history: bool = False,
) -> Arrived:
    """Store events in the caller's transaction, and go on from `cursor` where given.

    With `history` they are of the time before we came: nothing is unread, and nothing opens again because of it.
    """
    scene = ChatScene(connection, account, now, history, MessageIds(connection))
    for event in events:
        _apply(scene, safe_event(event, now))
    refresh(connection, scene.touched)
    if cursor is not None:
        set_cursor(connection, account.id, cursor, now)
    touched = tuple(ConversationId(one) for one in sorted(scene.touched))
    return Arrived(tuple(MessageId(one) for one in scene.new), touched)


def _apply(scene: ChatScene, event: Event) -> None:
    match event:
        case MessageEvent():
            messages.apply_message(scene, event)
            for waiting in early.of_message(scene, event.remote_id):
                _apply(scene, waiting)
        case EditedEvent() | DeletedEvent() | ReactionEvent():
            if not marks.apply_mark(scene, event):
                early.keep(scene, event.remote_id, event)
        case ReceiptEvent():
            if not marks.apply_receipt(scene, event) and event.remote_id:
                early.keep(scene, event.remote_id, event)
        case ConversationEvent():
            standing.apply_standing(scene, event)
        case IdentityEvent():
            people.apply_identity(scene, event)
        case GapEvent():
            gaps.apply_gap(scene, event)
        case TypingEvent():
            writing.heard(scene, event)
