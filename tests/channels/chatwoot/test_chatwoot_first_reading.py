"""The lists of the start are history in all of their pages; what is written meanwhile is new."""

from __future__ import annotations

from omnitui.core.channel_events import MessageEvent
from omnitui.sync.channels.chatwoot.connector import ChatwootConnector
from omnitui.sync.channels.contract import Batch, PullBudget
from tests.channels.chatwoot.at_work import NOW
from tests.channels.chatwoot.fake import FakeChatwoot


def texts(batches: list[Batch], *, history: bool) -> set[str]:
    """What was said in batches of one kind."""
    events = [event for one in batches if one.history is history for event in one.events]
    return {event.text for event in events if isinstance(event, MessageEvent)}


async def test_every_page_of_the_start_is_history_and_what_comes_meanwhile_is_not(
    fake: FakeChatwoot, desk: ChatwootConnector
) -> None:
    who = fake.contact("ana")
    rooms: list[int] = []
    for number in range(60):
        fake.now = NOW + number
        rooms.append(fake.conversation(who))
        fake.add(rooms[-1], f"old {number}")
        fake.conversations[rooms[-1]]["status"] = "resolved" if number % 2 else "open"
    batches: list[Batch] = []
    at = ""
    while not batches or batches[-1].more:
        batches.append(await desk.pull(at, PullBudget(events=10)))
        at = batches[-1].next_cursor
        if len(batches) == 2:
            # One that was brought already, and one whose turn has not come.
            fake.now = NOW + 1000
            fake.add(rooms[58], "meanwhile, brought before")
            fake.add(rooms[0], "meanwhile, not brought yet")
        assert len(batches) < 100
    news = texts(batches, history=False)
    assert {"meanwhile, brought before", "meanwhile, not brought yet"} <= news
    assert not news - {"meanwhile, brought before", "meanwhile, not brought yet", "old 0", "old 58"}
    assert texts(batches, history=True) | news >= {f"old {number}" for number in range(60)}
    fake.now = NOW + 2000
    fake.add(rooms[30], "afterwards")
    last = await desk.pull(at, PullBudget())
    assert "afterwards" in texts([last], history=False)
