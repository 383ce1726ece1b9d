"""Carrier pigeons for omnitui: a complete channel, as a package of its own.

The post office has two addresses: GET /letters?after=N gives a JSON list of letters ({"n", "from", "name", "text",
"at"}), POST /send takes {"to", "text", "key"} and answers {"n"}; it takes each key once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from omnitui.config.schema import URL, setting
from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.channels import Capabilities, Dedupe, History
from omnitui.core.errors import LoginRefused, ProtocolError
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import (
    Batch,
    Channel,
    Connector,
    Outbound,
    Probe,
    PullBudget,
    Receipt,
    SecretSpec,
    Setup,
)
from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.messages import Answer, Request


@dataclass(frozen=True, kw_only=True)
class PigeonSettings:
    """A loft of carrier pigeons."""

    office: str = setting("Address of the post office.", example="https://loft.example", shape=URL)
    ring_command: tuple[str, ...] = setting("Program and arguments that print the ring.", ())


CAN = Capabilities(history=History.FULL, dedupe=Dedupe.SERVER_KEY, most_text=140)


class Pigeons(Connector):
    """One loft. The cursor is the number of the last letter."""

    capabilities = CAN

    def __init__(self, setup: Setup) -> None:
        self._http, self._office = setup.http, setup.settings.office.rstrip("/")
        self._ring = setup.secrets["ring"]
        self._budget = Budget(Rate(5, 1.0, kept=1))

    async def probe(self) -> Probe:
        """Asking for no letters shows whether the ring is good."""
        await self._letters(10**9)
        return Probe(Person("loft", "The loft"))

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """Letters behind the last one that was stored; giving the same cursor again gives them again."""
        letters = (await self._letters(int(cursor or 0)))[: budget.events]
        events = tuple(self._event(letter) for letter in letters if isinstance(letter, dict))
        last = max((int(letter["n"]) for letter in letters if isinstance(letter, dict)), default=int(cursor or 0))
        return Batch(events, str(last), more=len(letters) == budget.events, wait=1.0)

    async def send(self, draft: Outbound) -> Receipt:
        """The office takes a key once, so a send whose fate is unknown may be sent again by itself."""
        letter = {"to": draft.conversation, "text": draft.text, "key": draft.key}
        answer = await self._ask("/send", body=json.dumps(letter).encode())
        return Receipt("accepted", f"out {answer.record().get('n')}")

    async def _letters(self, after: int) -> list[object]:
        found = (await self._ask(f"/letters?{urlencode({'after': after})}")).json()
        if not isinstance(found, list):
            raise ProtocolError("the post office gave no list of letters")
        return found

    async def _ask(self, path: str, body: bytes = b"") -> Answer:
        request = Request(
            url=self._office + path,
            method="POST" if body else "GET",
            headers={"Authorization": f"Ring {self._ring}"},
            body=body,
            secrets=(self._ring,),
            repeatable=True,
            urgent=bool(body),
        )
        answer = await self._http.ask(request, self._budget)
        if answer.status == 401:
            raise LoginRefused("the post office does not know this ring: give another one")
        if not answer.good:
            raise ProtocolError(f"the post office answered with HTTP {answer.status}")
        return answer

    @staticmethod
    def _event(letter: dict[str, object]) -> MessageEvent:
        who = Person(str(letter.get("from") or "unknown"), str(letter.get("name") or ""))
        at = letter.get("at")
        return MessageEvent(
            conversation=who.address,
            remote_id=f"in {letter['n']}",
            at=Instant(at if isinstance(at, int) else 0),
            direction=Direction.IN,
            author=who,
            text=str(letter.get("text") or ""),
        )


CHANNEL = Channel(
    name="pigeon",
    title="Carrier pigeons",
    mark="PG",
    settings=PigeonSettings,
    secrets=(SecretSpec("ring", "Number on the ring"),),
    capabilities=CAN,
    connect=Pigeons,
    steps=("Ask the loft for a ring.",),
)
