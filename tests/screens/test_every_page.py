"""Every command on every page: each does its work, or says why not; none ends the program."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.core.commands import COMMANDS
from omnitui.core.models import AttachmentRow, ConversationId, MessageId, Order
from omnitui.screens.bare import BarePage
from omnitui.screens.base import Page
from omnitui.screens.contacts_page import ContactsPage
from omnitui.screens.handlers import Call, handler_of
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import DraftsPage, OutboxPage, SheetPage, SyncPage, TextPage
from omnitui.screens.picture_page import PicturePage
from omnitui.screens.replies_page import RepliesPage
from omnitui.screens.why_page import WhyPage
from tests.screens.conftest import MakeApp, quiet, shown

PICTURES = [AttachmentRow(n, MessageId(1), f"{n}.png", "image/png", 99, inline=False, here=True) for n in (1, 2)]
PAGES: dict[str, Callable[[OmnituiApp], SheetPage]] = {
    "outbox": lambda app: OutboxPage(app.session),
    "drafts": lambda app: DraftsPage(app.session),
    "sync": lambda app: SyncPage(app.session),
    "replies": lambda app: RepliesPage(app.session),
    "contacts": lambda app: ContactsPage(app.session),
    "text": lambda app: TextPage(app.session, "Original", "From: ana@example.org\n\nHello"),
    "why": lambda app: WhyPage(app.session, ConversationId(1), Order.WAITING),
    "picture": lambda app: PicturePage(app.session, PICTURES, 0),
}
NOT_HERE = {"quit", "account.add"}
"""They end the screen, as they should."""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", PAGES)
async def test_every_command_on_a_page(make_app: MakeApp, name: str) -> None:
    app = make_app(8, each=1)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        page = PAGES[name](app)
        for command in COMMANDS:
            if command.id in NOT_HERE:
                continue
            if app.screen is not page:
                await back(app, pilot)
                page = PAGES[name](app)
                app.push_screen(page)
                await quiet(pilot, 0.0)
            here = handler_of(command.id, type(page)) is not None
            page.run_command(Call(command.id))
            await quiet(pilot, 0.0)
            assert here or f"{command.title} does nothing here" in shown(app)
            await rest(app, pilot)


async def rest(app: OmnituiApp, pilot: Pilot[None]) -> None:
    """Answer no question, and write nothing."""
    for _ in range(12):
        page = app.screen
        if not isinstance(page, Page) or not page.opens(writes=True):
            return
        await pilot.press("escape")
        await quiet(pilot, 0.0)
    raise AssertionError(f"{app.screen} goes on asking")


async def back(app: OmnituiApp, pilot: Pilot[None]) -> None:
    """To the main page."""
    await rest(app, pilot)
    while not isinstance(app.screen, InboxPage):
        app.pop_screen()
        await quiet(pilot, 0.0)
        await rest(app, pilot)


async def test_enter_on_a_page_of_reasons_or_of_text_opens_nothing(make_app: MakeApp) -> None:
    app = make_app(8, each=1)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        for name in ("why", "text"):
            page = PAGES[name](app)
            app.push_screen(page)
            await quiet(pilot)
            await pilot.press("enter", "l")
            await quiet(pilot)
            assert app.screen is page
            await pilot.press("q")
            await quiet(pilot)


async def test_the_bare_view_knows_only_what_it_can_do(make_app: MakeApp) -> None:
    app = make_app(8, each=1)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        await pilot.press("enter", "ctrl+l")
        await quiet(pilot)
        page = app.screen
        assert isinstance(page, BarePage)
        assert handler_of("conversation.close", BarePage) is None
        assert handler_of("pane.back", BarePage) is not None
