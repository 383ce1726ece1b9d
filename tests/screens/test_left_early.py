"""Who quits while the page still brings its widgets leaves as ever, without an error."""

from __future__ import annotations

import asyncio

import pytest
from textual.message import Message
from textual.worker import Worker

from tests.screens.conftest import MakeApp, inbox


@pytest.mark.parametrize("later", range(1, 12))
async def test_the_program_ends_while_widgets_come(make_app: MakeApp, later: int) -> None:
    """Counted in messages from the start of the link to the worker, after which the widgets come one by one."""
    count, there = 0, asyncio.Event()

    def watch(message: Message) -> None:
        nonlocal count
        count += bool(count) or isinstance(message, Worker.StateChanged)
        if count == later:
            there.set()

    app = make_app(5)
    async with app.run_test(size=(120, 36), message_hook=watch):
        page = inbox(app)
        await asyncio.wait_for(there.wait(), 20)
    assert not page.is_running
