"""The bottom line tells the keys of the place one is in, and never cuts the one that takes back."""

from __future__ import annotations

from omnitui.screens.base import Page
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown


def hints(page: Page) -> dict[str, str]:
    """Keys and words at the right of the bottom line."""
    return dict(page.status.shown.hints)


async def test_a_line_one_types_in_tells_its_own_keys(make_app: MakeApp) -> None:
    app = make_app(30)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        await pilot.press("slash")
        await quiet(pilot)
        assert hints(page) == {"enter": "to the rows", "tab": "complete", "escape": "back"}
        await pilot.press(*"is:open", "enter")
        await quiet(pilot)
        assert hints(page)["e"] == "done"
        await pilot.press("enter", "ctrl+f")
        await quiet(pilot)
        assert hints(page) == {"enter": "to the text", "escape": "back"}


async def test_a_note_is_offered_nothing_that_only_a_letter_has(make_app: MakeApp) -> None:
    app = make_app(30)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        await pilot.press("r")
        await quiet(pilot)
        assert {"to", "attach"} <= set(hints(page).values())
        await pilot.press("escape", "n")
        await quiet(pilot)
        assert not {"to", "attach"} & set(hints(page).values())
        await pilot.press("ctrl+p")
        await quiet(pilot)
        listed = {choice.value.id for choice in page.picker.rows.choices}
        assert "compose.editor" in listed
        assert not {"compose.attach", "compose.later", "compose.people"} & listed


async def test_the_key_that_takes_back_is_never_cut(make_app: MakeApp) -> None:
    app = make_app(30)
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    cache.execute("UPDATE conversation SET subject = 'A subject that goes on ' || hex(zeroblob(60))")
    cache.close()
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("s", *"mon 9:00", "enter")
        await quiet(pilot, 0.3)
        last = shown(app).splitlines()[-1]
        assert "Snoozed “A subject" in last
        assert "z undo" in last
        await pilot.press("z")
        await quiet(pilot, 0.3)
        last = shown(app).splitlines()[-1]
        assert "Took back: Snoozed" in last
        assert "Z redo" in last
