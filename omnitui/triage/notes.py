"""Notes: what only the team sees."""

from __future__ import annotations

import uuid

from omnitui.core.errors import Refused
from omnitui.core.models import StepRow
from omnitui.core.operations import Operation, OpKind
from omnitui.core.text.clean import safe_text
from omnitui.core.times import Instant
from omnitui.store.connection import Cache
from omnitui.triage.agent import Agent
from omnitui.triage.steps import Which, change_each, commit


def note(cache: Cache, agent: Agent, which: Which, text: str, now: Instant, *, draft_id: int = 0) -> StepRow | None:
    """A note in each; `draft_id` is the draft that it was, and after undo is again. Raises Refused for no words."""
    words = _words(text)
    gone = [Operation(OpKind.DRAFT, "", {"id": draft_id, "row": None})] if draft_id else []
    return change_each(
        cache,
        agent,
        which,
        "Noted on {}",
        lambda target: Operation(
            OpKind.NOTE,
            target.key,
            {"mid": f"{uuid.uuid4().hex}.note@omnitui.invalid", "text": words, "author": agent.name, "at": now},
        ),
        now,
        also=gone,
    )


def edit_note(cache: Cache, agent: Agent, mid: str, text: str, now: Instant) -> StepRow | None:
    """Another text for the note with this Message-ID; the log keeps the old one."""
    return commit(cache, agent, "Edited a note", [Operation(OpKind.NOTE_EDIT, mid, {"text": _words(text)})], now)


def delete_note(cache: Cache, agent: Agent, mid: str, now: Instant) -> StepRow | None:
    """The note goes; undo brings it back."""
    return commit(cache, agent, "Deleted a note", [Operation(OpKind.NOTE_DELETE, mid)], now)


def _words(text: str) -> str:
    words = safe_text(text).strip()
    if not words:
        raise Refused("There is nothing in the note")
    return words
