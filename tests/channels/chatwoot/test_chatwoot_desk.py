"""The queue through the whole worker: what an agent does here is so at Chatwoot, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.core.models import Priority
from omnitui.triage import labels, notes, state
from tests.channels.chatwoot.fake import KIM
from tests.channels.chatwoot.rig import ChatwootRig
from tests.channels.desk import Desk


@pytest.fixture
def rig() -> Iterator[ChatwootRig]:
    one = ChatwootRig()
    one.start()
    try:
        yield one
        assert one.violations() == []
    finally:
        one.stop()


@pytest.fixture
def desk(tmp_path: Path, rig: ChatwootRig) -> Desk:
    rig.write("Where is my parcel?")
    made = Desk(tmp_path, rig)
    assert made.once().error is None
    return made


def test_what_is_done_here_is_so_there(desk: Desk, rig: ChatwootRig) -> None:
    number = desk.one("SELECT id FROM conversation")
    with desk.cache() as cache:
        labels.assign(cache, desk.agent, [number], "Ana", desk.now())
        labels.tag(cache, desk.agent, [number], ["parcel"], [], desk.now())
        labels.priority(cache, desk.agent, [number], Priority.URGENT, desk.now())
        notes.note(cache, desk.agent, [number], "The depot has it", desk.now())
        state.close(cache, desk.agent, [number], desk.now())
    desk.once()
    there = rig.fake.conversations[rig.room()]
    assert (there["status"], there["labels"], there["priority"]) == ("resolved", ["parcel"], "urgent")
    said = [one["content"] for one in rig.fake.messages[rig.room()] if one["private"]]
    assert (said, rig.sent()) == (["The depot has it"], [])
    assert there["assignee"]["available_name"] == "Ana"
    desk.once()
    assert desk.rows("SELECT state, assignee, priority FROM conversation") == [("closed", "Ana", 2)]
    assert desk.texts("note") == ["The depot has it"]


def test_what_is_done_there_is_so_here(desk: Desk, rig: ChatwootRig) -> None:
    rig.fake.change(rig.room(), "Kim took it", assignee=KIM, labels=["vip"], priority="high", status="pending")
    desk.once()
    assert desk.rows("SELECT state, assignee, priority FROM conversation") == [("pending", "Kim", 1)]
    rig.write("Hello?")
    desk.once()
    assert desk.texts()[-1] == "Hello?"
