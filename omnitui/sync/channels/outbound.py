"""From an item of the outbox to the message that a connector hands over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from omnitui.core.channel_events import Person
from omnitui.core.errors import NotFound
from omnitui.core.outgoing import OutgoingFile, from_payload
from omnitui.store.chat import sending as chat_sending
from omnitui.store.outbox import OutboxItem
from omnitui.sync.channels.contract import Outbound, OutboundFile, Template
from omnitui.sync.outbox.desk import Desk

FindFile: TypeAlias = Callable[[str], Path]
"""Where the file with this hash stands. Blocks; raises NotFound when it is gone."""


async def outbound_of(desk: Desk, item: OutboxItem, find_file: FindFile) -> Outbound:
    """The message of a `send` item, the same for every try.

    Raises NotFound for a file that is gone, ValueError, KeyError, TypeError or IndexError for a payload that is none.
    """
    payload, chat = item.payload, item.payload.get("chat") or {}
    template = chat.get("template")
    # What is frozen holds its files; a note has its text alone.
    files = () if item.raw else tuple(OutgoingFile(*fields) for fields in payload.get("files", ()))
    return Outbound(
        key=item.id,
        conversation=await desk.do(chat_sending.remote_conversation, item),
        to=tuple(Person(email, name) for name, email in payload.get("to", ())),
        text=str(payload["body"]).strip(),
        files=tuple([await asyncio.to_thread(_found, file, find_file) for file in files]),
        reply_to=str(chat.get("reply_to") or ""),
        template=Template(**template) if template else None,
        private=bool(chat.get("private")),
        composed_at=item.created_at,
        written=from_payload(payload) if "mid" in payload else None,
        frozen=item.raw or b"",
    )


def _found(file: OutgoingFile, find_file: FindFile) -> OutboundFile:
    try:
        return OutboundFile(file.name, file.type, file.size, find_file(file.sha256))
    except NotFound:
        raise NotFound(f"{file.name} is gone: take the message back and attach it again") from None
