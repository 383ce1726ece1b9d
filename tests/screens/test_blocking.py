"""Nothing on the screen's event loop waits for a file, a database or a lock."""

from __future__ import annotations

from dataclasses import replace

import pytest
from blockbuster import BlockingError, blockbuster_ctx

from omnitui.config.schema import AccountSettings, ServerSettings, Settings
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def test_a_round_of_work_never_blocks_the_loop(make_app: MakeApp) -> None:
    server = ServerSettings(host="127.0.0.1", security="plain")
    account = AccountSettings(name="support", address="support@shop.example", imap=server, smtp=server)
    app = make_app(80, settings=replace(Settings(), account=(account,)))
    async with app.run_test(size=(120, 36)) as pilot:
        # What is loaded once (styles, modules of triage) is read by now.
        await quiet(pilot, 0.5)
        await pilot.press("s", "escape")
        await quiet(pilot)
        with blockbuster_ctx("omnitui"):
            with pytest.raises(BlockingError):
                open_cache(app.session.places.cache_db, Role.READ)
            await pilot.press("j", "G", "g", "g", "enter")
            await quiet(pilot)
            await pilot.press("r")
            await quiet(pilot)
            await pilot.press(*"Hello", "escape")
            await quiet(pilot, 0.6)
            await pilot.press("n", *"a note", "ctrl+j")
            await quiet(pilot, 0.4)
            await pilot.press("e", "z", "x", "t", *"+a", "enter")
            await quiet(pilot, 0.4)
            await pilot.press("h", "slash", *"is:closed", "escape")
            await quiet(pilot, 0.4)
            await pilot.press("g", "o")
            await quiet(pilot)
            await pilot.press("q", "g", "d")
            await quiet(pilot)
            await pilot.press("q", "g", "e")
            await quiet(pilot)
            await pilot.press("q")
            await quiet(pilot)
        assert inbox(app).list.window.loaded
        assert "Blocking" not in shown(app)
