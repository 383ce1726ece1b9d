"""Two migrations with one number would leave one of them undone, and nobody would hear of it."""

from __future__ import annotations

from omnitui.store.migrate import migrations


def test_migrations_are_numbered_without_gaps_or_doubles() -> None:
    numbers = [number for number, _ in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
