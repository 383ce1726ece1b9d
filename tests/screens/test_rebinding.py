"""Another key from help: pressed, checked, written, and held at once."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from omnitui.config.load import load
from omnitui.core.models import State
from tests.screens.conftest import MakeApp, inbox, quiet, shown
from tests.screens.test_triage_keys import row_of


async def rebind(pilot: Pilot[None], search: str, *keys: str) -> None:
    """Find a command in help and give it a key."""
    await pilot.press("?")
    await quiet(pilot, 0.2)
    await pilot.press(*search, "ctrl+r")
    for key in keys:
        await quiet(pilot, 0.2)
        await pilot.press(key)
    await quiet(pilot, 0.4)


async def test_a_new_key_works_at_once_and_stays(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        first = page.list.window.rows[0].id
        await rebind(pilot, "conversation.close", "D")
        assert "Close: D, kept in config.toml" in shown(app)
        assert "D done" in shown(app)
        await pilot.press("e")
        await quiet(pilot, 0.3)
        assert row_of(app, first).state is State.OPEN
        await pilot.press("D")
        await quiet(pilot, 0.4)
        assert row_of(app, first).state is State.CLOSED
        assert load(app.session.places.config_file).keys.bindings == {"conversation.close": ("D",)}
        await rebind(pilot, "conversation.close", "backspace")
        assert load(app.session.places.config_file).keys.bindings == {}
        assert app.session.keymap.keys_of("conversation.close") == ("e",)


async def test_a_key_in_use_is_taken_only_after_a_yes(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await rebind(pilot, "conversation.close", "s", "n")
        assert app.session.keymap.keys_of("conversation.close") == ("e",)
        await rebind(pilot, "conversation.close", "s", "y")
        keys = app.session.keymap.keys_of
        assert (keys("conversation.close"), keys("conversation.snooze")) == (("s",), ())
        assert load(app.session.places.config_file).keys.bindings == {
            "conversation.close": ("s",),
            "conversation.snooze": (),
        }


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("g", "q"), "Close: g q, kept"),
        (("g", "i", "y"), "Close: g i, kept"),
        (("alt+x",), "classic terminals cannot send"),
        (("escape",), ""),
    ],
)
async def test_sequences_and_keys_that_cannot_be(make_app: MakeApp, keys: tuple[str, ...], words: str) -> None:
    app = make_app(20)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await rebind(pilot, "conversation.close", *keys)
        assert words in shown(app)
        if not words or "cannot" in words:
            assert app.session.keymap.keys_of("conversation.close") == ("e",)


async def test_b_rebinds_the_row_gone_to_and_is_a_letter_before(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        await pilot.press("?")
        await quiet(pilot, 0.2)
        await pilot.press("down", "up", "b")
        await quiet(pilot, 0.2)
        assert "New key for Down" in shown(app)
        await pilot.press("ctrl+n")
        await quiet(pilot, 0.4)
        assert app.session.keymap.keys_of("cursor.down") == ("ctrl+n", "down")
        await pilot.press("?")
        await quiet(pilot, 0.2)
        await pilot.press(*"back")
        await quiet(pilot, 0.2)
        assert "Leave this pane" in shown(app)


async def test_b_and_enter_ask_for_the_command_that_gets_another_key(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await pilot.press("?", "b")
        await quiet(pilot, 0.2)
        assert "Another key for a command" in shown(app)
        await pilot.press("enter")
        await quiet(pilot, 0.2)
        assert "Another key for which command?" in shown(app)
        await pilot.press(*"conversation.close", "enter")
        await quiet(pilot, 0.2)
        assert "New key for Close" in shown(app)
        await pilot.press("D")
        await quiet(pilot, 0.4)
        assert app.session.keymap.keys_of("conversation.close") == ("D",)
        await pilot.press("?", *"ba")
        await quiet(pilot, 0.2)
        assert "Another key for a command" not in shown(app)
        await pilot.press("escape", "?", "b", "enter", "escape")
        await quiet(pilot, 0.2)
        assert load(app.session.places.config_file).keys.bindings == {"conversation.close": ("D",)}
