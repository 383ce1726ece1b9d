"""Webhooks in a flood at a relay that is killed (-9) at random, with replays and forgeries among them.

    python -m campaigns.relay_flood [--count 10000] [--kills 20] [--seed N]

As a vendor does, every webhook is sent until it is answered 200; a worker fetches meanwhile, confirms, and now and then
crashes and fetches again. In the end every accepted webhook must have arrived once, and no forged one. Prints one JSON
document; exits with 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.relay.running import TOKEN, RelayProcess, signature

SENDERS = 24
REPLAYS, FORGERIES = 0.1, 0.1
"""Shares of the webhooks that are sent once more after they were accepted, and beside which a forged one is sent."""


@dataclass
class Tally:
    """What was sent and what came."""

    accepted: list[str] = field(default_factory=list)
    arrived: Counter[str] = field(default_factory=Counter)
    ids: list[int] = field(default_factory=list)
    forged_taken: int = 0
    forged_sent: int = 0
    replayed: int = 0
    retried: int = 0
    kills: int = 0
    refetched: int = 0

    def broken(self) -> list[str]:
        """Every promise that was broken, in words."""
        lost = [name for name in self.accepted if self.arrived[name] == 0]
        twice = [name for name, count in self.arrived.items() if count > 1]
        forged = [name for name in self.arrived if name.startswith("forged")]
        found = [f"lost: {lost[:5]} of {len(lost)}"] if lost else []
        found += [f"twice: {twice[:5]} of {len(twice)}"] if twice else []
        found += (
            [f"forged arrived: {len(forged)}, answered 200: {self.forged_taken}"] if forged or self.forged_taken else []
        )
        found += ["ids do not rise"] if self.ids != sorted(set(self.ids)) else []
        return found


class Flood:
    """One run."""

    def __init__(self, relay: RelayProcess, count: int, kills: int, seed: int) -> None:
        self.relay, self.count, self.kills = relay, count, kills
        self.random = random.Random(seed)
        self.tally = Tally()
        self._names = iter(range(count))
        self._sent = asyncio.Event()
        self._due, self._at_due = 0, asyncio.Event()

    async def run(self) -> Tally:
        """Send all, fetch all."""
        limits = httpx.Limits(max_connections=SENDERS + 4)
        async with httpx.AsyncClient(base_url=self.relay.url, limits=limits, timeout=30) as http:
            fetching = asyncio.create_task(self._fetch(http))
            killing = asyncio.create_task(self._kill())
            await asyncio.gather(*(self._send(http) for _ in range(SENDERS)))
            await killing
            self._sent.set()
            await fetching
        return self.tally

    async def _send(self, http: httpx.AsyncClient) -> None:
        for number in self._names:
            name = f"message {number}"
            body = json.dumps({"entry": [{"id": name, "words": "x" * self.random.randrange(2000)}]}).encode()
            await self._until_taken(http, body)
            self.tally.accepted.append(name)
            self._count_up()
            if self.random.random() < REPLAYS:
                self.tally.replayed += 1
                await self._until_taken(http, body)
            if self.random.random() < FORGERIES:
                await self._forge(http, name, body)

    async def _until_taken(self, http: httpx.AsyncClient, body: bytes) -> None:
        while await self._post(http, body, signature(body)) != 200:
            self.tally.retried += 1
            await asyncio.sleep(0.05)

    async def _forge(self, http: httpx.AsyncClient, name: str, body: bytes) -> None:
        forged = body.replace(name.encode(), b"forged " + name.encode())
        signed = self.random.choice(
            [
                signature(body),
                signature(forged, "another secret"),
                "",
                "sha256=",
                signature(forged)[:-1],
                "sha1=" + "0" * 40,
            ]
        )
        self.tally.forged_sent += 1
        self.tally.forged_taken += await self._post(http, forged, signed) == 200

    async def _post(self, http: httpx.AsyncClient, body: bytes, signed: str) -> int:
        try:
            answer = await http.post("/in/whatsapp", content=body, headers={"X-Hub-Signature-256": signed})
        except httpx.TransportError:
            return 0
        return answer.status_code

    async def _kill(self) -> None:
        """Spread over the flood, at moments that nothing in the relay foresees."""
        for place in range(1, self.kills + 1):
            due = self.count * place // (self.kills + 1)
            await self._reached(due)
            await asyncio.sleep(self.random.random() * 0.05)
            await asyncio.to_thread(self.relay.kill)
            self.tally.kills += 1
            await asyncio.to_thread(self.relay.start)

    async def _reached(self, due: int) -> None:
        self._due, self._at_due = due, asyncio.Event()
        self._count_up()
        await self._at_due.wait()

    def _count_up(self) -> None:
        if len(self.tally.accepted) >= self._due:
            self._at_due.set()

    async def _fetch(self, http: httpx.AsyncClient) -> None:
        """A worker: what it has on its disk is what it has counted; a crash in between fetches again."""
        after, headers = 0, {"Authorization": f"Bearer {TOKEN}"}
        while True:
            done = self._sent.is_set()
            asked = {"source": "whatsapp", "after": str(after), "limit": "400", "wait": "0" if done else "1"}
            try:
                answer = await http.get("/events", params=asked, headers=headers)
                found: dict[str, Any] = answer.raise_for_status().json()
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if self.random.random() < 0.1:
                self.tally.refetched += 1
                continue
            for event in found["events"]:
                self.tally.arrived[json.loads(base64.b64decode(event["body"]))["entry"][0]["id"]] += 1
                self.tally.ids.append(event["id"])
                after = event["id"]
            if done and not found["more"]:
                return
            try:
                await http.delete("/events", params={"source": "whatsapp", "up_to": str(after)}, headers=headers)
            except httpx.TransportError:
                continue


def main() -> int:
    """Run it at full size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, RelayProcess(Path(folder)) as relay:
        tally = asyncio.run(Flood(relay, asked.count, asked.kills, asked.seed).run())
    print(
        json.dumps(
            {
                "accepted": len(tally.accepted),
                "arrived": sum(tally.arrived.values()),
                "kills": tally.kills,
                "replayed": tally.replayed,
                "forged_sent": tally.forged_sent,
                "forged_taken": tally.forged_taken,
                "retried": tally.retried,
                "refetched": tally.refetched,
                "seconds": round(time.monotonic() - started, 1),
                "broken": tally.broken(),
            },
            indent=2,
        )
    )
    return 1 if tally.broken() or len(tally.accepted) != asked.count else 0


if __name__ == "__main__":
    raise SystemExit(main())
