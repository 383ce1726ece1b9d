"""The queue through the whole worker: what an agent does here is so at Chatwoot, and the other way round."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnitui.core.mail import Address
from omnitui.core.models import Draft, Priority
from omnitui.triage import labels, notes, sending, state
from tests.channels.chatwoot.fake import KIM
from tests.channels.chatwoot.rig import ChatwootRig
from tests.channels.desk import LONG, Desk

RIG = ChatwootRig


@pytest.fixture
def desk(tmp_path: Path, rig: ChatwootRig) -> Desk:
    """A home, not the connector alone as in the other files here."""
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


def test_a_conversation_without_a_message_is_not_in_the_list(desk: Desk, rig: ChatwootRig) -> None:
    room = rig.fake.conversation(rig.contacts["ben"])
    desk.once()
    hidden = "SELECT hidden FROM conversation WHERE key = ?"
    assert desk.one(hidden, f"desk {room}") == 1
    rig.fake.add(room, "Hello")
    desk.once()
    assert desk.one(hidden, f"desk {room}") == 0


def first(desk: Desk, rig: ChatwootRig, text: str) -> str:
    """The agent writes to ben first, who has no conversation; gives the outbox item."""
    who = Address("Ben", rig.own_person("ben"))
    with desk.cache() as cache:
        fresh = Draft(0, None, "desk", "reply", None, (who,), quote=False, author="Ana", body=text)
        sending.send(cache, desk.agent, fresh, desk.now(), attachments=desk.places.attachments)
    return str(desk.one("SELECT id FROM outbox WHERE kind = 'send' ORDER BY created_at DESC, rowid DESC LIMIT 1"))


@pytest.mark.parametrize("fault", ["", "sends_lost_after", "sends_cut_before"])
@pytest.mark.parametrize("keeps", [True, False])
def test_a_conversation_that_was_begun_here_goes_on_here(
    desk: Desk, rig: ChatwootRig, fault: str, *, keeps: bool
) -> None:
    rig.fake.keeps_attributes = keeps
    rig.fake.inboxes[2] = {"id": 2, "name": "Support mail", "channel_type": "Channel::Email"}
    if fault:
        setattr(rig.faults, fault, 1)
    item = first(desk, rig, "Your order is here")
    for _ in range(8):
        desk.once()
        desk.ahead += LONG
    assert desk.state(item) == "sent"
    assert [one.text for one in rig.sent()] == ["Your order is here"]
    room = next(id_ for id_, one in rig.fake.conversations.items() if one["inbox_id"] == 2)
    rig.fake.add(room, "Thank you")
    desk.once()
    told = desk.rows("SELECT b.text, m.conversation_id FROM message m JOIN body b ON b.message_id = m.id ORDER BY m.id")
    here = {text.strip(): conversation for text, conversation in told}
    assert here["Thank you"] == here["Your order is here"] != here["Where is my parcel?"]
    assert desk.one("SELECT room FROM conversation WHERE id = ?", here["Thank you"]) == "Support mail"
    assert len(told) == 3


def test_what_was_told_of_a_conversation_before_its_send_was_settled_is_taken_up(desk: Desk, rig: ChatwootRig) -> None:
    """A look at the list falls between the beginning of the conversation and its first message."""
    rig.fake.inboxes[2] = {"id": 2, "name": "Support mail", "channel_type": "Channel::Email"}
    item = first(desk, rig, "Your order is here")
    rig.fake.conversation(rig.contacts["ben"], 2, additional_attributes={"omnitui_key": item})
    for _ in range(3):
        desk.once()
    rig.fake.add(2, "Thank you")
    desk.once()
    found = desk.rows("SELECT conversation_id FROM message WHERE class IN ('human', 'customer') ORDER BY id")
    assert found[1] == found[2] != found[0]
    assert desk.one("SELECT count(*) FROM conversation WHERE merged_into IS NULL") == 2
