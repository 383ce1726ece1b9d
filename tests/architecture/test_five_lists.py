"""Every command is reached by key, palette, `:` line and help, is documented, and can have another key.

One table feeds all of them; here what each of them makes of it is compared with the table, command by command and
place by place.
"""

from __future__ import annotations

import re
from pathlib import Path

from omnitui.config.load import key_problems, parse
from omnitui.core.commands import COMMANDS, Context, by_id, matching
from omnitui.core.keymap import Keymap, Resolver, build
from omnitui.core.times import Instant
from omnitui.screens import acts
from omnitui.screens.base import MOST_HINTS, Page
from omnitui.screens.contacts_page import ContactsPage
from omnitui.screens.handlers import handler_of
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import DraftsPage, OutboxPage, SyncPage
from omnitui.screens.replies_page import RepliesPage
from tests.screens.conftest import MakeApp, inbox, quiet, shown

ROOT = Path(__file__).resolve().parents[2]
PAGES: dict[Context, tuple[type[Page], ...]] = {
    Context.LIST: (InboxPage,),
    Context.THREAD: (InboxPage,),
    Context.CONTACT: (InboxPage,),
    Context.SELECT: (InboxPage,),
    Context.COMPOSE: (InboxPage,),
    Context.OUTBOX: (OutboxPage,),
    Context.SHEET: (DraftsPage, RepliesPage, SyncPage, ContactsPage),
}
PLACES = [(command, place) for command in COMMANDS for place in PAGES if place & command.context]


def test_no_place_is_forgotten() -> None:
    single = [place for place in Context if place.value.bit_count() == 1]
    assert set(PAGES) == set(single)


def typed(keymap: Keymap, keys: str, place: Context) -> str:
    """What a sequence of keys runs in a place."""
    resolver, outcome = Resolver(keymap), None
    for key in keys.split():
        outcome = resolver.feed(key, place)
    return outcome.binding.command.id if outcome and outcome.binding else ""


def test_by_key() -> None:
    """In each of its places; while writing, by a key that is not a letter of the text."""
    keymap = build({})
    for command, place in PLACES:
        keys = [key for key in command.keys if place is not Context.COMPOSE or len(key) > 1]
        assert keys, f"no key runs {command.id} in {place.name}"
        assert {typed(keymap, key, place) for key in keys} == {command.id}


def test_by_palette_line_and_help() -> None:
    """Each place opens all three; what they list has a handler there; its name alone means it on the line."""
    acts.register()
    for opener in ("palette", "line", "help"):
        found = by_id(opener)
        assert found is not None
        assert all(found.context & place for place in PAGES)
    for command, place in PLACES:
        assert any(handler_of(command.id, page) for page in PAGES[place]), (command.id, place)
        assert matching(command.id) == [command]
        assert command in matching(command.id[:-1])


async def test_help_and_palette_list_all_of_a_place(make_app: MakeApp) -> None:
    """The real boxes, in the list and while writing."""
    app = make_app(20)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        for place, openers in ((Context.LIST, ("?", "ctrl+p")), (Context.COMPOSE, ("f1", "ctrl+p"))):
            if place is Context.COMPOSE:
                await pilot.press("r")
                await quiet(pilot, 0.4)
            assert page.context is place
            for opener in openers:
                await pilot.press(opener)
                await quiet(pilot, 0.2)
                listed = {choice.value.id for choice in page.picker.rows.choices}
                assert listed == {command.id for command in COMMANDS if command.context & place}
                assert page.status.shown.hints[-1][0] == ("f1" if place is Context.COMPOSE else "?")
                await pilot.press("escape")
                await quiet(pilot, 0.2)
        await pilot.press("f2")
        await quiet(pilot, 0.2)
        await pilot.press(*"compose.discard", "enter")
        await quiet(pilot, 0.4)
        assert page.context is not Context.COMPOSE, shown(app)


def test_documented() -> None:
    page = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    rows = {
        id: (keys, words) for keys, id, words in re.findall(r"^\|(.*)\| `([\w.]+)` \| (.*) \|$", page, re.MULTILINE)
    }
    assert set(rows) == {command.id for command in COMMANDS}
    for command in COMMANDS:
        keys, words = rows[command.id]
        assert [a or b for a, b in re.findall(r"`` (.+?) ``|`([^`]+)`", keys.replace("\\|", "|"))] == [*command.keys]
        assert words == command.help


def test_remapped_in_the_config(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for command in COMMANDS:
        file.write_text(f'[keys]\n"{command.id}" = ["f12", "g Z"]\n', encoding="utf-8")
        settings, problems = parse(file.read_text(encoding="utf-8"), file)
        assert settings is not None
        assert problems == key_problems(settings, file, Instant(0)) == []
        keymap = build(settings.keys.bindings)
        for place in (place for place in PAGES if place & command.context):
            assert {typed(keymap, key, place) for key in ("f12", "g Z")} == {command.id}
            assert {typed(keymap, key, place) for key in command.keys} == {""}


async def test_no_place_shows_more_than_six_keys(make_app: MakeApp) -> None:
    app = make_app(20)
    async with app.run_test(size=(200, 50)) as pilot:
        await quiet(pilot, 0.3)
        for keys in ((), ("enter",), ("n",), ("escape", "g", "o"), ("g", "d")):
            await pilot.press(*keys)
            await quiet(pilot, 0.3)
            page = app.screen
            assert isinstance(page, Page)
            hints = page.status.shown.hints
            assert 1 < len(hints) <= MOST_HINTS == 6
            assert hints[-1] == ("f1" if page.context is Context.COMPOSE else "?", "help")
