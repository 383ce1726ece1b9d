"""The pulling side of the relay (docs/guide/relay.md), shared by channels that only push."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from omnitui.core.channel_events import GapEvent
from omnitui.core.errors import LoginRefused, Offline, ProtocolError
from omnitui.core.times import Instant
from omnitui.sync.http.budget import Budget
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Answer, Request

PAGE_LARGEST = 128 * 1024 * 1024
"""Bytes of an answer: one event may be as large as the relay takes bodies, a third larger in base64."""


@dataclass(frozen=True, slots=True)
class RelayEvent:
    """A webhook as the relay kept it."""

    id: int
    at: Instant
    """When the relay got it."""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RelayRefusal:
    """A time in which the relay turned genuine webhooks away."""

    since: Instant
    until: Instant
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class RelayPage:
    """What the relay answered, and how the source stands there."""

    epoch: str
    events: tuple[RelayEvent, ...]
    more: bool
    last_id: int
    last_at: Instant
    gone: int
    waiting: int
    refusals: tuple[RelayRefusal, ...]
    after_at: Instant | None = None
    """When the webhook came after which was asked; None where the relay does not have it, or is an older one."""


@dataclass(frozen=True, slots=True)
class RelayCursor:
    """Where a worker stands: the file's epoch, the last id and when the relay got that webhook (0: not known), and
    until when it knows of the file and of refusals."""

    epoch: str = ""
    after: int = 0
    at: Instant = Instant(0)
    refused: Instant = Instant(0)
    got: Instant = Instant(0)
    old: int = 0
    """The newest id when we came: what is not newer was there before us."""

    def text(self) -> str:
        """As the store keeps it."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> RelayCursor:
        """The inverse; a text that is none is the beginning."""
        try:
            found = json.loads(text) if text else {}
            return cls(
                str(found["epoch"]),
                int(found["after"]),
                Instant(int(found["at"])),
                Instant(int(found["refused"])),
                Instant(int(found.get("got", 0))),
                int(found.get("old", 0)),
            )
        except (ValueError, TypeError, KeyError):
            return cls()


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one pull gave: webhooks, the gaps to show, and the cursor behind them."""

    events: tuple[RelayEvent, ...]
    gaps: tuple[GapEvent, ...]
    cursor: RelayCursor
    more: bool
    history: bool = False
    """These were there before we came."""


class RelayClient:
    """One source on one relay. Belongs to one event loop."""

    def __init__(self, http: Client, url: str, source: str, token: str) -> None:
        self._http, self._url, self._source, self._token = http, url.rstrip("/"), source, token
        self._budget = Budget()

    async def page(self, after: int, limit: int, wait: float = 0) -> RelayPage:
        """The events after an id; `limit` 0: only how the source stands.

        Raises Offline, LoginRefused, ProtocolError.
        """
        asked = {"after": str(after), "limit": str(limit), "wait": str(int(wait))}
        answer = await self._ask("GET", asked, silence=wait + 30)
        try:
            return _page(answer.record())
        except (KeyError, TypeError, ValueError):
            raise ProtocolError(f"{answer.host} did not answer as a relay does; is it a newer one?") from None

    async def confirm(self, up_to: int) -> None:
        """The events up to this id are on our disk. Raises as `page`."""
        await self._ask("DELETE", {"up_to": str(up_to)}, silence=30)

    async def pull(self, cursor: RelayCursor, limit: int, wait: float, now: Instant) -> Pulled:
        """What is new since `cursor`. A relay with another file, or an older copy of it, is read from its beginning."""
        page = await self.page(cursor.after, limit, wait)
        gaps = []
        begun_anew = bool(cursor.epoch) and page.epoch != cursor.epoch
        other = bool(cursor.got) and page.after_at is not None and page.after_at != cursor.got
        old = cursor.old if cursor.epoch else page.last_id
        went_back = not begun_anew and (page.last_id < cursor.after or other)
        if begun_anew or went_back:
            words = (
                "the relay began with a new file" if begun_anew else "the relay went back to an older copy of its file"
            )
            gaps.append(GapEvent(since=cursor.at, until=now, reason=words))
            page = await self.page(0, limit, 0)
            cursor, old = RelayCursor(page.epoch, 0, cursor.at, cursor.refused), 0
        elif cursor.epoch and cursor.after < page.gone:
            words = "the relay kept it no longer, since another worker had fetched it"
            gaps.append(GapEvent(since=cursor.at, until=now, reason=words))
        for one in page.refusals:
            if one.until > cursor.refused:
                why = "was full" if one.reason == "full" else "got more at once than it takes"
                words = f"the relay {why} and turned {one.count} messages or receipts away; most are sent again"
                gaps.append(GapEvent(since=max(one.since, cursor.refused), until=one.until, reason=words))
        refused = max([cursor.refused, *(one.until for one in page.refusals)])
        after = page.events[-1].id if page.events else max(cursor.after, min(page.gone, page.last_id))
        at = page.events[-1].at if page.events and page.more else now
        got = page.events[-1].at if page.events else cursor.got if after == cursor.after else Instant(0)
        then = RelayCursor(page.epoch, after, at, refused, got, old)
        return Pulled(page.events, tuple(gaps), then, page.more, bool(page.events) and page.events[-1].id <= old)

    async def _ask(self, method: str, params: dict[str, str], silence: float) -> Answer:
        request = Request(
            url=f"{self._url}/events",
            method=method,
            params={"source": self._source, **params},
            headers={"Authorization": f"Bearer {self._token}"},
            secrets=(self._token,),
            silence=silence,
            largest=PAGE_LARGEST,
        )
        answer = await self._http.ask(request, self._budget)
        if answer.status in (401, 403, 404):
            raise LoginRefused(
                f"the relay at {answer.host} does not know the source {self._source!r} with this token (or no relay is "
                "at that address): compare relay_url, relay_source and the relay's token"
            )
        if answer.status >= 500:
            raise Offline(f"the relay at {answer.host} is in trouble (HTTP {answer.status})")
        if not answer.good:
            raise ProtocolError(f"the relay at {answer.host} answered HTTP {answer.status}")
        return answer


def _page(told: dict[str, Any]) -> RelayPage:
    """Raises KeyError, TypeError, ValueError."""
    return RelayPage(
        str(told["epoch"]),
        tuple(_event(one) for one in told["events"]),
        bool(told["more"]),
        int(told["last_id"]),
        Instant(int(told["last_at"])),
        int(told["gone"]),
        int(told["waiting"]),
        tuple(
            RelayRefusal(Instant(int(one["since"])), Instant(int(one["until"])), int(one["count"]), str(one["reason"]))
            for one in told["refusals"]
        ),
        None if told.get("after_at") is None else Instant(int(told["after_at"])),
    )


def _event(one: dict[str, Any]) -> RelayEvent:
    body = base64.b64decode(one["body"], validate=True)
    return RelayEvent(int(one["id"]), Instant(int(one["at"])), dict(one["headers"]), body)
