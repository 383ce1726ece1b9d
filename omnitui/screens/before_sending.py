"""Gathers, for a draft, what core/before_sending.py wants to know: who has written since, who takes part, how big."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

from omnitui.core.before_sending import Caution, cautions
from omnitui.core.chat_sending import chat_cautions
from omnitui.core.models import Draft
from omnitui.core.times import Instant
from omnitui.screens.chat_writing import chat_of
from omnitui.screens.session import Session
from omnitui.store import drafts, matches, messages

CARRIED = "attachment:"
"""Before the number of a file that came with a mail and goes along."""

_DID = {True: "written", False: "answered"}


class Found(NamedTuple):
    """What there is to know, and up to when the customer has written."""

    cautions: list[Caution]
    saw_at: Instant


async def look(session: Session, draft: Draft, text: str) -> Found:
    """Look at a draft whose text is `text`. A note leaves nobody, so there is nothing to know of it."""
    if draft.kind == "note":
        return Found([], draft.saw_at)
    news = await session.reader.all(drafts.written_since(draft, session.me)) if draft.conversation_id else []
    known = await session.reader.all(drafts.take_part(draft.conversation_id)) if draft.conversation_id else None
    found = cautions(
        text,
        kind=draft.kind,
        subject=draft.subject,
        people=(*draft.to, *draft.cc, *draft.bcc),
        known=known,
        sizes=[*await asyncio.to_thread(_sizes, draft.attachments), *await _carried(session, draft)],
        news=dict.fromkeys(f"{one.who} has {_DID[one.customer]} since you began" for one in news),
    )
    if draft.conversation_id and draft.saw_at > 1:
        others = await session.reader.all(matches.answered_elsewhere(draft.conversation_id, draft.saw_at))
        said = dict.fromkeys(f"{one.author} has answered this person through {one.account}" for one in others)
        found = [*(Caution(words) for words in said), *found]
    chat = await chat_of(session, draft)
    if chat is not None:
        files = await asyncio.to_thread(_sizes, draft.attachments)
        found = [*chat_cautions(chat.can, text, chat.window, sizes=files, chat=draft.chat), *found]
    return Found(found, max([draft.saw_at, *(one.at for one in news if one.customer)]))


def _sizes(names: tuple[str, ...]) -> list[int]:
    """Bytes of the files on disk; one that has gone counts as empty (sending names it)."""
    sizes = []
    for name in names:
        if not name.startswith(CARRIED):
            try:
                sizes.append(Path(name).stat().st_size)
            except OSError:
                sizes.append(0)
    return sizes


async def _carried(session: Session, draft: Draft) -> list[int]:
    wanted = {name.removeprefix(CARRIED) for name in draft.attachments if name.startswith(CARRIED)}
    if not wanted or draft.message_id is None:
        return []
    rows = await session.reader.all(messages.attachments([draft.message_id]))
    return [row.size for row in rows if str(row.id) in wanted]
