"""What becomes of rooms: replaced, left by the customer, bridged, spaces, and more of them than fit into one batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Direction,
    EditedEvent,
    MessageEvent,
)
from omnitui.core.errors import LoginRefused, Refused
from omnitui.sync.channels.contract import Action, Batch, PullBudget
from omnitui.sync.channels.matrix import client
from tests.channels.desk import Desk as Home
from tests.channels.matrix.conftest import Desk
from tests.channels.matrix.rig import MatrixRig
from tests.channels.matrix.test_matrix_pull import of, said, texts
from tests.channels.matrix.test_matrix_send import draft
from tests.servers.synapse import quoted

pytestmark = pytest.mark.servers


def upgraded(rig: MatrixRig, room: str, *, invite: bool = True) -> str:
    """Ana replaces a room of hers by a new one, and asks the desk into it."""
    ana = rig.people["ana"]
    new = str(ana.ask("POST", f"/rooms/{quoted(room)}/upgrade", {"new_version": "10"})["replacement_room"])
    if invite:
        ana.ask("POST", f"/rooms/{quoted(new)}/invite", {"user_id": rig.desk.id})
    return new


def about(batches: list[Batch], room: str) -> list[ConversationEvent]:
    return [event for event in of(batches, ConversationEvent) if event.conversation == room]


async def test_a_conversation_goes_on_in_the_room_that_replaces_its_own(desk: Desk, rig: MatrixRig) -> None:
    old, ana = rig.rooms["ana"], rig.people["ana"]
    before = [rig.write(f"m{n}") for n in range(3)]
    await desk.pull_all()
    new = upgraded(rig, old)
    ana.say(new, "here we are")
    batches = await desk.pull_all()
    assert [event.merged_into for event in about(batches, old) if event.merged_into] == [new]
    assert texts(batches, new) == ["here we are"]
    assert about(batches, new)[-1].barred == ""
    desk.anew()
    await desk.pull_all()
    receipt = await desk.connector.send(draft(rig, conversation=old))
    assert (receipt.conversation, [event["event_id"] for event in rig.timeline(new)][-1]) == (new, receipt.remote_id)
    assert (await desk.connector.reconcile(draft(rig, conversation=old))).remote_id == receipt.remote_id
    # What is done to a message is done in the room that it stands in; an old one takes nothing more.
    thumb = {"emoji": "👍", "added": True}
    await desk.connector.act(Action(kind="react", conversation=old, remote_id=receipt.remote_id, value=thumb))
    assert rig.timeline(new)[-1]["type"] == "m.reaction"
    with pytest.raises(Refused, match="permission"):
        await desk.connector.act(Action(kind="react", conversation=old, remote_id=before[0], value=thumb))
    page = await desk.connector.backfill(old, before[2])
    assert texts(page, old) == ["m0", "m1"]
    first = rig.timeline(new)[0]["event_id"]
    assert [message.text for message in said(await desk.connector.backfill(old, first), old)] == ["m0", "m1", "m2"]


async def test_a_room_that_anybody_may_enter_is_followed_without_an_invitation(desk: Desk, rig: MatrixRig) -> None:
    ana = rig.people["ana"]
    room = ana.room(rig.desk, preset="public_chat", name="Open to all")
    await desk.pull_all()
    new = upgraded(rig, room, invite=False)
    ana.say(new, "over here")
    batches = await desk.pull_all()
    assert [event.merged_into for event in about(batches, room) if event.merged_into] == [new]
    assert texts(batches, new) == ["over here"]


async def test_a_room_cannot_take_the_place_of_another_by_its_own_word(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull_all()
    claim = {"predecessor": {"room_id": rig.rooms["ana"], "event_id": "$made-up"}}
    false = rig.people["ben"].room(rig.desk, creation_content=claim)
    batches = await desk.pull_all()
    assert about(batches, false)
    assert not [event for event in of(batches, ConversationEvent) if event.merged_into]
    assert (await desk.connector.send(draft(rig))).conversation == rig.rooms["ana"]


def test_a_replaced_room_is_one_conversation_for_the_agent(rig: MatrixRig, tmp_path: Path) -> None:
    home = Home(tmp_path, rig)
    rig.write("before")
    home.once()
    number = home.one("SELECT conversation_id FROM message WHERE class = 'customer'")
    new = upgraded(rig, rig.rooms["ana"])
    for _ in range(3):
        home.once()
    rig.people["ana"].say(new, "after")
    home.once()
    here = home.rows("SELECT DISTINCT conversation_id FROM message WHERE class = 'customer'")
    assert here == [(number,)]
    assert home.one("SELECT barred FROM conversation WHERE id = ?", number) == ""
    item = home.reply("We are with you", conversation=number)
    home.once()
    assert home.state(item) == "sent"
    assert "We are with you" in [event["content"].get("body") for event in rig.timeline(new)]


async def test_a_large_first_answer_comes_in_parts(desk: Desk, rig: MatrixRig) -> None:
    ana = rig.people["ana"]
    rooms = [ana.room(rig.desk, name=f"Order {n}") for n in range(4)]
    for n, room in enumerate(rooms):
        rig.desk.join(room)
        ana.say(room, f"about order {n}")
    budget, cursor, batches = PullBudget(events=8, seconds=0.0), "", list[Batch]()
    while not batches or batches[-1].more:
        batch = await desk.connector.pull(cursor, budget)
        if len(batches) == 1:
            again = await desk.connector.pull(cursor, budget)
            assert (again.events, again.next_cursor) == (batch.events, batch.next_cursor)
            half = batch.next_cursor
            ana.say(rooms[0], "meanwhile")
        batches.append(batch)
        cursor = batch.next_cursor
    assert len(batches) > 3
    assert max(len(of(batch, MessageEvent)) for batch in batches) < 30
    for n, room in enumerate(rooms):
        assert texts(batches, room) == [f"about order {n}"]
    assert texts(await desk.connector.pull(cursor, budget), rooms[0]) == ["meanwhile"]
    # Another process knows nothing of the answer: it asks for all of it again.
    desk.cursor = half
    desk.anew()
    later = [*await desk.pull_all(), await desk.pull()]
    for n, room in enumerate(rooms):
        assert f"about order {n}" in texts(later, room)
    assert "meanwhile" in texts(later, rooms[0])


async def test_a_first_answer_beyond_all_bounds_is_asked_for_in_small(
    desk: Desk, rig: MatrixRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        rig.write(f"m{n} {'x' * 3000}")
    monkeypatch.setattr(client, "LARGEST_SYNC", 40_000)
    batches = await desk.pull_all()
    assert [text.split()[0] for text in texts(batches, rig.rooms["ana"])] == ["m19"]
    # After that nothing is left out: what the small answer does not hold comes page by page.
    for n in range(20, 40):
        rig.write(f"m{n} {'x' * 3000}")
    batches = await desk.pull_all()
    assert [text.split()[0] for text in texts(batches, rig.rooms["ana"])] == [f"m{n}" for n in range(20, 40)]


async def test_nobody_is_left_to_read_an_answer(desk: Desk, rig: MatrixRig) -> None:
    room, ana = rig.rooms["ana"], rig.people["ana"]
    await desk.pull_all()
    ana.ask("POST", f"/rooms/{quoted(room)}/leave", {})
    batches = [await desk.pull()]
    assert "Everybody else has left" in (about(batches, room)[-1].barred or "")
    assert [m.text for m in of(batches, MessageEvent) if m.direction is Direction.SYSTEM][-1] == "Ana left"
    rig.desk.ask("POST", f"/rooms/{quoted(room)}/invite", {"user_id": ana.id})
    ana.join(room)
    desk.anew()
    assert about([await desk.pull()], room)[-1].barred == ""


async def test_a_space_is_no_conversation(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull_all()
    space = rig.people["ben"].room(rig.desk, name="All of us", creation_content={"type": "m.space"})
    batches = await desk.pull_all()
    rig.people["ben"].state(space, "m.room.topic", {"topic": "Everything"})
    batches += await desk.pull_all()
    assert not about(batches, space)
    assert not [message for message in of(batches, MessageEvent) if message.conversation == space]


@pytest.mark.parametrize("kind", ["m.bridge", "uk.half-shot.bridge"])
async def test_a_bridged_room_names_the_network(desk: Desk, rig: MatrixRig, kind: str) -> None:
    room, ana = rig.rooms["ana"], rig.people["ana"]
    ana.state(room, kind, {"protocol": {"id": "whatsapp", "displayname": "WhatsApp"}}, "wa://x")
    assert about([await desk.pull()], room)[-1].title == "Ana (WhatsApp)"
    ana.state(room, "m.room.name", {"name": "Ana on WhatsApp"})
    assert about([await desk.pull()], room)[-1].title == "Ana on WhatsApp"


async def test_an_edit_that_is_taken_back_shows_what_was_before(desk: Desk, rig: MatrixRig) -> None:
    room, ana = rig.rooms["ana"], rig.people["ana"]
    one = rig.write("one")

    def edit(target: str, text: str) -> str:
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": target}
        return ana.send(room, {**new, "body": f"* {text}", "m.new_content": new, "m.relates_to": relation})

    first, second = edit(one, "two"), edit(one, "three")
    await desk.pull_all()
    for taken, text in ((second, "two"), (first, "one")):
        ana.redact(room, taken)
        desk.anew()
        batch = await desk.pull()
        assert [(event.remote_id, event.text) for event in of(batch, EditedEvent)] == [(one, text)]
        assert not of(batch, DeletedEvent)
    third = edit(one, "four")
    await desk.pull()
    edit(third, "an edit of an edit")
    assert not of(await desk.pull(), EditedEvent)


async def test_votes_in_a_poll_are_lines(desk: Desk, rig: MatrixRig) -> None:
    room, ana = rig.rooms["ana"], rig.people["ana"]
    kind = "org.matrix.msc3381.poll"
    answers = [{"id": "a", "org.matrix.msc1767.text": "Tea"}, {"id": "b", "org.matrix.msc1767.text": "Coffee"}]
    question = {"question": {"org.matrix.msc1767.text": "What?"}, "answers": answers, "max_selections": 2}
    poll = ana.send(room, {f"{kind}.start": question}, f"{kind}.start")
    await desk.pull_all()
    desk.anew()
    for chosen in (["b", "a"], []):
        vote = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll}, f"{kind}.response": {"answers": chosen}}
        ana.send(room, vote, f"{kind}.response")
    lines = [(m.text, m.direction, m.reply_to) for m in of(await desk.pull(), MessageEvent)]
    assert lines == [
        ("Ana voted: Coffee, Tea", Direction.SYSTEM, poll),
        ("Ana took a vote back", Direction.SYSTEM, poll),
    ]


async def test_a_token_that_has_ended_by_itself_is_told_as_such(desk: Desk, rig: MatrixRig) -> None:
    rig.proxy.soft = True
    rig.faults.refuse_token = True
    with pytest.raises(LoginRefused, match="short-lived"):
        await desk.pull()


async def test_a_room_that_is_gone_gives_no_older_messages(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull_all()
    with pytest.raises(Refused):
        await desk.connector.backfill("!nowhere:shop.test", "")
