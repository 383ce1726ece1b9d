"""What a worker asks of the relay: the events after an id, and to let go of those that it has.

`GET /events?source=NAME&after=ID&limit=N&wait=SECONDS` answers one JSON document; `DELETE /events?source=NAME&up_to=ID`
confirms. Both need `Authorization: Bearer TOKEN` of that source. docs/guide/relay.md describes the document.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import parse_qsl

from omnitui.relay.intake import Intake
from omnitui.relay.keys import Source
from omnitui.relay.signatures import same_secret

MOST = 1000
"""Events in one answer at most."""
LONGEST_WAIT = 55.0
"""Seconds; below the minute after which proxies cut off who is silent."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, as JSON."""

    status: int
    body: bytes


class Pulls:
    """Answers what workers ask."""

    def __init__(self, sources: Mapping[str, Source], intake: Intake) -> None:
        self._sources, self._intake = sources, intake

    async def answer(self, method: str, headers: Mapping[str, str], query: str) -> Told | None:
        """None: a stranger, or nothing that there is. Raises CacheError."""
        try:
            asked = dict(parse_qsl(query, max_num_fields=20))
        except ValueError:
            return None
        source = self._sources.get(asked.get("source", ""))
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if source is None or scheme.lower() != "bearer":
            return None
        if not any(same_secret(token, given.strip()) for token in source.tokens):
            return None
        name = source.settings.name
        if method == "DELETE":
            up_to = _number(asked.get("up_to", ""))
            if up_to is None:
                return _wrong("up_to must be an id")
            await self._intake.confirm(name, up_to)
            return Told(200, b"{}")
        if method != "GET":
            return None
        after, limit, wait = (_number(asked.get(key, usual)) for key, usual in _USUAL.items())
        if after is None or limit is None or wait is None:
            return _wrong("after, limit and wait must be whole numbers")
        return await self._events(name, after, min(limit, MOST), min(float(wait), LONGEST_WAIT))

    async def _events(self, name: str, after: int, limit: int, wait: float) -> Told:
        known = await self._intake.at_of(name, after)
        found, more = await self._intake.after(name, after, limit, wait)
        standing = await self._intake.standing(name)
        told = {
            "relay": 1,
            "source": name,
            **asdict(standing),
            "more": more,
            "after_at": known,
            "events": [
                {
                    "id": one.id,
                    "at": one.at,
                    "headers": dict(one.headers),
                    "body": base64.b64encode(one.body).decode("ascii"),
                }
                for one in found
            ],
        }
        return Told(200, json.dumps(told).encode("utf-8"))


_USUAL = {"after": "0", "limit": "500", "wait": "0"}


def _number(text: str) -> int | None:
    """A whole number that SQLite can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _wrong(words: str) -> Told:
    return Told(400, json.dumps({"error": words}).encode("utf-8"))
