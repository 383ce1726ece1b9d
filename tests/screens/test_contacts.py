"""People on the screen: the panel's digits, changing who they are, the page of contacts, the timeline."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.screens.contacts_page import ContactsPage
from omnitui.store import contacts
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.store.refresh import refresh
from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def typed(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one, and wait until what they began is done."""
    await pilot.press(*keys)
    await quiet(pilot)


def one_person(app: OmnituiApp, count: int) -> int:
    """Let the first so many conversations be with one person; gives how many they have in all."""
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    ids = [row[0] for row in cache.execute("SELECT id FROM conversation ORDER BY waiting_order LIMIT ?", (count,))]
    sql = "SELECT from_address FROM message WHERE conversation_id = ? AND class = 'customer' LIMIT 1"
    (address,) = cache.execute(sql, ids[:1]).fetchall()
    with transaction(cache):
        for id in ids:
            cache.execute(
                "UPDATE message SET from_address = ? WHERE conversation_id = ? AND class = 'customer'", (address[0], id)
            )
        refresh(cache, ids)
    card = contacts.card(cache, ids[0])
    cache.close()
    assert card is not None
    assert card.conversation_count >= count
    return card.conversation_count


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_digit_opens_one_of_their_conversations(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(20, each=2)
    count = one_person(app, 4)
    async with app.run_test(size=size) as pilot:
        await quiet(pilot)
        await typed(pilot, "enter")
        page = inbox(app)
        await typed(pilot, "i")
        if size[0] >= 120:
            await typed(pilot, "i", "tab")
        assert page.contact.has_focus
        assert f"{count} conversations" in shown(app)
        wanted = page.contact.numbered(3)
        await typed(pilot, "3")
        assert page.reading.id == wanted
        assert page.thread.has_focus


async def test_who_they_are_is_changed_and_undone(make_app: MakeApp) -> None:
    app = make_app(20, each=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await typed(pilot, "enter")
        await typed(pilot, "C", "n")
        await typed(pilot, *"Prefers mail / Two shops", "enter")
        await quiet(pilot, 0.4)
        text = shown(app)
        assert "Prefers mail" in text
        assert "Two shops" in text
        before = inbox(app).contact.card
        assert before is not None
        await typed(pilot, "C", "e")
        inbox(app).picker.line.value = "Zoë"
        await typed(pilot, "enter")
        await quiet(pilot, 0.4)
        card = inbox(app).contact.card
        assert card is not None
        assert card.name == "Zoë"
        await typed(pilot, "z", "z")
        for _ in range(200):
            card = inbox(app).contact.card
            if card is not None and not card.notes:
                break
            await pilot.pause(0.05)
        assert card is not None
        assert (card.name, card.notes) == (before.name, "")


async def test_the_page_of_contacts_is_searched_while_one_types(make_app: MakeApp) -> None:
    app = make_app(60, each=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await typed(pilot, "g", "c")
        page = app.screen
        assert isinstance(page, ContactsPage)
        everybody = len(page.sheet.entries)
        row = page.row()
        assert row is not None
        await typed(pilot, "/")
        await typed(pilot, *row.addresses[0].split("@")[0])
        await quiet(pilot, 0.3)
        assert 0 < len(page.sheet.entries) < everybody
        await typed(pilot, "enter")
        assert page.sheet.has_focus
        await typed(pilot, "enter")
        await quiet(pilot, 0.4)
        assert inbox(app).reading.timeline
        assert "All with" in shown(app)


async def test_the_timeline_shows_every_conversation_and_commands_act_on_the_one_at_hand(make_app: MakeApp) -> None:
    app = make_app(20, each=3)
    count = one_person(app, 3)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await typed(pilot, "enter")
        await typed(pilot, "C", "t")
        await quiet(pilot, 0.4)
        page = inbox(app)
        assert page.reading.timeline
        assert len({message.conversation_id for message in page.thread.layout_.messages}) == count
        assert len(page.thread.layout_.messages) == 3 * count
        assert f"{count} conversations" in shown(app)
        await typed(pilot, "g", "g")
        first = page.thread.current
        assert first is not None
        assert f"#{first.conversation_id}" in shown(app)
        assert page.here is not None
        assert page.here.id == first.conversation_id
        await typed(pilot, "b")
        cache = open_cache(app.session.places.cache_db, Role.READ)
        starred = [row[0] for row in cache.execute("SELECT id FROM conversation WHERE starred = 1")]
        cache.close()
        assert starred == [first.conversation_id]
        await quiet(pilot, 0.4)
        assert page.reading.timeline, "what changed elsewhere does not end it"
        await typed(pilot, "r")
        await quiet(pilot, 0.4)
        assert page.reading.id == first.conversation_id
        assert not page.reading.timeline
        assert page.composer.writing


async def test_two_people_become_one_by_keys(make_app: MakeApp) -> None:
    app = make_app(20, each=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await typed(pilot, "g", "c")
        page = app.screen
        assert isinstance(page, ContactsPage)
        count = len(page.sheet.entries)
        await typed(pilot, "C", "m")
        await typed(pilot, "enter")
        await quiet(pilot, 0.4)
        assert "Merged the contact" in shown(app)
        assert len(page.sheet.entries) == count - 1
        await typed(pilot, "z")
        await quiet(pilot, 0.6)
        assert len(page.sheet.entries) == count
    cache = open_cache(app.session.places.cache_db, Role.READ)
    assert len(contacts.page().all(cache)) == count
    cache.close()
