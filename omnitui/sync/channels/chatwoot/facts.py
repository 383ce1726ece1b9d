"""What else Chatwoot knows of a conversation and its customer, as a line in the thread: team, page, attributes."""

from __future__ import annotations

import json
import zlib
from typing import Any

from omnitui.core.channel_events import Direction, MessageEvent
from omnitui.core.times import Instant
from omnitui.sync.channels.chatwoot.values import moment, record, words

MOST = 40
"""Facts of one conversation."""
LONGEST = 300
"""Characters of a value."""


def facts_of(item: dict[str, Any]) -> list[list[str]]:
    """Pairs of a name and a value, in an order that stays."""
    meta, extra = record(item.get("meta")), record(item.get("additional_attributes"))
    team = words(record(meta.get("team")).get("name"))
    found = [["team", team], ["page", words(extra.get("referer"))]]
    for own in (item, record(meta.get("sender"))):
        given = record(own.get("custom_attributes"))
        found += [[str(name), _value(given[name])] for name in sorted(given, key=str)]
    return [[name[:LONGEST], value[:LONGEST]] for name, value in found if value][:MOST]


def digest(item: dict[str, Any]) -> str:
    """Another one means other facts; empty for none."""
    facts = facts_of(item)
    return f"{zlib.crc32(json.dumps(facts).encode('utf-8', 'surrogatepass')):08x}" if facts else ""


def line(conversation: str, item: dict[str, Any], known: str | None, now: Instant) -> MessageEvent | None:
    """The line, where the facts are others than those that were told; `known`: their digest, None: never told."""
    told = digest(item)
    if told == (known or ""):
        return None
    changed = moment(item.get("updated_at")) or moment(item.get("last_activity_at"))
    at = (moment(item.get("created_at")) if known is None else changed) or now
    facts = "\n".join(f"{name}: {value}" for name, value in facts_of(item))
    return MessageEvent(
        conversation=conversation,
        remote_id=f"facts:{conversation}:{told or 'none'}:{at // 1000}",
        at=at,
        direction=Direction.SYSTEM,
        text=f"In Chatwoot:\n{facts}" if facts else "In Chatwoot: no team and no attributes any more",
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(words(value).split())
