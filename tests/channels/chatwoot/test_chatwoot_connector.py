"""The connector against the stateful fake: pulling, answering, looking for lost sends, working the queue."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from omnitui.core.channel_events import DeletedEvent, Event, GapEvent, MessageEvent
from omnitui.core.errors import LoginRefused, NotFound, Offline, Refused
from omnitui.sync.channels.chatwoot import cursor
from omnitui.sync.channels.chatwoot.connector import ChatwootConnector
from omnitui.sync.channels.contract import Action, Outbound, OutboundFile, PullBudget
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Unanswered
from tests.channels.chatwoot.at_work import NOW, connect, draft, drained, state, texts
from tests.channels.chatwoot.fake import KIM, ME, SERVER, SPECIFICATION, FakeChatwoot
from tests.channels.openapi import needed


def test_the_check_can_tell_right_from_wrong() -> None:
    base = f"{SERVER}/api/v1/accounts/3/conversations"
    head = {"api_access_token": "t", "content-type": "application/json"}
    needed(SPECIFICATION, SERVER).tell_apart(
        ("POST", f"{base}/1/messages", head, b'{"content": "x", "private": true}'),
        ("POST", f"{base}/1/messages", head, b'{"private": true}'),
        ("POST", f"{base}/1/messages", head, b'{"content": "x", "template_params": {"name": "x"}}'),
        ("POST", base, head, b'{"inbox_id": 1}'),
        ("POST", f"{SERVER}/api/v1/accounts/3/contacts", head, b'{"name": "Zoe"}'),
        ("GET", f"{SERVER}/api/v1/accounts/3/contacts/search?query=x", head, b""),
        ("POST", f"{base}/1/toggle_status", head, b'{"status": "closed"}'),
        ("GET", f"{base}?status=closed", head, b""),
        ("GET", f"{base}?statuz=all", head, b""),
        ("GET", base, {}, b""),
    )


async def test_the_queue_comes_first_and_nothing_twice(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    who = fake.contact("ana")
    for number in range(30):
        fake.now = NOW + number
        room = fake.conversation(who)
        fake.add(room, f"hello {number}")
        fake.conversations[room]["status"] = "resolved" if number % 2 else "open"
    first = await desk.pull("", PullBudget())
    assert set(texts(list(first.events))) == {f"hello {number}" for number in range(0, 30, 2)}
    found, at = await drained(desk)
    assert len(texts(found)) == 30
    calls = len(fake.asked)
    again, same = await drained(desk, at)
    assert (again, same, len(fake.asked) - calls) == ([], at, 2)


async def test_small_batches_lose_nothing_and_end(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    who = fake.contact("ana")
    for number in range(60):
        fake.now = NOW + number // 10
        fake.add(fake.conversation(who), f"hello {number}")
    found, _ = await drained(desk, events=7)
    assert sorted(texts(found)) == sorted(f"hello {number}" for number in range(60))


async def test_one_second_across_the_border_of_a_page(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    who = fake.contact("ana")
    rooms = [fake.conversation(who) for _ in range(80)]
    for room in rooms:
        fake.add(room, "old")
    _, at = await drained(desk)
    fake.now = NOW + 1000
    for room in rooms:
        fake.add(room, f"at once {room}")
    found, _ = await drained(desk, at, events=50)
    assert {f"at once {room}" for room in rooms} <= set(texts(found))


async def test_a_crash_midway_brings_the_rest_again(
    fake: FakeChatwoot, desk: ChatwootConnector, http: Client, tmp_path: Path
) -> None:
    who = fake.contact("ana")
    rooms = [fake.conversation(who) for _ in range(40)]
    _, at = await drained(desk)
    fake.now = NOW + 1000
    for room in rooms:
        fake.add(room, f"news {room}")
    half = await desk.pull(at, PullBudget(events=30))
    assert half.more
    assert cursor.read(half.next_cursor).high == cursor.read(at).high
    found, _ = await drained(connect(fake, http, tmp_path), at)
    rest, _ = await drained(connect(fake, http, tmp_path), half.next_cursor)
    assert len(texts(found)) == 40
    assert set(texts(found)) == {*texts(list(half.events)), *texts(rest)}


async def test_hundreds_of_messages_while_we_were_away(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    who = fake.contact("ana")
    room, old = fake.conversation(who), fake.conversation(who, status="resolved")
    fake.add(old, "long ago")
    _, at = await drained(desk)
    forgotten = cursor.read(at)
    del forgotten.known[str(old)]
    fake.now = NOW + 5000
    for number in range(250):
        fake.add(room, f"a {number}")
    for number in range(45):
        fake.add(old, f"b {number}")
    found, _ = await drained(desk, forgotten.text())
    assert [text for text in texts(found) if text[0] == "a"] == [f"a {number}" for number in range(250)]
    assert [text for text in texts(found) if text[:2] == "b "] == [f"b {number}" for number in range(45)]
    assert not [one for one in found if isinstance(one, GapEvent)]


async def test_what_changes_without_activity_is_seen(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    who = fake.contact("ana")
    rooms = [fake.conversation(who) for _ in range(60)]
    first = [fake.add(room, "hello") for room in rooms]
    answer = fake.add(rooms[0], "Sure", 1, sender=KIM)
    for room in rooms[1:]:
        fake.now = NOW + room
        fake.add(room, "more")
    _, at = await drained(desk)
    fake.touch(answer, status="read")
    fake.remove(first[0])
    found: list[Event] = []
    for _ in range(20):
        more, at = await drained(desk, at)
        found += more
    assert {one.delivery for one in found if isinstance(one, MessageEvent) and one.text == "Sure"} == {"read"}
    assert {one.remote_id for one in found if isinstance(one, DeletedEvent)} == {str(first[0])}


async def test_only_the_inboxes_that_are_wanted(fake: FakeChatwoot, http: Client, tmp_path: Path) -> None:
    fake.inboxes[2] = {"id": 2, "name": "Billing", "channel_type": "Channel::Email"}
    who = fake.contact("ana")
    fake.add(fake.conversation(who), "web")
    fake.add(fake.conversation(who, 2), "mail")
    found, _ = await drained(connect(fake, http, tmp_path, inboxes=("Billing",)))
    assert texts(found) == ["mail"]


async def test_older_messages(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    room = fake.conversation(fake.contact("ana"))
    ids = [fake.add(room, f"m {number}") for number in range(50)]
    found, _ = await drained(desk)
    assert texts(found) == [f"m {number}" for number in range(30, 50)]
    older = await desk.backfill(str(room), str(ids[30]))
    assert (texts(list(older.events)), older.more) == ([f"m {number}" for number in range(10, 30)], True)


@pytest.mark.parametrize("private", [False, True])
async def test_an_answer_and_a_note(fake: FakeChatwoot, desk: ChatwootConnector, *, private: bool) -> None:
    room = fake.conversation(fake.contact("ana"))
    asked = fake.add(room, "Is it there?")
    receipt = await desk.send(draft(room, private=private, reply_to=str(asked)))
    made = fake.messages[room][-1]
    assert receipt.remote_id == str(made["id"])
    assert (made["private"], made["content"], made["content_attributes"]["in_reply_to"]) == (private, "Sure", asked)
    assert (await desk.reconcile(draft(room, private=private))).remote_id == receipt.remote_id


async def test_files_both_ways(fake: FakeChatwoot, desk: ChatwootConnector, tmp_path: Path) -> None:
    room = fake.conversation(fake.contact("ana"))
    data = bytes(range(256)) * 3 + b"\r\n--omnitui-\r\n"
    path = tmp_path / "f"
    path.write_bytes(data)
    file = OutboundFile('a "b".bin', "application/x-thing", len(data), path)
    await desk.send(draft(room, "Here", files=(file,)))
    found, _ = await drained(desk)
    (message,) = (one for one in found if isinstance(one, MessageEvent))
    assert (message.text, message.key) == ("Here", "k1")
    into = io.BytesIO()
    await desk.fetch_attachment(message.files[0].ref, into)
    assert into.getvalue() == data
    fake.remove(int(message.remote_id))
    for ref in (message.files[0].ref, "", '{"m": 1}'):
        with pytest.raises(NotFound):
            await desk.fetch_attachment(ref, io.BytesIO())


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_send_that_was_lost_is_found(fake: FakeChatwoot, desk: ChatwootConnector, *, keeps: bool) -> None:
    fake.keeps_attributes = keeps
    room = fake.conversation(fake.contact("ana"))
    fake.faults.sends_lost_after = 1
    with pytest.raises(Unanswered):
        await desk.send(draft(room))
    for number in range(30):
        fake.add(room, f"meanwhile {number}")
    found = await desk.reconcile(draft(room))
    assert (found.state, found.remote_id) == ("found", str(fake.messages[room][0]["id"]))


async def test_a_send_that_was_cut_off_is_absent(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    room = fake.conversation(fake.contact("ana"))
    fake.add(room, "Sure", 1, sender=KIM)
    fake.add(room, "Sure", 1, sender=ME, at=NOW - 4000)
    fake.add(room, "Sure", 1, sender=ME, private=True)
    fake.faults.sends_cut_before = 1
    with pytest.raises(Unanswered):
        await desk.send(draft(room))
    assert (await desk.reconcile(draft(room))).state == "absent"


async def test_the_same_words_twice_are_not_guessed_at(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    fake.keeps_attributes = False
    room = fake.conversation(fake.contact("ana"))
    first = await desk.send(draft(room, key="k1"))
    fake.faults.sends_lost_after = 1
    with pytest.raises(Unanswered):
        await desk.send(draft(room, key="k2"))
    found = await desk.reconcile(draft(room, key="k2"))
    assert found.state == "found"
    assert found.remote_id != first.remote_id
    fake.add(room, "Sure", 1, sender=ME)
    assert (await desk.reconcile(draft(room, key="k3"))).state == "found"
    for _ in range(2):
        fake.add(room, "Sure", 1, sender=ME)
    assert (await desk.reconcile(draft(room, key="k4"))).state == "cannot_tell"


async def test_sends_that_will_never_be_done(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    barred = fake.conversation(fake.contact("ana"), can_reply=False)
    for wrong in (draft(barred), draft(99), Outbound(key="k", conversation="", text="x"), draft(barred, reply_to="")):
        with pytest.raises(Refused):
            await desk.send(wrong)
    assert (await desk.send(draft(barred, private=True))).state == "accepted"


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("state", {"state": "closed"}, {"state": "closed"}),
        ("state", {"state": "pending"}, {"state": "pending"}),
        ("state", {"state": "snoozed", "until": (NOW + 60) * 1000}, {"snoozed_until": (NOW + 60) * 1000}),
        ("assign", {"assignee": "Kim"}, {"assignee": "Kim"}),
        ("assign", {"assignee": "ana"}, {"assignee": "Ana"}),
        ("tags", {"tags": ["vip", "billing"]}, {"tags": ("vip", "billing")}),
        ("priority", {"priority": 2}, {"priority": 2}),
        ("priority", {"priority": 0}, {"priority": 0}),
    ],
)
async def test_the_queue_is_worked_both_ways(
    fake: FakeChatwoot, desk: ChatwootConnector, kind: str, value: dict[str, Any], shown: dict[str, Any]
) -> None:
    room = fake.conversation(fake.contact("ana"), priority="low")
    _, at = await drained(desk)
    for _ in range(2):
        await desk.act(Action(kind=kind, conversation=str(room), value=value))
    found, _ = await drained(desk, at)
    assert {name: getattr(state(found, room), name) for name in shown} == shown


async def test_nobody_and_no_priority_again(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    room = fake.conversation(fake.contact("ana"), priority="high", assignee=KIM)
    await desk.act(Action(kind="assign", conversation=str(room), value={"assignee": ""}))
    assert fake.conversations[room]["assignee"] is None
    fake.null_priority_only = True
    await desk.act(Action(kind="priority", conversation=str(room), value={"priority": 0}))
    assert fake.conversations[room]["priority"] is None
    fake.violations.clear()  # null is what those servers want, and the published file does not allow


async def test_deleting_reading_typing(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    room = fake.conversation(fake.contact("ana"))
    said = fake.add(room, "Oops", 1, sender=ME)
    for kind in ("delete", "delete", "read", "typing"):
        await desk.act(Action(kind=kind, conversation=str(room), remote_id=str(said)))
    assert fake.messages[room][0]["content_attributes"] == {"deleted": True}
    assert (fake.conversations[room]["agent_last_seen_at"], fake.conversations[room]["typing"]) == (NOW, "on")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("edit", {"text": "x"}),
        ("react", {}),
        ("state", {"state": "spam"}),
        ("assign", {"assignee": "Zoe"}),
        ("tags", {"tags": ["a,b"]}),
    ],
)
async def test_what_chatwoot_cannot_do(
    fake: FakeChatwoot, desk: ChatwootConnector, kind: str, value: dict[str, Any]
) -> None:
    room = fake.conversation(fake.contact("ana"))
    with pytest.raises(Refused):
        await desk.act(Action(kind=kind, conversation=str(room), remote_id="5", value=value))


async def test_a_probe_names_what_is_missing(fake: FakeChatwoot, http: Client, tmp_path: Path) -> None:
    good = await connect(fake, http, tmp_path).probe()
    assert good.works
    assert good.identity.email == "ana@shop.example"
    other = await connect(fake, http, tmp_path, account_id=8).probe()
    assert not other.works
    assert "3 (Shop)" in other.findings[0].words
    inbox = await connect(fake, http, tmp_path, inboxes=("Sales",)).probe()
    assert not inbox.works
    assert any("Website" in one.words for one in inbox.findings)
    fake.inboxes.clear()
    assert any(one.grade == "warning" for one in (await connect(fake, http, tmp_path).probe()).findings)
    with pytest.raises(LoginRefused) as refused:
        await connect(fake, http, tmp_path, token="wrong-secret").probe()
    assert "wrong-secret" not in str(refused.value)
    assert {method for method, _ in fake.asked} == {"GET"}


async def test_trouble_of_the_server(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    room = fake.conversation(fake.contact("ana"))
    fake.faults.server_error = 1
    with pytest.raises(Unanswered):
        await desk.send(draft(room))
    fake.faults.server_error = 20
    with pytest.raises(Offline):
        await desk.pull("", PullBudget())
