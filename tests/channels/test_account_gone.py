"""An account that is taken out of the config, or has another name there: what waits for it is told, and not lost."""

from __future__ import annotations

from omnitui.config.load import load
from omnitui.screens.top_state import sync_words
from omnitui.store import accounts
from tests.channels.desk import Desk
from tests.channels.file.rig import FileRig

RIG = FileRig


def renamed(desk: Desk, old: str, new: str) -> None:
    text = desk.places.config_file.read_text().replace(f'name = "{old}"', f'name = "{new}"')
    desk.places.config_file.write_text(text)
    desk.settings = load(desk.places.config_file)


def standing(desk: Desk, name: str) -> tuple[str, str]:
    return desk.rows("SELECT state, detail FROM account WHERE name = ?", name)[0]  # type: ignore[return-value]


def words(desk: Desk) -> str:
    with desk.cache() as cache:
        return sync_words(accounts.statuses().all(cache))[0]


def test_what_waits_for_an_account_that_is_gone_is_told_and_leaves_when_it_is_back(desk: Desk) -> None:
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    item = desk.reply("We are here")
    renamed(desk, "desk", "shop")
    desk.once()
    state, detail = standing(desk, "desk")
    assert (state, desk.state(item)) == ("refused", "queued")
    assert "not in the config any more" in detail
    assert "1 message waits for it" in detail
    assert words(desk) == "desk refused"
    renamed(desk, "shop", "desk")
    desk.once()
    assert (standing(desk, "desk"), desk.state(item)) == (("online", ""), "sent")


def test_one_that_is_gone_and_awaited_by_nobody_is_no_trouble(desk: Desk) -> None:
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    renamed(desk, "desk", "shop")
    desk.once()
    assert standing(desk, "desk")[0] == accounts.GONE
    assert words(desk) == "online"
