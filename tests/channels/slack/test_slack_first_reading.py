"""The first reading of an account is history in all of its pages; what is written meanwhile is new."""

from __future__ import annotations

import time
from pathlib import Path

from omnitui.core.channel_events import MessageEvent
from omnitui.sync.channels.contract import Batch, PullBudget
from tests.channels.desk import Desk
from tests.channels.slack.making import desk_of
from tests.channels.slack.rig import SlackRig


def texts(batches: list[Batch], *, history: bool) -> list[str]:
    """What was said in batches of one kind."""
    events = [event for one in batches if one.history is history for event in one.events]
    return [event.text for event in events if isinstance(event, MessageEvent)]


async def test_every_page_of_the_first_reading_is_history_and_what_comes_meanwhile_is_not(
    rig: SlackRig, tmp_path: Path
) -> None:
    old, now = [f"old {number}" for number in range(60)], time.time()
    for number, text in enumerate(old):
        rig.slack.post("U0ANA", text, ts=f"{now - 3600 + number:.6f}", tell=False)
    rig.slack.page = 15
    batches: list[Batch] = []
    async with desk_of(rig, tmp_path) as desk:
        while not batches or batches[-1].more or not texts(batches, history=False):
            batch = await desk.connector.pull(desk.cursor, PullBudget(events=10, seconds=0.2))
            await desk.connector.committed(batch)
            desk.cursor = batch.next_cursor
            batches.append(batch)
            if len(batches) == 2:
                rig.slack.post("U0BEN", "written meanwhile")
            assert len(batches) < 100
        assert len([one for one in batches if one.history and one.events]) > 2
        assert set(texts(batches, history=True)) == set(old)
        assert set(texts(batches, history=False)) == {"written meanwhile"}


def test_nothing_of_the_first_reading_is_unread(rig: SlackRig, tmp_path: Path) -> None:
    desk = Desk(tmp_path, rig)
    for number in range(700):
        rig.slack.post("U0ANA", f"old {number}", tell=False)
    assert desk.once().error is None
    assert desk.one("SELECT count(*) FROM message") == 700
    assert desk.one("SELECT count(*) FROM message WHERE seen = 0") == 0
    rig.write("new")
    desk.once()
    unread = desk.rows("SELECT trim(b.text) FROM message m JOIN body b ON b.message_id = m.id WHERE seen = 0")
    assert unread == [("new",)]


async def test_a_channel_that_we_are_invited_to_later_is_history_and_the_others_are_not(
    rig: SlackRig, tmp_path: Path
) -> None:
    room, now = "C0LATER", time.time()
    rig.write("first")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        rig.slack.rooms[room] = {"id": room, "name": "later", "is_channel": True}
        root = rig.slack.post("U0ANA", "old", room, ts=f"{now - 3600:.6f}", tell=False)
        rig.slack.post("U0BEN", "old reply", room, thread_ts=root, ts=f"{now - 1800:.6f}", tell=False)
        rig.slack.cut()
        rig.write("unheard")
        batches: list[Batch] = []
        wanted = {"old", "old reply", "unheard", "written meanwhile"}
        while not wanted <= {*texts(batches, history=True), *texts(batches, history=False)}:
            batches.append(await desk.connector.pull(desk.cursor, PullBudget(seconds=0.2)))
            desk.cursor = batches[-1].next_cursor
            await desk.connector.committed(batches[-1])
            if texts(batches, history=True) and len(rig.slack.messages[room]) == 2:
                rig.slack.post("U0BEN", "written meanwhile", room)
            assert len(batches) < 100
    assert set(texts(batches, history=True)) == {"old", "old reply"}
    assert {"unheard", "written meanwhile"} <= set(texts(batches, history=False))
    assert not {"old", "old reply"} & set(texts(batches, history=False))
