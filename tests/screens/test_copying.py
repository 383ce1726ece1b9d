"""Text out of the thread: selected by keys and by mouse, copied through the terminal, and the bare view."""

from __future__ import annotations

import zlib

import pytest
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.core.blocks import Block, BlockKind, blocks_to_json
from omnitui.screens.bare import BarePage
from omnitui.screens.clipboard import MOST, fitting
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown

WORDS = "The label says 訂單 8812.\nSecond line of it.\nAnd the third."
LOG = "ERROR " + "0123456789" * 15


def say(app: OmnituiApp, text: str, code: str = "") -> None:
    """Make it what stands in every message."""
    blocks = [Block(BlockKind.PARAGRAPH, text), *([Block(BlockKind.CODE, code)] if code else [])]
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    packed = zlib.compress(blocks_to_json(blocks).encode())
    cache.execute("UPDATE body SET text = ?, blocks = ?", ("\n\n".join(filter(None, (text, code))), packed))
    cache.close()


async def read(pilot: Pilot[None]) -> None:
    """Open the first conversation."""
    await quiet(pilot)
    await pilot.press("enter")
    await quiet(pilot)


def line_of(app: OmnituiApp, words: str) -> tuple[int, int]:
    """Where on the screen the words stand: column and row."""
    for y, line in enumerate(shown(app).split("\n")):
        if words in line:
            from rich.cells import cell_len

            return cell_len(line[: line.index(words)]), y
    raise AssertionError(f"{words} is not on the screen")


async def test_keys_select_and_copy(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    say(app, WORDS)
    async with app.run_test(size=(120, 36)) as pilot:
        await read(pilot)
        await pilot.press("Y")
        for _ in range(30):
            if inbox(app).thread.selected().startswith("The label"):
                break
            await pilot.press("j")
        await pilot.press("w", "space", "w", "w", "w", "y")
        await quiet(pilot)
        assert app.clipboard == "label says 訂單 8"
        assert not inbox(app).thread.choosing
        await pilot.press("Y", "G", "k", "y")
        await quiet(pilot)
        assert app.clipboard == "Second line of it."
        await pilot.press("Y", "G", "H", "space", "k", "k", "enter")
        await quiet(pilot)
        assert app.clipboard == "The label says 訂單 8812.\nSecond line of it.\nA"
        await pilot.press("Y", "j", "q")
        await quiet(pilot)
        assert inbox(app).thread.selection is None
        assert inbox(app).thread.has_focus


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_from_the_list_it_is_the_cursors_conversation(make_app: MakeApp, size: tuple[int, int]) -> None:
    """Not the one read before, which may be hidden behind the list or wait to be followed."""
    app = make_app(40, each=1)
    async with app.run_test(size=size) as pilot:
        await read(pilot)
        first = inbox(app).reading.id
        await pilot.press("h", "j", "y", "i")
        await quiet(pilot)
        here = inbox(app).list.window.cursor
        assert here != first
        assert app.clipboard == f"#{here}"
        await pilot.press("j", "Y")
        await quiet(pilot)
        assert inbox(app).thread.choosing
        assert inbox(app).reading.id == inbox(app).list.window.cursor != here


async def test_the_mouse_selects_and_y_copies(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    say(app, WORDS)
    async with app.run_test(size=(120, 36)) as pilot:
        await read(pilot)
        x, y = line_of(app, "Second line")
        await pilot.mouse_down(offset=(x, y))
        await pilot.hover(offset=(x + 3, y))
        await pilot.hover(offset=(x + 6, y + 1))
        await pilot.mouse_up(offset=(x + 6, y + 1))
        await quiet(pilot)
        assert "2 lines selected" in shown(app)
        await pilot.press("y")
        await quiet(pilot)
        assert app.clipboard == "Second line of it.\nAnd the"
        await pilot.click(offset=(x + 9, y), times=2)
        await quiet(pilot)
        await pilot.press("y")
        await quiet(pilot)
        assert app.clipboard == "line"
        await pilot.click(offset=(x, y))
        await quiet(pilot)
        assert inbox(app).thread.selection is None


async def test_a_wrapped_log_is_copied_whole(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    say(app, "See the log:", LOG)
    async with app.run_test(size=(80, 24)) as pilot:
        await read(pilot)
        assert "↪" in shown(app)
        await pilot.press("Y", "G", "H", "space", "G", "L", "k", "k", "k", "k", "k", "k", "q")
        await pilot.press("Y", "G", "L", "space", "g", "g", "y")
        await quiet(pilot)
        assert LOG in app.clipboard


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_bare_view_has_every_word_and_nothing_else(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(5, each=1)
    say(app, WORDS, LOG)
    async with app.run_test(size=size) as pilot:
        await read(pilot)
        await pilot.press("ctrl+l")
        await quiet(pilot)
        assert isinstance(app.screen, BarePage)
        text = shown(app)
        assert text.startswith("From: ")
        assert "\nThe label says 訂單 8812.\nSecond" in "\n".join(line.rstrip() for line in text.split("\n"))
        assert LOG in text.replace("\n", "").replace(" ", "").replace("ERROR", "ERROR ")
        assert "help" not in text
        await pilot.press("q")
        await quiet(pilot)
        assert inbox(app).thread.has_focus


def test_what_is_copied_is_clean_and_bounded() -> None:
    assert fitting("a\x1b]52;c;aGk=\x07b\u202ec") == ("a]52;c;aGk=bc", False)
    text, cut = fitting("é訂" * 40_000)
    assert cut
    assert MOST - 3 <= len(text.encode()) <= MOST
    assert "é訂".startswith(text[-2:]) or text[-1] in "é訂"
