"""Many messages in many rooms while nobody listens, on a real Synapse: all arrive, in order, none twice.

    python -m campaigns.matrix_burst [--messages 1000] [--rooms 20] [--seed 1]

A worker brings an account in step and ends. Then customers write, in turns drawn by chance, the last rooms most, so
that many of them have more than the homeserver gives at once. The next workers go through a proxy that is cut after
some requests; ones without cuts follow. Then the cache has what each room has, in its order.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.channels.desk import Desk
from tests.channels.matrix.rig import MatrixRig
from tests.servers.synapse import Synapse

CUTS = (2, 5, 9)
"""Requests after which the connection is gone, one worker each."""


@dataclass(frozen=True)
class Way:
    """How it went: pages that were asked for beside /sync, workers that were cut off, seconds."""

    pages: int
    broken: int
    seconds: float


@dataclass(frozen=True)
class Result:
    """What came of it."""

    written: int
    arrived: int
    twice: int
    out_of_order: int
    gaps: int
    way: Way

    @property
    def good(self) -> bool:
        """Nothing lost, doubled, out of order, or left open."""
        return self.written == self.arrived and not (self.twice or self.out_of_order or self.gaps)


def burst(home: Path, messages: int, rooms: int, seed: int, cuts: tuple[int, ...] = CUTS) -> Result:
    """One run in a home of its own. `cuts`: requests after which a worker's connection is gone."""
    draw = random.Random(seed)
    rig = MatrixRig()
    rig.start()
    try:
        ana = rig.people["ana"]
        places = [ana.room(rig.desk, name=f"Order {n}") for n in range(rooms)]
        for place in places:
            rig.desk.join(place)
        desk = Desk(home, rig)
        desk.once()
        turns = draw.choices(places, weights=range(1, rooms + 1), k=messages)
        written: dict[str, list[str]] = {place: [] for place in places}
        for n, place in enumerate(turns):
            text = f"burst {n}"
            ana.say(place, text)
            written[place].append(text)
        started = time.monotonic()
        broken = 0
        for cut in cuts:
            rig.proxy.most = len(rig.proxy.asked) + cut
            broken += desk.once().error is not None
        rig.proxy.most = 1 << 62
        desk.once()
        desk.once()
        pages = sum("/messages?" in path for _, path in rig.proxy.asked)
        return _compared(desk, written, Way(pages, broken, round(time.monotonic() - started, 1)))
    finally:
        rig.stop()


def _compared(desk: Desk, written: dict[str, list[str]], way: Way) -> Result:
    arrived = out_of_order = twice = 0
    there: dict[int, list[str]] = {}
    for conversation, text in desk.rows(
        "SELECT m.conversation_id, b.text FROM message m JOIN body b ON b.message_id = m.id "
        "WHERE m.class = 'customer' ORDER BY m.at, m.id"
    ):
        if text.startswith("burst "):
            there.setdefault(conversation, []).append(text.strip())
    orders = {tuple(texts) for texts in written.values()}
    for texts in there.values():
        twice += len(texts) - len(set(texts))
        arrived += len(set(texts))
        out_of_order += tuple(texts) not in orders
    return Result(
        sum(map(len, written.values())), arrived, twice, out_of_order,
        int(desk.one("SELECT count(*) FROM gap WHERE filled = 0") or 0), way,
    )  # fmt: skip


def main() -> None:
    """Write, cut, pull, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--rooms", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if reason := Synapse.missing():
        sys.exit(reason)
    with tempfile.TemporaryDirectory() as folder:
        result = burst(Path(folder), given.messages, given.rooms, given.seed)
    print(json.dumps({**asdict(result), "good": result.good}, indent=1))
    sys.exit(0 if result.good else 1)


if __name__ == "__main__":
    main()
