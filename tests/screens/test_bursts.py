"""Keys that arrive in one burst, as over a slow line: a slip mended among them is mended where it was."""

from __future__ import annotations

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.screens.conftest import MakeApp, quiet

BURSTS = [
    ("t e h backspace backspace h e", "the"),
    ("a b c left left backspace d", "dbc"),
    ("a b c home delete x", "xbc"),
    ("a b ctrl+u c", "c"),
    ("a b space c d ctrl+w e", "ab e"),
    ("a b c shift+left shift+left d", "ad"),
]
LETTERS = {"space": " "}


def burst(pilot: Pilot[str], keys: str) -> None:
    """All of it at once, as the driver hands it over when it comes in one read."""
    for key in keys.split():
        pilot.app.post_message(events.Key(key, LETTERS.get(key, key if len(key) == 1 else None)))


@pytest.mark.parametrize("opener", ["r", "r ctrl+t", "ctrl+p", ":", "/", "enter ctrl+f"])
async def test_in_every_field(make_app: MakeApp, opener: str) -> None:
    """The answer, a question about it, palette, the `:` line, the search, and the search in a thread."""
    app = make_app(20)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.2)
        for key in opener.split():
            await pilot.press(key)
            await quiet(pilot, 0.2)
        field = app.screen.focused
        assert isinstance(field, Input | TextArea)
        for keys, left in BURSTS:
            await pilot.press("end", "ctrl+u")
            burst(pilot, keys)
            await quiet(pilot, 0.1)
            found = field.text if isinstance(field, TextArea) else field.value
            assert found.split("\n")[0] == left
