"""How long a bulk change keeps others from writing: `python -m bench.bulk [--conversations 20000]`.

Closes that many conversations as one step and takes it back, slice by slice as the screen does it. Prints processor
seconds, and the longest that a slice held the cache: what a worker that wants to store mail waits at most.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.store_fill import fill
from omnitui.core.times import Instant
from omnitui.store import conversations
from omnitui.store.where import in_state
from omnitui.triage import bulk, state
from omnitui.triage.agent import Agent

NOW = Instant(1_800_000_000_000)
BAR = 0.5
"""Seconds that a slice may hold the cache."""


def main() -> int:
    """Close, undo, print; 1 when a slice held the cache for longer than the bar, in processor time."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conversations", type=int, default=20_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # Of each hundred some ten are open.
        cache = fill(Path(folder) / "cache.db", given.conversations * 10, messages=0)
        ids = conversations.ids(in_state("open")).all(cache)[: given.conversations]
        ana = Agent("ana")
        closing = slices(bulk.in_slices(cache, ana, ids, state.close, now=NOW))
        undoing = slices(bulk.undoing(cache, ana, NOW))
        cache.close()
    print(json.dumps({"conversations": len(ids), "closing": closing, "undoing": undoing}, indent=1))
    return int(max(closing["longest_cpu_ms"], undoing["longest_cpu_ms"]) > BAR * 1000)


def slices(work: Iterator[object]) -> dict[str, float]:
    """All slices of a piece of work."""
    begun, longest, longest_cpu = time.process_time(), 0.0, 0.0
    while True:
        at, cpu = time.perf_counter(), time.process_time()
        if next(work, None) is None:
            break
        longest = max(longest, time.perf_counter() - at)
        longest_cpu = max(longest_cpu, time.process_time() - cpu)
    return {
        "cpu_seconds": round(time.process_time() - begun, 2),
        "longest_cpu_ms": round(longest_cpu * 1000, 1),
        "longest_ms": round(longest * 1000, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
