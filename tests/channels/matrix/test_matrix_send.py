"""Sending to a real homeserver: in every trouble a message is there once, and never clear in an encrypted room."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Direction,
    EditedEvent,
    MessageEvent,
    Person,
    ReactionEvent,
)
from omnitui.core.errors import LoginRefused, NotFound, Offline, Refused
from omnitui.core.times import DAY, Instant
from omnitui.sync.channels.contract import Action, Outbound, OutboundFile
from omnitui.sync.http.messages import Unanswered
from tests.channels.matrix.conftest import Desk
from tests.channels.matrix.rig import MatrixRig
from tests.channels.matrix.test_matrix_pull import of, said, texts
from tests.servers.synapse import quoted

pytestmark = pytest.mark.servers


def draft(rig: MatrixRig, text: str = "Hello", *, key: str = "key-1", **more: object) -> Outbound:
    """An answer to Ana."""
    given = {"conversation": rig.rooms["ana"], "composed_at": Instant(int(time.time() * 1000)), **more}
    return Outbound(key=key, text=text, **given)  # type: ignore[arg-type]


def file(folder: Path, name: str, data: bytes = b"data") -> OutboundFile:
    """A file to go along."""
    path = folder / name
    path.write_bytes(data)
    return OutboundFile(name, "text/plain", len(data), path)


async def test_a_send_arrives_and_its_echo_bears_our_key(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()
    receipt = await desk.connector.send(draft(rig))
    (arrived,) = rig.sent()
    assert (receipt.state, receipt.remote_id, arrived.text) == ("accepted", arrived.remote_id, "Hello")
    (echo,) = [m for m in of(await desk.pull(), MessageEvent) if m.text]
    assert (echo.key, echo.remote_id, echo.direction) == ("key-1", receipt.remote_id, Direction.OUT)


async def test_a_key_of_ours_in_a_customers_message_is_not_believed(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()
    rig.people["ana"].say(rig.rooms["ana"], "mine", **{"org.omnitui.key": "key-1"})
    (message,) = of(await desk.pull(), MessageEvent)
    assert (message.key, message.direction) == ("", Direction.IN)


@pytest.mark.parametrize("fault", ["sends_lost_after", "sends_cut_before"])
async def test_a_send_without_an_answer_is_unknown_and_a_retry_does_not_double_it(
    desk: Desk, rig: MatrixRig, fault: str
) -> None:
    setattr(rig.faults, fault, 1)
    with pytest.raises(Unanswered):
        await desk.connector.send(draft(rig))
    looked = await desk.connector.reconcile(draft(rig))
    assert looked.state == ("found" if fault == "sends_lost_after" else "absent")
    receipt = await desk.anew().send(draft(rig))
    (arrived,) = rig.sent()
    assert receipt.remote_id == arrived.remote_id


async def test_a_late_retry_with_another_token_finds_the_first_try(desk: Desk, rig: MatrixRig) -> None:
    rig.faults.sends_lost_after = 1
    with pytest.raises(Unanswered):
        await desk.connector.send(draft(rig))
    # A transaction id counts for one token only: this one has never heard of it.
    rig.desk = rig.desk.again()
    desk.now = int(time.time() * 1000) + DAY
    receipt = await desk.anew().send(draft(rig))
    (arrived,) = rig.sent()
    assert (receipt.state, receipt.remote_id) == ("duplicate", arrived.remote_id)


async def test_a_text_with_files_that_is_cut_off_in_the_middle_is_completed(
    desk: Desk, rig: MatrixRig, tmp_path: Path
) -> None:
    await desk.pull()
    one = draft(rig, files=(file(tmp_path, "a.txt"), file(tmp_path, "b.txt")))
    rig.faults.sends_lost_after = 2
    with pytest.raises(Unanswered):
        await desk.connector.send(one)
    with pytest.raises(Unanswered):
        await desk.connector.send(one)
    assert (await desk.connector.reconcile(one)).state == "absent"
    receipt = await desk.anew().send(one)
    (arrived,) = rig.sent()
    assert (arrived.text, arrived.files, arrived.remote_id) == ("Hello", ("a.txt", "b.txt"), receipt.remote_id)
    assert (await desk.connector.reconcile(one)).remote_id == receipt.remote_id
    # Its files stand in the cache with the message that was written here.
    assert [m.remote_id for m in of(await desk.pull(), MessageEvent)] == [receipt.remote_id]


async def test_nothing_goes_into_an_encrypted_room(desk: Desk, rig: MatrixRig) -> None:
    room, ana = rig.rooms["ana"], rig.people["ana"]
    ours = rig.colleague_writes("before")
    await desk.pull()
    ana.state(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    ana.send(room, {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA"}, "m.room.encrypted")
    with pytest.raises(Refused, match="encrypted"):
        await desk.connector.send(draft(rig))
    with pytest.raises(Refused, match="encrypted"):
        await desk.connector.act(Action(kind="edit", conversation=room, remote_id=ours, value={"text": "x"}))
    batch = await desk.pull()
    told = [event.barred for event in of(batch, ConversationEvent)]
    secret = [m for m in of(batch, MessageEvent) if m.kind == "encrypted"]
    assert told
    assert told[-1]
    assert "cannot read" in secret[0].text
    assert [arrived.text for arrived in rig.sent()] == ["before"]


async def test_what_the_server_says_about_waiting_and_the_token_is_heard(desk: Desk, rig: MatrixRig) -> None:
    rig.faults.too_many = 1
    assert (await desk.connector.send(draft(rig))).state == "accepted"
    rig.faults.refuse_token = True
    with pytest.raises(LoginRefused):
        await desk.connector.send(draft(rig, key="key-2"))
    assert len(rig.sent()) == 1


async def test_answering_names_what_is_answered_and_stays_in_its_thread(desk: Desk, rig: MatrixRig) -> None:
    room, ana = rig.rooms["ana"], rig.people["ana"]
    root = rig.write("root")
    thread = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": {"event_id": root}}
    inside = ana.say(room, "in the thread", **{"m.relates_to": thread})
    receipt = await desk.connector.send(draft(rig, reply_to=inside))
    event = next(event for event in rig.timeline(room) if event["event_id"] == receipt.remote_id)
    relation = event["content"]["m.relates_to"]
    assert (relation["event_id"], relation["m.in_reply_to"]["event_id"]) == (root, inside)
    answers = {m.text: m.reply_to for m in of(await desk.pull(), MessageEvent)}
    assert (answers["in the thread"], answers["Hello"]) == (root, inside)


async def test_files_come_and_go_whole(desk: Desk, rig: MatrixRig, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    rig.write_file("numbers.bin", data)
    (message,) = said(await desk.pull(), rig.rooms["ana"])
    (there,) = message.files
    assert (there.name, there.size, message.text) == ("numbers.bin", len(data), "")
    into = io.BytesIO()
    await desk.connector.fetch_attachment(there.ref, into)
    assert into.getvalue() == data
    with pytest.raises(NotFound):
        await desk.connector.fetch_attachment("mxc://shop.test/nothingofthekind", io.BytesIO())
    with pytest.raises(NotFound):
        await desk.connector.fetch_attachment("../../etc/passwd", io.BytesIO())
    await desk.connector.send(draft(rig, "", files=(file(tmp_path, "only.txt", data),)))
    assert rig.sent()[-1].files == ("only.txt",)


async def test_edit_react_and_take_back(desk: Desk, rig: MatrixRig, tmp_path: Path) -> None:
    room, theirs = rig.rooms["ana"], rig.write("hi")
    ours = (await desk.connector.send(draft(rig, files=(file(tmp_path, "a.txt"),)))).remote_id
    await desk.pull()
    thumb = Action(kind="react", conversation=room, remote_id=theirs, value={"emoji": "👍", "added": True})
    for _ in range(2):
        await desk.connector.act(thumb)
    await desk.connector.act(Action(kind="edit", conversation=room, remote_id=ours, value={"text": "Hello!"}))
    batch = await desk.pull()
    (reaction,), (edited,) = of(batch, ReactionEvent), of(batch, EditedEvent)
    assert (reaction.remote_id, reaction.ours, edited.text) == (theirs, True, "Hello!")
    await desk.connector.act(replace(thumb, value={"emoji": "👍", "added": False}))
    await desk.connector.act(Action(kind="delete", conversation=room, remote_id=ours))
    batch = await desk.pull()
    (gone,), taken = of(batch, ReactionEvent), of(batch, DeletedEvent)
    assert not gone.added
    assert (taken[0].remote_id, len(taken)) == (ours, 2)
    assert not rig.sent()


async def test_read_and_typing_are_shown_to_the_customer(desk: Desk, rig: MatrixRig) -> None:
    room, ana = rig.rooms["ana"], rig.people["ana"]
    theirs = rig.write("hi")
    since = ana.ask("GET", "/sync", timeout="0")["next_batch"]
    await desk.connector.act(Action(kind="read", conversation=room, value={"up_to": theirs}))
    await desk.connector.act(Action(kind="typing", conversation=room))
    ephemeral = ana.ask("GET", "/sync", since=since, timeout="0")["rooms"]["join"][room]["ephemeral"]["events"]
    seen = {event["type"]: event["content"] for event in ephemeral}
    assert rig.desk.id in seen["m.receipt"][theirs]["m.read"]
    assert seen["m.typing"]["user_ids"] == [rig.desk.id]


async def test_writing_first_makes_one_room(desk: Desk, rig: MatrixRig) -> None:
    carl = rig.server.user(f"carl{time.monotonic_ns()}", "Carl")
    first = draft(rig, conversation="", to=(Person(carl.id),))
    rig.faults.sends_lost_after = 1
    with pytest.raises(Unanswered):
        await desk.connector.send(first)
    receipt = await desk.anew().send(first)
    (room,) = carl.ask("GET", "/sync", timeout="0")["rooms"]["invite"]
    assert receipt.conversation == room
    carl.join(room)
    second = await desk.connector.send(draft(rig, conversation="", to=(Person(carl.id),), key="key-2"))
    assert second.conversation == room
    bodies = [event["content"].get("body") for event in rig.timeline(room) if event["type"] == "m.room.message"]
    assert bodies == ["Hello", "Hello"]
    with pytest.raises(Refused, match="user id"):
        await desk.connector.send(draft(rig, conversation="", to=(Person("ana@shop.example"),)))


async def test_invitations_are_accepted_or_wait_for_an_answer(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()
    ben = rig.people["ben"]
    room = ben.room(rig.desk, name="A new order")
    ben.say(room, "written before you came")
    batches = await desk.pull_all()
    assert texts(batches, room) == ["written before you came"]
    assert [event.title for event in of(batches, ConversationEvent) if event.conversation == room][-1] == "A new order"
    desk.anew(join_invites=False)
    other = ben.room(rig.desk, name="Another")
    ben.say(other, "are you there?")
    (invite,) = of(await desk.pull_all(), MessageEvent)
    assert (invite.kind, invite.conversation, invite.direction) == ("invite", other, Direction.IN)
    await desk.connector.send(draft(rig, conversation=other))
    assert texts(await desk.pull_all(), other) == ["are you there?", "Hello"]


async def test_older_messages_come_page_by_page(desk: Desk, rig: MatrixRig) -> None:
    sent = [rig.write(f"m{n}") for n in range(90)]
    await desk.pull()
    room = rig.rooms["ana"]
    page = await desk.connector.backfill(room, sent[60])
    assert texts(page, room) == [f"m{n}" for n in range(10, 60)]
    assert page.more
    last = await desk.connector.backfill(room, sent[10])
    assert texts(last, room) == [f"m{n}" for n in range(10)]
    with pytest.raises(Refused):
        await desk.connector.backfill("!nowhere:shop.test", "")


async def test_a_room_that_we_left_is_barred(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()
    room, ana = rig.rooms["ana"], rig.people["ana"]
    ana.say(room, "goodbye")
    ana.ask("POST", f"/rooms/{quoted(room)}/kick", {"user_id": rig.desk.id, "reason": "done"})
    batch = await desk.pull()
    assert [event.barred != "" for event in of(batch, ConversationEvent) if event.conversation == room][-1]
    assert texts(batch, room) == ["goodbye"]
    with pytest.raises(Refused):
        await desk.connector.send(draft(rig))


async def test_the_probe_tells_who_we_are_and_what_is_encrypted(desk: Desk, rig: MatrixRig) -> None:
    rig.people["ana"].state(rig.rooms["ana"], "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    rig.people["ben"].room(rig.desk)
    probe = await desk.connector.probe()
    assert (probe.identity.address, probe.identity.name, probe.works) == (rig.desk.id, "Shop support", True)
    told = [(finding.grade, finding.words[:30]) for finding in probe.findings]
    assert told == [
        ("fine", "It is in 2 rooms"),
        ("warning", "1 of its rooms are encrypted: "[:30]),
        ("fine", "1 invitations wait; they will "[:30]),
    ]
    rig.faults.refuse_token = True
    with pytest.raises(LoginRefused, match="sign in again"):
        await desk.connector.probe()


async def test_an_address_without_a_homeserver_is_told(desk: Desk, rig: MatrixRig) -> None:
    with pytest.raises((Offline, Refused)):
        await desk.anew(homeserver="http://localhost:1").probe()
