"""Later, and only if, by keyboard: in the list, in the thread, in the composer; taken back by z."""

from __future__ import annotations

from omnitui.config.schema import Settings
from omnitui.core.models import ConversationRow
from omnitui.core.snooze import snooze_until
from omnitui.core.times import DAY, Instant
from omnitui.store import conversations, outbox
from omnitui.triage import follow_ups
from tests.screens.conftest import NOW, MakeApp, inbox, quiet, shown
from tests.screens.writing import cache_of, press, read, settings

__all__ = ["settings"]


async def test_a_conversation_is_followed_up_and_seen_to_be(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        id = inbox(app).list.window.rows[0].id

        def row() -> ConversationRow:
            (found,) = read(app, conversations.by_id(id))
            return found

        await press(pilot, "W", *"3d", "enter", least=0.5)
        assert row().follow_up_at == snooze_until("3d", now=NOW, zone=app.session.zone)
        assert "↻ 26 Nov" in shown(app), "in the list"
        await press(pilot, "enter")
        assert "follow up 26 Nov" in shown(app), "in the thread"
        await press(pilot, "g", "w", least=0.5)
        assert "opens again 26 Nov" in shown(app)
        assert "to be opened again 26 Nov" in shown(app)
        await press(pilot, "q", "z", least=0.5)
        assert row().follow_up_at is None
        await press(pilot, "Z", "W", least=0.5)
        assert row().follow_up_at is None, "W again ends it"
        await press(pilot, "z", "e", least=0.5)
        assert row().follow_up_at is not None
        with cache_of(app) as cache:
            assert follow_ups.settle(cache, Instant(NOW + 3 * DAY)) == [id]
        await press(pilot, "q", "g", "u", least=0.6)
        assert "no reply" in shown(app)


async def test_send_and_follow_up_is_one_step(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        id = inbox(app).list.window.rows[0].id
        await press(pilot, "r")
        await press(pilot, *"Has it come?", "ctrl+n")
        await press(pilot, "2", least=0.6)
        (row,) = read(app, conversations.by_id(id))
        assert row.follow_up_at == snooze_until("2d", now=NOW, zone=app.session.zone)
        assert len(read(app, outbox.rows())) == 1
        await press(pilot, "z", least=0.6)
        (row,) = read(app, conversations.by_id(id))
        assert row.follow_up_at is None
        assert not read(app, outbox.rows())
        assert inbox(app).composer.text == "Has it come?"


async def test_send_later_and_send_unless_they_reply(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "r")
        await press(pilot, *"Has it come?", "ctrl+p")
        await press(pilot, *"unless they reply", "enter")
        await press(pilot, *"tomorrow 9:00", "enter", least=0.6)
        assert "unless they reply" in shown(app), "in the thread"
        (item,) = read(app, outbox.rows())
        assert (item.state, item.detail) == ("held", "unless they reply")
        await press(pilot, "z", least=0.6)
        await press(pilot, "ctrl+l")
        await press(pilot, *"mon 9", "enter", least=0.6)
        (item,) = read(app, outbox.rows())
        assert item.detail == ""
        assert item.not_before > NOW
        await press(pilot, "g", "o")
        await press(pilot, "x")
        assert not read(app, outbox.rows())
        await press(pilot, "z", least=0.5)
        assert [again.not_before for again in read(app, outbox.rows())] == [item.not_before], "cancelling is undone too"
