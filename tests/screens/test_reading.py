"""Reading: files saved and told, the original, the reasons why, links with their real host, long threads."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import zlib
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from textual.pilot import Pilot

from bench.cache import add_messages
from omnitui.app import OmnituiApp
from omnitui.core.blocks import Block, BlockKind, Mark, Span, blocks_to_json
from omnitui.screens.pages import SheetPage
from omnitui.store.connection import Role, open_cache
from omnitui.sync.mail.parse import parse_mail
from tests.screens.conftest import MakeApp, inbox, quiet, shown
from tests.sync.mail.test_page import mail_with
from tests.sync.orders import opener

CONTENT = b"%PDF-1.4 a label" * 40


def cache_of(app: OmnituiApp) -> sqlite3.Connection:
    """The app's cache, to put something into it."""
    return open_cache(app.session.places.cache_db, Role.PULL)


def put_mail(app: OmnituiApp) -> None:
    """Give every message a real original with a file and a link whose text hides its host."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "anna@example.org", "support@shop.example", "label"
    mail.set_content("See the label and here.\n")
    mail.add_attachment(CONTENT, maintype="application", subtype="pdf", filename="label.pdf")
    raw = mail.as_bytes()
    file = parse_mail(raw).attachments[0]
    span = Span(18, 22, Mark.LINK, "https://real.example/path", "real.example")
    blocks = blocks_to_json([Block(BlockKind.PARAGRAPH, "See the label and here.", spans=(span,))])
    cache = cache_of(app)
    cache.execute("INSERT INTO original(message_id, data) SELECT id, ? FROM message", (zlib.compress(raw),))
    cache.execute(
        "INSERT INTO attachment(message_id, part, name, type, size, sha256) SELECT id, ?, ?, ?, ?, ? FROM message",
        (file.part, file.name, file.type, file.size, file.sha256),
    )
    cache.execute("UPDATE body SET blocks = ?", (zlib.compress(blocks.encode()),))
    cache.close()


async def until_shown(pilot: Pilot[None], app: OmnituiApp, words: str) -> None:
    """Wait for what a process of its own brings; on a busy machine it starts slowly."""
    for _ in range(600):
        if words in shown(app):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"{words} is not shown:\n{shown(app)}")


async def test_a_file_is_saved_whole_and_nothing_is_overwritten(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(20, each=1)
    put_mail(app)
    target = tmp_path / "out" / "label.pdf"
    async with opener(app.session.places), app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await until_shown(pilot, app, "[1] label.pdf")
        assert "here (real.example)" in shown(app)
        for name in ("label.pdf", "label (1).pdf"):
            await pilot.press("w")
            await quiet(pilot)
            inbox(app).picker.line.value = str(target)
            await quiet(pilot)
            await pilot.press("enter")
            for _ in range(600):
                if os.path.exists(target.parent / name):  # noqa: ASYNC240
                    break
                await pilot.pause(0.05)
            await quiet(pilot)
            assert "Saved" in shown(app)
    assert target.read_bytes() == CONTENT
    assert (target.parent / "label (1).pdf").read_bytes() == CONTENT


async def test_without_a_worker_the_screen_says_what_to_do(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(20, each=1)
    put_mail(app)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await until_shown(pilot, app, "[1] label.pdf")
        await pilot.press("w")
        await until_shown(pilot, app, "Save as")
        inbox(app).picker.line.value = str(tmp_path / "label.pdf")
        await pilot.press("enter")
        await until_shown(pilot, app, "start it with: omnitui sync")
    assert not (tmp_path / "label.pdf").exists()


async def test_links_show_their_host_and_can_be_copied(make_app: MakeApp) -> None:
    app = make_app(20, each=1)
    put_mail(app)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await until_shown(pilot, app, "[1] label.pdf")
        await pilot.press("o")
        await until_shown(pilot, app, "[2] real.example")
        await pilot.press("2")
        await quiet(pilot)
        await pilot.press("y")
        await quiet(pilot)
        assert app.clipboard == "https://real.example/path"
        await pilot.press("y", "e")
        await quiet(pilot)
        assert "@example.org" in app.clipboard


@pytest.mark.parametrize(
    ("keys", "words"), [(["V"], "Content-Disposition: attachment"), (["g", "w"], "Why these messages are")]
)
async def test_original_and_reasons_are_pages_of_their_own(make_app: MakeApp, keys: list[str], words: str) -> None:
    app = make_app(20, each=1)
    put_mail(app)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await until_shown(pilot, app, "[1] label.pdf")
        await pilot.press(*keys)
        await until_shown(pilot, app, words)
        assert isinstance(app.screen, SheetPage)
        await pilot.press("q")
        await quiet(pilot)
        assert inbox(app).thread.has_focus


async def test_a_long_thread_is_read_back_to_its_beginning(make_app: MakeApp) -> None:
    app = make_app(5, each=0)
    cache = cache_of(app)
    row = cache.execute("SELECT id, contact_id, last_at FROM conversation ORDER BY waiting_order").fetchone()
    cache.execute("BEGIN")
    add_messages(cache, row[0], row[1], row[2], 205)
    cache.execute("COMMIT")
    cache.close()
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await quiet(pilot, 0.3)
        view = inbox(app).thread
        assert view.layout_.at_end or not view.layout_.messages[-1].seen
        assert len(view.layout_.messages) == 40
        await pilot.press("g", "g")
        await quiet(pilot, 0.8)
        assert view.layout_.complete
        assert len(view.layout_.messages) == 205
        assert view.layout_.top == (0, 0)
        await pilot.press("G")
        await quiet(pilot)
        assert view.layout_.at_end


async def test_all_files_are_saved_at_once_and_none_is_lost(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(20, each=1)
    put_mail(app)
    cache = cache_of(app)
    columns = "message_id, part, name, type, size, sha256"
    cache.execute(f"INSERT INTO attachment({columns}) SELECT {columns} FROM attachment")
    cache.close()
    async with opener(app.session.places), app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await until_shown(pilot, app, "[2] label.pdf")
        await pilot.press("w")
        await until_shown(pilot, app, "all 2 files")
        await pilot.press("w")
        await quiet(pilot)
        inbox(app).picker.line.value = str(tmp_path / "new folder")
        await pilot.press("enter")
        await until_shown(pilot, app, "Saved 2 files")
    assert sorted(file.name for file in (tmp_path / "new folder").iterdir()) == ["label (1).pdf", "label.pdf"]


def put_opener(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An `xdg-open` that copies what it is given, for a desktop that is there."""
    script = folder / "xdg-open"
    script.write_text(f'#!/bin/sh\ncp "$1" {folder}/{name}.part\nmv {folder}/{name}.part {folder}/{name}\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":7")


async def test_a_file_goes_to_the_systems_opener_under_its_own_name(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_opener(tmp_path, monkeypatch, "opened")
    app = make_app(20, each=1)
    put_mail(app)
    async with opener(app.session.places), app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await until_shown(pilot, app, "[1] label.pdf")
        await pilot.press("o")
        await until_shown(pilot, app, "Open")
        await pilot.press("1")
        await until_shown(pilot, app, "Opening label.pdf")
        for _ in range(100):
            if (tmp_path / "opened").exists():
                break
            await pilot.pause(0.05)
    assert (tmp_path / "opened").read_bytes() == CONTENT


async def test_html_goes_to_the_browser_as_a_safe_copy(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_opener(tmp_path, monkeypatch, "opened.html")
    app = make_app(5, each=1)
    cache = cache_of(app)
    raw = zlib.compress(mail_with("<p>the page<script>x</script><img src=https://t.example/a>"))
    cache.execute("INSERT INTO original(message_id, data) SELECT id, ? FROM message", (raw,))
    cache.close()
    async with opener(app.session.places), app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await quiet(pilot, 0.5)
        await pilot.press("g", "h")
        await until_shown(pilot, app, "without scripts")
        await pilot.pause(0.5)
    page = (tmp_path / "opened.html").read_text()
    assert "the page" in page
    assert "<script" not in page
    assert "t.example" not in page


async def test_without_any_tag_the_picker_says_what_to_do(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    cache = cache_of(app)
    cache.execute("UPDATE conversation SET tags = ''")
    cache.execute("DELETE FROM conversation_tag")
    cache.close()
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("t")
        await quiet(pilot)
        assert "there are no tags here yet" in shown(app)
        await pilot.press(*"refund", "enter")
        await quiet(pilot)
        assert "#refund" in shown(app)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_why_is_told_and_the_log_can_be_narrowed(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(20, each=2)
    async with app.run_test(size=size) as pilot:
        await quiet(pilot)
        await pilot.press("a", "a")
        await quiet(pilot)
        await pilot.press("b")
        await quiet(pilot)
        await pilot.press("g", "w")
        await until_shown(pilot, app, "Who changed what")
        text = shown(app)
        assert "It is number 1 of “Waiting”." in text
        assert "The customer has waited since" in text
        assert "assigned to ana" in text
        assert "starred" in text
        await pilot.press("q")
        await quiet(pilot)
        await pilot.press(":")
        await quiet(pilot)
        await pilot.press(*"why starred", "enter")
        await until_shown(pilot, app, "1 change, the newest first")
        assert "assigned to ana" not in shown(app)


async def test_the_outbox_says_why_something_is_held(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    cache = cache_of(app)
    cache.execute(
        "INSERT INTO outbox(id, kind, account_id, conversation_id, message_id, state, detail, created_at)"
        " SELECT 'o1', 'send', 1, conversation_id, id, 'asking', 'the customer has written again', ?"
        " FROM message LIMIT 1",
        (app.session.now(),),
    )
    cache.close()
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("g", "o")
        await until_shown(pilot, app, "1 mail to go")
        await pilot.press("g", "w")
        await until_shown(pilot, app, "Why it is asking")
        assert "The customer has written again." in shown(app)
        await pilot.press("q", "q")
        await quiet(pilot)
        assert inbox(app).list.has_focus


async def test_a_conversation_whose_opening_was_broken_off_is_opened_the_next_time(make_app: MakeApp) -> None:
    app = make_app(20, each=2)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        id = page.list.window.cursor
        opening = asyncio.create_task(page.reading.open(id))
        await asyncio.sleep(0)
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await opening
        assert page.thread.conversation == id
        assert not page.thread.layout_.messages
        await pilot.press("enter")
        await quiet(pilot)
        assert len(page.thread.layout_.messages) == 2


async def test_the_picker_offers_the_tags_of_conversations_far_away(make_app: MakeApp) -> None:
    app = make_app(600, each=1)
    cache = cache_of(app)
    (last,) = cache.execute("SELECT max(id) FROM conversation").fetchone()
    cache.execute("INSERT INTO conversation_tag VALUES (?, 'warranty')", (last,))
    cache.close()
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("t", *"warr")
        await quiet(pilot)
        assert "+warranty" in shown(app)
