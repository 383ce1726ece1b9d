"""How long a search takes on a big cache: `python -m bench.store_search [--messages 1000000] [--cache FILE]`.

Prints median and 95th percentile in milliseconds of processor time for the first page of the list of a search as the
screen asks it (96 rows, newest match first), the same of 50 rows of the conversation list in its own order, blocking,
and for all of them together; then for what is asked while a word is still being typed (`parc*`).
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path
from statistics import quantiles
from time import process_time
from typing import Any

from bench.store_fill import fill
from omnitui.core.models import Order
from omnitui.core.query.ast import Node
from omnitui.core.query.parser import parse
from omnitui.core.times import Instant
from omnitui.store import conversations, search
from omnitui.store.connection import Role, open_cache
from omnitui.store.query_sql import compile_query
from omnitui.store.select import Select

NOW = Instant(1_800_000_000_000)
QUERIES = (
    "parcel", "rare100", "rare5 is:open", "zzz", "ref*", "giao hang", "dia chi", "訂單", "退款 發票", "parcel refund",
    '"parcel refund"', "from:person77", "from:example", "subject:parcel", "parcel is:open", "parcel is:snoozed",
    "parcel tag:refund", "parcel -refund", "parcel or tag:vip", "from:person77 is:open", "refund assignee:me",
)  # fmt: skip
TYPED = ("pa*", "parc*", "refu*", "rare1*", "giao ha*")
EACH = 20
PAGE = 96
BAR = 50.0
"""Milliseconds, 95th percentile of the first pages of all queries together."""


def times(connection: sqlite3.Connection, select: Select[object]) -> list[float]:
    """Milliseconds of each of some runs."""
    taken = []
    for _ in range(EACH):
        began = process_time()
        select.all(connection)
        taken.append((process_time() - began) * 1000)
    return taken


def first_page(node: Node) -> Select[Any]:
    """What the screen asks when a query is typed: by match where there are words by which to sort, else in order."""
    if search.has_words(node):
        return search.page(node, me="ana", limit=PAGE)
    return conversations.page(compile_query(node, me="ana"), Order.WAITING, limit=PAGE)


def main() -> int:
    """Fill, search, print; 1 when searching misses the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--cache", type=Path, help="use (or make and keep) this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.cache or Path(folder) / "cache.db"
        if not path.exists():
            fill(path, options.messages // 3, messages=3).close()
        connection = open_cache(path, Role.READ)
        print(f"{'query':<26} {'hits p50':>9} {'p95':>8} {'list p50':>9} {'p95':>8}")
        both: tuple[list[float], list[float]] = ([], [])
        for query in QUERIES:
            node = parse(query, now=NOW, zone="UTC")
            listed = conversations.page(compile_query(node, me="ana"), Order.NEWEST, limit=50)
            columns = ""
            for all_times, select in zip(both, (first_page(node), listed), strict=True):
                taken = times(connection, select)
                all_times += taken
                parts = quantiles(taken, n=20)
                columns += f" {parts[9]:9.1f} {parts[18]:8.1f}"
            print(f"{query:<26}{columns}")
        hits, rows = (quantiles(taken, n=20)[18] for taken in both)
        print(f"{'all together, p95':<26} {hits:18.1f} {rows:18.1f}")
        for query in TYPED:
            node = parse(query, now=NOW, zone="UTC")
            parts = quantiles(times(connection, first_page(node)), n=20)
            print(f"{query:<26} {parts[9]:9.1f} {parts[18]:8.1f}")
    return int(hits > BAR)


if __name__ == "__main__":
    sys.exit(main())
