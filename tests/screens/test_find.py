"""Finding in the open thread: from hit to hit, over pages not read yet and folds that are closed."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest

from bench.cache import add_messages
from omnitui.app import OmnituiApp
from omnitui.core.blocks import Block, BlockKind, blocks_to_json
from omnitui.screens.inbox import InboxPage
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown


def long_thread(app: OmnituiApp, count: int) -> None:
    """The first conversation of the list gets many messages; three say zebra, one of them in a folded quote."""
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    row = cache.execute("SELECT id, contact_id, last_at FROM conversation ORDER BY waiting_order LIMIT 1").fetchone()
    cache.execute("BEGIN")
    cache.execute("DELETE FROM body")
    cache.execute("DELETE FROM message")
    add_messages(cache, row["id"], row["contact_id"], row["last_at"], count, unread=False)
    ids = [id_ for (id_,) in cache.execute("SELECT id FROM message ORDER BY at, id")]
    say(cache, ids[5], [Block(BlockKind.PARAGRAPH, "A Zebra crossed.")])
    quote = Block(BlockKind.QUOTE, "before\nthe zebra\nafter", 1, folded=True)
    say(cache, ids[count // 2], [Block(BlockKind.PARAGRAPH, "see below"), quote])
    say(cache, ids[-2], [Block(BlockKind.PARAGRAPH, "zebras run")])
    cache.execute("UPDATE conversation SET message_count = ? WHERE id = ?", (count, row["id"]))
    cache.execute("COMMIT")
    cache.close()


def say(cache: sqlite3.Connection, id: int, blocks: list[Block]) -> None:
    text = "\n".join(block.text for block in blocks)
    cache.execute(
        "UPDATE body SET text = ?, blocks = ? WHERE message_id = ?",
        (text, zlib.compress(blocks_to_json(blocks).encode()), id),
    )


def bar_line(page: InboxPage) -> str:
    """The line of the thread that has the bar of the hit."""
    lines = [page.thread.render_line(y).text for y in range(3, page.thread.size.height)]
    return next((line.strip() for line in lines if line.startswith("▌")), "")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_hits_are_walked_over_pages_and_folds(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(20, each=1)
    long_thread(app, 130)
    async with app.run_test(size=size) as pilot:
        await pilot.press("enter")
        await quiet(pilot, 0.4)
        page = inbox(app)
        before = page.thread.layout_.top
        await pilot.press("ctrl+f", *"zebra")
        await quiet(pilot, 0.4)
        assert bar_line(page).endswith("zebras run")
        await pilot.press("enter", "N")
        await quiet(pilot, 0.4)
        assert page.thread.has_focus
        assert "1 of 3 messages" in shown(app)
        assert bar_line(page) == "▌A Zebra crossed."
        await pilot.press("N")
        await quiet(pilot, 0.3)
        assert "2 of 3 messages" in shown(app)
        assert "the zebra" in bar_line(page)
        await pilot.press("P")
        await quiet(pilot, 0.3)
        assert "Zebra crossed" in bar_line(page)
        await pilot.press("P")
        await quiet(pilot, 0.3)
        assert "zebras run" in bar_line(page)
        await pilot.press("escape")
        await quiet(pilot, 0.2)
        assert not page.find.active
        assert bar_line(page) == ""
        assert page.thread.has_focus
        assert before


async def test_leaving_the_line_goes_back_to_where_one_read(make_app: MakeApp) -> None:
    app = make_app(20, each=1)
    long_thread(app, 60)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("enter")
        await quiet(pilot, 0.4)
        await pilot.press("k", "k", "k")
        page = inbox(app)
        before = [line for _, line in page.thread.layout_.visible()[:5]]
        await pilot.press("ctrl+f", *"zebra crossed")
        await quiet(pilot, 0.4)
        assert "Zebra crossed" in bar_line(page)
        await pilot.press("escape")
        await quiet(pilot, 0.2)
        assert [line for _, line in page.thread.layout_.visible()[:5]] == before
        await pilot.press("ctrl+f", *"nowhere", "enter")
        await quiet(pilot, 0.3)
        assert "This thread does not say it" in shown(app)


async def test_the_words_of_the_search_are_walked_without_a_line(tmp_path: Path) -> None:
    from tests.screens.words import wordy_app

    app = wordy_app(tmp_path, 50)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("N")
        await quiet(pilot)
        assert "Nothing is sought here; ctrl+f" in shown(app)
        await pilot.press("slash", *"parcel ", "enter", "enter")
        await quiet(pilot, 0.3)
        page = inbox(app)
        await pilot.press("N")
        await quiet(pilot, 0.3)
        assert " of " in page.status.shown.said
        assert "parcel" in bar_line(page)


async def test_a_word_on_the_line_finds_at_once(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(20, each=1)
    long_thread(app, 20)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.2)
        await pilot.press("colon", *"find zebra", "enter")
        await quiet(pilot, 0.5)
        page = inbox(app)
        assert page.thread.has_focus
        assert "zebra" in bar_line(page).lower()
