"""What changes at Chatwoot beside messages: deleted conversations, teams and attributes, merged contacts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from omnitui.core.channel_events import ConversationEvent, Direction, Event, MessageEvent
from omnitui.core.errors import Refused
from omnitui.sync.channels.chatwoot.connector import ChatwootConnector
from omnitui.sync.channels.contract import Action
from omnitui.sync.http.client import Client
from tests.channels.chatwoot.at_work import NOW, connect, draft, drained, state, texts
from tests.channels.chatwoot.fake import FakeChatwoot


def facts(found: list[Event]) -> list[str]:
    return [one.text for one in found if isinstance(one, MessageEvent) and one.remote_id.startswith("facts:")]


async def test_a_conversation_that_was_deleted_is_closed_and_barred(
    fake: FakeChatwoot, desk: ChatwootConnector
) -> None:
    who = fake.contact("ana")
    rooms = []
    for number in range(5):
        fake.now = NOW + number
        rooms.append(fake.conversation(who))
        fake.add(rooms[-1], f"hello {number}")
    _, at = await drained(desk)
    fake.vanish(rooms[2])
    found, at = await drained(desk, at)
    told = [one for one in found if isinstance(one, ConversationEvent)]
    assert [(one.conversation, one.state) for one in told] == [(str(rooms[2]), "closed")]
    assert "deleted in Chatwoot" in (told[0].barred or "")
    assert (await drained(desk, at))[0] == []
    with pytest.raises(Refused):
        await desk.send(draft(rooms[2]))


async def test_one_that_was_deleted_further_down_is_noticed_in_time(
    fake: FakeChatwoot, desk: ChatwootConnector
) -> None:
    who = fake.contact("ana")
    rooms = []
    for number in range(70):
        fake.now = NOW + number
        rooms.append(fake.conversation(who))
    _, at = await drained(desk)
    fake.vanish(rooms[20])
    found: list[Event] = []
    for _ in range(30):
        more, at = await drained(desk, at)
        found += more
    assert [one.conversation for one in found if isinstance(one, ConversationEvent)] == [str(rooms[20])]


async def test_one_that_only_moved_is_left_alone(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    who = fake.contact("ana")
    rooms = []
    for number in range(30):
        fake.now = NOW + number
        rooms.append(fake.conversation(who))
    _, at = await drained(desk)
    fake.conversations[rooms[29]]["last_activity_at"] = NOW - 5  # Its newest message was taken away.
    found, at = await drained(desk, at)
    assert not [one for one in found if isinstance(one, ConversationEvent) and one.barred]
    asked = len(fake.asked)
    await drained(desk, at)
    assert not any(path.endswith(f"/conversations/{rooms[29]}") for _, path in fake.asked[asked:])


async def test_team_and_attributes_are_a_line_of_the_thread(
    fake: FakeChatwoot, desk: ChatwootConnector, http: Client, tmp_path: Path
) -> None:
    who = fake.contact("ana", custom_attributes={"plan": "gold", "vip": True})
    more = {"custom_attributes": {"order": 77}, "additional_attributes": {"referer": "https://shop.example/hats"}}
    room, plain = fake.conversation(who, team="Sales", **more), fake.conversation(fake.contact("ben"))
    found, at = await drained(desk)
    assert facts(found) == [
        "In Chatwoot:\nteam: Sales\npage: https://shop.example/hats\norder: 77\nplan: gold\nvip: yes"
    ]
    (line,) = (one for one in found if isinstance(one, MessageEvent))
    assert (line.direction, line.conversation) == (Direction.SYSTEM, str(room))
    assert facts((await drained(connect(fake, http, tmp_path)))[0]) == facts(found)
    fake.change(plain, "Nothing of that")
    assert facts((await drained(desk, at))[0]) == []
    for team, told in (("Claims", "team: Claims"), ("Sales", "team: Sales")):
        fake.now = (fake.now or 0) + 10
        fake.change(room, f"Assigned to {team}", team=team)
        found, at = await drained(desk, at)
        assert [words.split("\n")[1] for words in facts(found)] == [told]
    fake.contacts[who]["custom_attributes"] = {}
    fake.now = (fake.now or 0) + 10
    fake.change(room, "No team", team=None, custom_attributes={}, additional_attributes={})
    found, at = await drained(desk, at)
    assert facts(found) == ["In Chatwoot: no team and no attributes any more"]
    assert facts((await drained(desk, at))[0]) == []


async def test_a_contact_that_was_merged_into_another(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    old, base = fake.contact("ana"), fake.contact("ana lopez", phone_number="+34600111222")
    room = fake.conversation(old)
    fake.add(room, "hello")
    _, at = await drained(desk)
    fake.conversations[room]["contact"] = base
    for message in fake.messages[room]:
        message["sender"] = fake.contacts[base]
    del fake.contacts[old]
    found, _ = await drained(desk, at)
    (who,) = state(found, room).people
    assert (who.address.partition("@")[0], who.phone) == (f"contact-{base}", "+34600111222")
    await desk.send(draft(room))
    assert fake.messages[room][-1]["content"] == "Sure"


async def test_a_server_below_a_path(fake: FakeChatwoot, http: Client, tmp_path: Path) -> None:
    fake.prefix = "/desk"
    room = fake.conversation(fake.contact("ana"))
    fake.add(room, "with a file", attachments=[fake.file("a.txt", b"words")])
    desk = connect(fake, http, tmp_path)
    found, _ = await drained(desk)
    assert texts(found) == ["with a file"]
    (message,) = (one for one in found if isinstance(one, MessageEvent))
    into = io.BytesIO()
    await desk.fetch_attachment(message.files[0].ref, into)
    assert into.getvalue() == b"words"
    assert state(found, room).url == f"{fake.url}/app/accounts/3/conversations/{room}"
    assert (await desk.send(draft(room))).state == "accepted"


@pytest.mark.parametrize(
    ("more", "text", "notice"),
    [
        ({"content": None, "content_type": "brand_new"}, "", "of the kind brand_new"),
        ({"content": None}, "", "It has no words"),
        ({"content": None, "content_attributes": {"is_unsupported": True}}, "", "own app"),
        ({"content_type": "input_csat"}, "How was it?", "survey"),
        ({"content_type": "cards", "content_attributes": {"items": [{"title": "Hat", "description": "red"}]}},
         "How was it?\n- Hat: red", "Cards"),
        ({"content_type": "integrations"}, "How was it?", "opens there"),
        ({"content": "[@Kim Park](mention://user/42/Kim%20Park) look", "private": True}, "@Kim Park look", ""),
    ],
)  # fmt: skip
async def test_every_kind_of_message_can_be_read(
    fake: FakeChatwoot, desk: ChatwootConnector, more: dict[str, Any], text: str, notice: str
) -> None:
    fake.add(fake.conversation(fake.contact("ana")), **{"content": "How was it?", "kind": 3, **more})
    (message,) = (one for one in (await drained(desk))[0] if isinstance(one, MessageEvent))
    assert message.text == text
    assert any(notice in one for one in message.notices) if notice else not message.notices


async def test_too_many_calls_are_waited_for(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    room = fake.conversation(fake.contact("ana"))
    fake.add(room, "hello")
    fake.faults.too_many = 1
    assert texts((await drained(desk))[0]) == ["hello"]
    fake.faults.too_many = 1
    assert (await desk.send(draft(room))).state == "accepted"
    assert len(fake.messages[room]) == 2


async def test_a_server_that_knows_no_priority_says_so(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    fake.missing.add("toggle_priority")
    room = fake.conversation(fake.contact("ana"))
    with pytest.raises(Refused):
        await desk.act(Action(kind="priority", conversation=str(room), value={"priority": 2}))
