"""A command and the words meant for its field arrive in one burst, as over a slow line: no word runs as a command."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual import events

from bench.cache import fill
from bench.terminal import running
from campaigns.random_keys import CONFIG
from omnitui.config.places import places, prepare
from omnitui.screens.handlers import Call
from omnitui.screens.typed_ahead import LAPSES
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet


@pytest.mark.parametrize(
    ("burst", "query", "found"),
    [
        ("rdear customer, see you", "SELECT body FROM draft", ["dear customer, see you"]),
        ("nask the carrier\n", "SELECT preview FROM message WHERE class = 'note'", ["ask the carrier"]),
        ("t+vip\r", "SELECT tag FROM conversation_tag WHERE tag = 'vip'", ["vip"]),
        ("pu", "SELECT 'urgent' FROM conversation WHERE priority = 2 AND id % 97 <> 0", ["urgent"]),
        (":assign ben\r", "SELECT assignee FROM conversation WHERE assignee <> ''", ["ben"]),
        ("rsee you\nz", "SELECT body FROM draft", ["see you"]),
        ("rsee you\x10discard\x1b", "SELECT body FROM draft", ["see you"]),
        ("/is:closed\rxt+vip\r", "SELECT count(*) FROM conversation_tag WHERE tag = 'vip'", [1]),
        (
            "6xt+vip\r",
            "SELECT state FROM conversation c JOIN conversation_tag t ON t.conversation_id = c.id WHERE tag = 'vip'",
            ["closed"],
        ),
        ("/is:snoozed eeee", "SELECT state FROM conversation WHERE state NOT IN ('open', 'closed')", []),
    ],
)
def test_words_reach_their_field(tmp_path: Path, burst: str, query: str, found: list[str]) -> None:
    where = places(tmp_path)
    prepare(where)
    where.config_file.write_text(CONFIG, encoding="utf-8")
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, 40, time.time_ns() // 1_000_000, each=1)
    closed = "SELECT count(*) FROM conversation WHERE state = 'closed'"
    before = cache.execute(closed).fetchone()[0]
    with running(tmp_path, "run", "--no-sync") as terminal:
        assert terminal.until("longest first")
        terminal.read(1.5)
        terminal.type(burst)
        end = time.monotonic() + 10
        rows: list[str] = []
        while time.monotonic() < end:
            terminal.read(0.3)
            rows = [row[0] for row in cache.execute(query)]
            if rows == found and time.monotonic() > end - 8:
                break
    assert rows == found
    assert cache.execute(closed).fetchone()[0] == before
    cache.close()


async def test_enter_that_was_on_its_way_to_the_list_reaches_the_field(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        await pilot.press("colon", *"assign ben")
        await quiet(pilot)
        page.on_key(events.Key("enter", "\r"))
        await quiet(pilot)
        assert "Assigned" in page.status.shown.said
        await pilot.press("slash", *"is:open")
        await quiet(pilot)
        page.on_key(events.Key("enter", "\r"))
        await quiet(pilot)
        assert page.list.has_focus
        await pilot.press("r")
        await quiet(pilot)
        await pilot.press("a")
        page.on_key(events.Key("enter", "\r"))
        await pilot.press("b")
        await quiet(pilot)
        assert page.composer.text == "a\nb"


async def test_what_was_undone_elsewhere_does_not_stand_as_done(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        await pilot.press("e")
        await quiet(pilot)
        assert page.status.shown.way_back == "z undo"
        await pilot.press("g", "d")
        await quiet(pilot)
        await pilot.press("z")
        await quiet(pilot, 0.3)
        await pilot.press("q")
        await quiet(pilot)
        assert page.status.shown.said.startswith("Took back: Closed")
        assert page.status.shown.way_back == "Z redo"


async def test_the_end_of_another_command_lets_no_held_key_go(make_app: MakeApp) -> None:
    """`g i` still reads when `y e` comes: the `e` is for the menu of `y`, and must not close the conversation."""
    app = make_app(20)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        for key in "giye":
            page.on_key(events.Key(key, key))
        await quiet(pilot, 0.4)
        assert "Copied the address" in page.status.shown.said


async def test_no_key_is_held_for_ever_beside_an_open_composer(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        await pilot.press("r")
        await quiet(pilot)
        assert page.composer.area.has_focus
        page.list.focus()
        await quiet(pilot)
        before = page.list.window.at
        await pilot.press("5")
        await quiet(pilot)
        await pilot.press("j", "j")
        await quiet(pilot)
        assert page.writing
        assert page.list.window.at == before + 2
        await pilot.press("t")
        await quiet(pilot)
        assert page.picker.question is not None
        await pilot.press(*"vip", "enter")
        await quiet(pilot)
        assert "Tagged" in page.status.shown.said


async def test_a_field_that_gets_no_focus_lets_the_keys_go(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        await pilot.press("r")
        await quiet(pilot)
        page.list.focus()
        await quiet(pilot)
        # As a click into the list, while the answer is still being opened.
        page.composer.area.can_focus = False
        before = page.list.window.at
        page.run_command(Call("reply.all"))
        page.on_key(events.Key("j", "j"))
        await quiet(pilot)
        page.list.focus()
        await pilot.press("j")
        assert page.list.window.at == before
        await pilot.pause(LAPSES)
        for _ in range(100):
            page.list.focus()
            await pilot.press("j")
            if page.list.window.at != before:
                break
            await pilot.pause(0.05)
        assert page.list.window.at > before
