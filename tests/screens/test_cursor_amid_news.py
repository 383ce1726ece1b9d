"""Whatever others do to the conversations around it, the cursor stays on its conversation and on its line."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable

import pytest
from textual.pilot import Pilot

from omnitui.store.connection import Role, open_cache, transaction
from tests.screens.conftest import MakeApp, inbox, quiet

ROUNDS = 15
HOUR = 3_600_000
WANTED = {"1": "state = 'open' AND waiting_since IS NOT NULL", "5": "1", "6": "state = 'closed'"}


@pytest.mark.parametrize("view", WANTED)
async def test_the_cursor_stays(make_app: MakeApp, view: str) -> None:
    app = make_app(300, each=1)
    chance = random.Random(view)
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press(view)
        await quiet(pilot)
        page = inbox(app)
        window = page.list.window
        for _ in range(ROUNDS):
            page.list.move_to(chance.randrange(len(window.rows)))
            await quiet(pilot)
            before = window.cursor, window.at - window.top
            stir(cache, chance, (id for id in chance.sample(range(1, 301), 20) if id != window.cursor))
            await caught_up(pilot, cache, WANTED[view])
            assert len({row.id for row in window.rows}) == len(window.rows)
            assert (window.cursor, window.at - window.top) == before
    cache.close()


def stir(cache: sqlite3.Connection, chance: random.Random, ids: Iterable[int]) -> None:
    """What a worker and colleagues do: conversations are closed and opened, and get other places."""
    with transaction(cache):
        for id in ids:
            state, by = chance.choice(("open", "open", "closed")), chance.randrange(-3 * HOUR, 3 * HOUR)
            cache.execute(
                "UPDATE conversation SET state = ?, waiting_since = waiting_since - ?, last_at = last_at - ?"
                " WHERE id = ?",
                (state, by, by, id),
            )
            cache.execute("INSERT INTO change(conversation_id) VALUES (?)", (id,))


async def caught_up(pilot: Pilot[None], cache: sqlite3.Connection, wanted: str) -> None:
    """Wait until every row that the list has stands so in the cache, and belongs there."""
    there = {row["id"]: row["last_at"] for row in cache.execute(f"SELECT id, last_at FROM conversation WHERE {wanted}")}
    for _ in range(200):
        await pilot.pause(0.05)
        if all(there.get(int(row.id)) == row.last_at for row in inbox(pilot.app).list.window.rows):  # type: ignore[arg-type]
            return
    raise AssertionError("the list did not follow")
