"""The first answer of a homeserver is history in all of its parts; what is written afterwards is new."""

from __future__ import annotations

import pytest

from omnitui.core.channel_events import MessageEvent
from omnitui.sync.channels.contract import Batch, PullBudget
from tests.channels.matrix.conftest import Desk
from tests.channels.matrix.rig import MatrixRig

pytestmark = pytest.mark.servers


async def test_every_part_of_the_first_answer_is_history(desk: Desk, rig: MatrixRig) -> None:
    for who in ("ana", "ben"):
        for number in range(5):
            rig.write(f"{who} {number}", who=who)
    batches: list[Batch] = []
    while not batches or batches[-1].more:
        batches.append(await desk.connector.pull(desk.cursor, PullBudget(events=1, seconds=0.0)))
        desk.cursor = batches[-1].next_cursor
        if len(batches) == 1:
            # A worker that was killed in between begins the answer again, and knows still that it is history.
            desk.anew()
    spoken = [one for one in batches if any(isinstance(event, MessageEvent) for event in one.events)]
    assert len(spoken) > 1
    assert all(one.history for one in spoken)
    rig.write("afterwards")
    last = await desk.pull()
    assert [event.text for event in last.events if isinstance(event, MessageEvent)] == ["afterwards"]
    assert not last.history
