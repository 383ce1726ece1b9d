"""Looking at the pictures of a conversation, by keys, through the worker's real socket."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage

import pytest
from blockbuster import blockbuster_ctx
from PIL import Image
from rich.style import Style
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.config.schema import Settings
from omnitui.screens.inbox import InboxPage
from omnitui.screens.picture_page import PicturePage
from omnitui.store.connection import Role, open_cache
from omnitui.sync.mail.parse import parse_mail
from omnitui.widgets.half_blocks import UPPER
from tests.screens.conftest import MakeApp, inbox, quiet, shown
from tests.screens.test_reading import until_shown
from tests.sync.orders import opener
from tests.sync.pictures.making import BLUE, GREEN, RED, file_of, two_halves

ONE = file_of(two_halves(60, 40), "PNG")
TWO = file_of(Image.new("RGB", (50, 50), GREEN), "JPEG", quality=95)
THREE = (("one.png", ONE), ("label.pdf", b"%PDF-1.4 a label"), ("two.jpg", TWO), ("cut.png", ONE[:90]))


@pytest.fixture(autouse=True)
def _colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal with all of them, whatever the tests run in."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


def put_files(app: OmnituiApp, files: Sequence[tuple[str, bytes]]) -> None:
    """Give every message a real original with these files."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "anna@example.org", "support@shop.example", "pictures"
    mail.set_content("See what came.\n")
    for name, content in files:
        kind = {"png": ("image", "png"), "jpg": ("image", "jpeg")}.get(name[-3:], ("application", "octet-stream"))
        mail.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    raw = mail.as_bytes()
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    cache.execute("INSERT INTO original(message_id, data) SELECT id, ? FROM message", (zlib.compress(raw),))
    cache.executemany(
        "INSERT INTO attachment(message_id, part, name, type, size, sha256, width, height)"
        " SELECT id, ?, ?, ?, ?, ?, ?, ? FROM message",
        [(f.part, f.name, f.type, f.size, f.sha256, f.width, f.height) for f in parse_mail(raw).attachments],
    )
    cache.close()


def grounds(app: OmnituiApp) -> set[tuple[int, int, int]]:
    """The colours of whole cells: blanks between the title and the bottom line that have a ground of their own."""
    strips = app.screen._compositor.render_strips(app.size)[1:-1]
    found = [s.style or Style() for strip in strips for s in strip if s.text.isspace()]
    return {tuple(style.bgcolor.get_truecolor()) for style in found if style.bgcolor is not None}  # type: ignore[misc]


async def at(pilot: Pilot[None], app: OmnituiApp, *keys: str) -> None:
    """Open the first conversation, wait for its files, and press keys."""
    await quiet(pilot)
    await pilot.press("enter")
    await until_shown(pilot, app, "[1] ")
    await pilot.press(*keys)


async def until_left(pilot: Pilot[None], app: OmnituiApp) -> None:
    """Wait for the inbox to be back, and its thread to have the focus."""
    for _ in range(600):
        if isinstance(app.screen, InboxPage) and app.screen.thread.has_focus:
            return
        await pilot.pause(0.05)


async def test_pictures_one_after_the_other(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, THREE)
    async with opener(app.session.places), app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "one.png · PNG · 60×40 · ")
        assert {RED, BLUE} <= grounds(app)
        assert "1 of 3  j next  k before  q goes back" in shown(app)
        await pilot.press("j")
        await until_shown(pilot, app, "two.jpg · JPEG · 50×50 · ")
        assert any(red < 9 and 120 < green < 136 and blue < 9 for red, green, blue in grounds(app))
        assert not {RED, BLUE} & grounds(app)
        await pilot.press("j")
        await until_shown(pilot, app, "cut.png cannot be shown: it is damaged or cut short.")
        await pilot.press("j")
        await until_shown(pilot, app, "3 of 3")
        await pilot.press("q")
        await until_left(pilot, app)
        assert inbox(app).thread.has_focus


async def test_to_the_ends_and_by_counts(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, THREE)
    async with opener(app.session.places), app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "one.png · PNG")
        await pilot.press("G")
        await until_shown(pilot, app, "cut.png cannot be shown")
        await pilot.press("2", "k")
        await until_shown(pilot, app, "one.png · PNG")


@pytest.mark.parametrize("key", ["q", "h", "escape"])
async def test_it_is_left_by_each_key_while_it_is_read(make_app: MakeApp, key: str) -> None:
    app = make_app(5, each=1)
    put_files(app, THREE)
    async with opener(app.session.places), app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        for _ in range(3000):
            if isinstance(app.screen, PicturePage):
                break
            await pilot.pause(0.01)
        assert isinstance(app.screen, PicturePage)
        await pilot.press(key)
        await until_left(pilot, app)
        assert isinstance(app.screen, InboxPage)


async def test_a_number_means_that_file(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, THREE)
    async with opener(app.session.places), app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, ":", *"picture.look 3", "enter")
        await until_shown(pilot, app, "two.jpg · JPEG")
        assert "2 of 3" in shown(app)
        await pilot.press("q")
        await until_left(pilot, app)
        await pilot.press(":", *"picture.look 2", "enter")
        await until_shown(pilot, app, "label.pdf cannot be shown: it is no PNG, JPEG")
        await pilot.press("q")
        await until_left(pilot, app)
        await pilot.press(":", *"picture.look 9", "enter")
        await until_shown(pilot, app, "there is no file 9")


async def test_where_there_is_no_picture_it_says_so(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, THREE[1:2])
    async with app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "this conversation has no pictures")
        assert isinstance(app.screen, InboxPage)


async def test_another_size_of_the_terminal_is_another_size_of_the_picture(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, [("wide.png", file_of(two_halves(600, 200), "PNG"))])
    async with opener(app.session.places), app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "600×200")
        page = app.screen
        assert isinstance(page, PicturePage)
        for width, columns in ((100, 100), (60, 60), (90, 90)):
            await pilot.resize_terminal(width, 30)
            for _ in range(400):
                if page.view.raster is not None and page.view.raster.columns == columns:
                    break
                await pilot.pause(0.05)
            assert page.view.raster is not None
            assert (page.view.raster.columns, page.view.raster.rows) == (columns, columns // 3)


@pytest.mark.parametrize(
    ("theme", "ascii", "marks"), [("ansi", False, "░█"), ("mono", False, "░█"), ("mono", True, ".#")]
)
async def test_where_there_are_no_colours_there_are_shades(
    make_app: MakeApp, theme: str, ascii: bool, marks: str
) -> None:
    light = Image.new("RGB", (60, 40), (250, 250, 250))
    light.paste((60, 60, 60), (0, 0, 30, 40))
    settings = Settings()
    settings = replace(settings, ui=replace(settings.ui, theme=theme, ascii=ascii))
    app = make_app(5, each=1, settings=settings)
    put_files(app, [("light.png", file_of(light, "PNG"))])
    async with opener(app.session.places), app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "in shades")
        assert UPPER not in shown(app)
        assert f"{marks[0] * 28}" in shown(app)
        assert f"{marks[1] * 28}" in shown(app)


async def test_without_a_worker_it_says_what_to_do(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, THREE)
    async with app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "cannot be shown: files are opened by the worker, and none runs; start it with")
        await pilot.press("q")
        await until_left(pilot, app)
        assert isinstance(app.screen, InboxPage)


async def test_a_hostile_name_steers_nothing(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, [("one.png", ONE)])
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    cache.execute("UPDATE attachment SET name = ?", ("\x1b]52;c;aGk=\x07\u202e[b]x[/b]\x9b31m.png",))
    cache.close()
    async with opener(app.session.places), app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "PNG · 60×40")
        assert "[b]x[/b]" in shown(app)
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown(app))


async def test_looking_never_blocks_the_loop(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, THREE)
    async with opener(app.session.places), app.run_test(size=(100, 30)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "one.png · PNG")
        with blockbuster_ctx("omnitui"):
            await pilot.press("j")
            await until_shown(pilot, app, "two.jpg · JPEG")
            await pilot.press("j")
            await until_shown(pilot, app, "cut.png cannot be shown: it is damaged")


async def test_a_long_name_hides_nothing_else(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, [(f"{'a photograph of everything ' * 5}.png", ONE), ("two.png", ONE)])
    async with opener(app.session.places), app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "I")
        await until_shown(pilot, app, "PNG · 60×40 · 130 B 1 of 2  j next  k before  q goes back")
        assert shown(app).splitlines()[0].startswith(" a photograph")


async def test_a_message_that_was_taken_back_shows_none(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    put_files(app, [("one.png", ONE)])
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    cache.execute("UPDATE message SET deleted_at = at")
    cache.close()
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        await pilot.press("enter")
        await quiet(pilot)
        await pilot.press("I")
        await until_shown(pilot, app, "this conversation has no pictures")
