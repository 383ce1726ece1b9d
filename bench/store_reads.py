"""How long the screen's reads take on a big cache: `python -m bench.store_reads [--conversations 1000000]`.

Prints a table of median and 95th percentile in milliseconds, each read
on the blocking connection (SQL and rows, no event loop).
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.store_fill import fill
from omnitui.core.models import Order
from omnitui.store import conversations, views
from omnitui.store.connection import Role, open_cache
from omnitui.store.select import Select

BAR = 5.0
"""Milliseconds, 95th percentile."""


def measure(connection: sqlite3.Connection, make: Callable[[], Select[Any]], times: int = 200) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds of processor time: other programs on the machine do not count."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        make().all(connection)
        taken.append((time.process_time() - began) * 1000)
    parts = quantiles(taken, n=20)
    return parts[9], parts[18]


def reads(connection: sqlite3.Connection, most: int) -> dict[str, Callable[[], Select[Any]]]:
    """Every read that a key press can ask for, by its name in the table."""
    chance = random.Random(2)
    found: dict[str, Callable[[], Select[Any]]] = {}
    for view in views.DEFAULT_VIEWS:
        where = views.default_where(view.name, "ana")
        for order in Order:
            rows = conversations.page(where, order, None, 3000).all(connection)
            places = [(row.order_key, row.id) for row in rows] or [(0, 0)]
            found[f"{view.name}, {order.value}, first page"] = lambda where=where, order=order: conversations.page(
                where, order
            )
            found[f"{view.name}, {order.value}, deep page"] = lambda where=where, order=order, places=places: (
                conversations.page(where, order, chance.choice(places))
            )
            found[f"{view.name}, {order.value}, page back"] = lambda where=where, order=order, places=places: (
                conversations.page(where, order, chance.choice(places), backwards=True)
            )
    found["counts of all views"] = views.counts
    found["counts of drafts and failed"] = views.marked
    found["one contact's conversations"] = lambda: conversations.of_contact(chance.randint(1, 5000))
    found["100 rows by id"] = lambda: conversations.by_ids(chance.sample(range(1, most), 100))
    return found


def main() -> int:
    """Fill, measure, print; 1 when a read misses the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=1_000_000)
    parser.add_argument("--cache", type=Path, help="use (or make and keep) this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.cache or Path(folder) / "cache.db"
        if not path.exists():
            fill(path, options.conversations).close()
        connection = open_cache(path, Role.READ)
        print(f"{'read':<44} {'p50 ms':>8} {'p95 ms':>8}")
        worst = 0.0
        for name, make in reads(connection, options.conversations).items():
            p50, p95 = measure(connection, make)
            worst = max(worst, p95)
            print(f"{name:<44} {p50:8.2f} {p95:8.2f}{'  <-- over the bar' if p95 > BAR else ''}")
        print(f"{'worst p95':<44} {worst:17.2f}")
    return int(worst > BAR)


if __name__ == "__main__":
    sys.exit(main())
