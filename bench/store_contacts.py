"""How long people take to be found: `python -m bench.store_contacts [--people 100000]`.

Prints a table of median and 95th percentile in milliseconds of processor time, SQL and rows.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
from pathlib import Path

from bench.store_fill import START
from bench.store_reads import measure
from omnitui.store import contacts, matches
from omnitui.store.connection import Role, open_cache, transaction

BAR = 50.0
"""Milliseconds, 95th percentile."""
FIRST = "Anna Berta Chi Dolores Emil Fatima Greta Hanh Ivan Jorge Kaya Ludo Miguel Ngọc Olun".split()  # noqa: SIM905
LAST = ("de Vries", "Núñez", "Trần", "Smith", "陳怡君", "Müller", "Kowalski", "Okafor", "Rossi", "Dubois")
FIRMS = ("", "", "Acme", "De Vries Fietsen")
SOUGHT = ("", "person", "person99", "anna", "ng", "rossi acme", "ngoc tran", "怡", "nobody")


def fill(path: Path, people: int) -> sqlite3.Connection:
    """People with an address, a name, a conversation, and some with a firm."""
    chance = random.Random(1)
    connection = open_cache(path, Role.PULL)
    with transaction(connection):
        connection.execute(
            "INSERT INTO account (id, name, channel, address) VALUES (1, 'support', 'email', 'support@shop.example')"
        )
        for n in range(1, people + 1):
            name = f"{chance.choice(FIRST)} {chance.choice(LAST)} {n % 977}"
            connection.execute(
                "INSERT INTO contact (id, name, organisation, last_at) VALUES (?, ?, ?, ?)",
                (n, name, chance.choice(FIRMS), START + chance.randrange(10**9)),
            )
            connection.execute(
                "INSERT INTO identity (contact_id, channel, address, name) VALUES (?, 'email', ?, ?)",
                (n, f"person{n}@example{n % 5000}.org", name),
            )
            connection.execute(
                "INSERT INTO conversation (key, account_id, channel, contact_id, contact_name, first_at, last_at)"
                " VALUES (?, 1, 'email', ?, ?, ?, ?)",
                (f"support m{n}@example.org", n, name, START, START),
            )
    return connection


def main() -> int:
    """Fill, measure, print; 1 when a search misses the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        connection = fill(Path(folder) / "cache.db", options.people)
        print(f"{'search':<24} {'p50 ms':>8} {'p95 ms':>8}")
        for words in ("anna", "nobody"):
            p50, p95 = measure(connection, lambda words=words: contacts.page(words), 20)
            print(f"{words + ', words not kept yet':<24} {p50:8.1f} {p95:8.1f}")
        with transaction(connection):
            while contacts.make_sought(connection, 2_000):
                pass
        worst = 0.0
        for words in SOUGHT:
            p50, p95 = measure(connection, lambda words=words: contacts.page(words), 60)
            worst = max(worst, p95)
            print(f"{words or '(everybody)':<24} {p50:8.1f} {p95:8.1f}{'  <-- over the bar' if p95 > BAR else ''}")
        chance = random.Random(2)
        p50, p95 = measure(connection, lambda: matches.possible(chance.randint(1, options.people)))
        print(f"{'may be the same person':<24} {p50:8.2f} {p95:8.2f}")
        connection.close()
    return int(worst > BAR)


if __name__ == "__main__":
    sys.exit(main())
