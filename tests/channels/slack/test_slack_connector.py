"""The connector against a Slack that remembers, limits, breaks lines and forgets events."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from omnitui.core.channel_events import (
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    MessageEvent,
    ReactionEvent,
)
from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused
from omnitui.sync.channels.contract import Action, OutboundFile
from omnitui.sync.http.messages import Unanswered
from tests.channels.slack.checking import complaints, paths
from tests.channels.slack.making import desk_of, draft, emptied, nobody_listens
from tests.channels.slack.rig import ROOM, SlackRig


async def test_history_comes_first_then_what_happens(rig: SlackRig, tmp_path: Path) -> None:
    first = rig.write("one & <two>".replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    reply = rig.write("more")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(2)
        assert [one.remote_id for one in desk.messages[:2]] == [first, reply]
        assert desk.messages[0].text == "one & <two>"
        assert {one.conversation for one in desk.messages} == {first}
        author = desk.messages[0].author
        assert author is not None
        assert (author.address, author.name, author.organisation) == (rig.own_person(), "Ana Lima", "Acme")
        assert desk.messages[0].title == "#ext-acme"
        live = rig.write("live", who="ben")
        assert (await desk.until(3))[-1].remote_id == live
        assert rig.slack.owed == {} or await emptied(rig)


async def test_nothing_is_acknowledged_before_it_is_kept_and_a_cursor_gives_it_again(
    rig: SlackRig, tmp_path: Path
) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        remote = rig.write("keep me")
        before: list[Event] = []
        while not before:
            before = await desk.pull(keep=False)
        again = await desk.pull(keep=False)
        for events in (before, again):
            assert remote in {one.remote_id for one in events if isinstance(one, MessageEvent)}
        assert len(rig.slack.owed) == 1
        await desk.until(1)
        assert await emptied(rig)


async def test_a_line_that_breaks_loses_nothing(rig: SlackRig, tmp_path: Path) -> None:
    rig.write("first")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        rig.slack.cut()
        rig.write("unheard reply")
        rig.write("unheard thread", who="ben")
        assert {one.text for one in await desk.until(3)} == {"first", "unheard reply", "unheard thread"}


async def test_a_new_process_goes_on_from_the_cursor(rig: SlackRig, tmp_path: Path) -> None:
    rig.write("first")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        cursor = desk.cursor
    await nobody_listens(rig)
    rig.edit(rig.write("while away"), "changed while away")
    async with desk_of(rig, tmp_path, cursor) as desk:
        await desk.until(1)
        assert "changed while away" in {one.text for one in desk.messages}


async def test_what_changed_while_away_is_seen(rig: SlackRig, tmp_path: Path) -> None:
    root = rig.write("root")
    edited, liked, gone = rig.write("edited"), rig.write("liked"), rig.write("gone")
    lone = rig.write("alone", who="ben")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(5)
        assert not [one for one in desk.events if isinstance(one, DeletedEvent | EditedEvent)]
        cursor = desk.cursor
    await nobody_listens(rig)
    rig.edit(edited, "better")
    rig.react(liked, "👍")
    rig.delete(gone)
    rig.delete(lone)
    async with desk_of(rig, tmp_path, cursor) as desk:
        await desk.pull()
        edits = [one for one in desk.events if isinstance(one, EditedEvent)]
        assert [(one.remote_id, one.text) for one in edits] == [(edited, "better")]
        assert {one.remote_id for one in desk.events if isinstance(one, ReactionEvent)} == {liked}
        assert {one.remote_id for one in desk.events if isinstance(one, DeletedEvent)} == {gone, lone}
        assert root in {one.remote_id for one in desk.messages}
        desk.events.clear()
        await desk.pull()
        assert desk.events == []


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_slack_renews_the_line(rig: SlackRig, tmp_path: Path, reason: str) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        rig.slack.ask_to_leave(reason)
        rig.write("in between")
        await desk.until(1)
        rig.write("after", who="ben")
        assert {one.text for one in await desk.until(2)} == {"in between", "after"}


async def test_socket_mode_turned_off_is_said(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        rig.slack.ask_to_leave("link_disabled")
        with pytest.raises(Refused, match="Socket Mode is turned off"):
            await desk.until(1)


async def test_long_history_comes_whole_page_by_page(rig: SlackRig, tmp_path: Path) -> None:
    for number in range(45):
        rig.slack.post("U0ANA", f"top {number}", tell=False)
    root = rig.slack.post("U0BEN", "root", tell=False)
    for number in range(45):
        rig.slack.post("U0BEN", f"reply {number}", thread_ts=root, tell=False)
    async with desk_of(rig, tmp_path) as desk:
        assert len({one.remote_id for one in await desk.until(91)}) == 91


async def test_events_twice_and_reversed_are_the_same_messages(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        rig.faults.duplicate_events = rig.faults.reverse_events = True
        rig.write("a")
        rig.write("b")
        assert {one.text for one in await desk.until(2)} == {"a", "b"}
        assert rig.faults.seen
        assert await emptied(rig)


async def test_edits_deletes_reactions_and_colleagues(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path) as desk:
        remote = rig.write("typo")
        colleague = rig.colleague_writes("We look at it")
        await desk.until(2)
        rig.edit(remote, "no typo")
        rig.react(remote, "👍")
        rig.delete(colleague)
        for _ in range(200):
            await desk.pull()
            if any(isinstance(one, DeletedEvent) for one in desk.events):
                break
        by_id = {one.remote_id: one for one in desk.messages}
        assert by_id[remote].direction is Direction.IN
        assert by_id[colleague].direction is Direction.OUT
        edits = [one for one in desk.events if isinstance(one, EditedEvent)]
        assert [(one.remote_id, one.text) for one in edits] == [(remote, "no typo")]
        reaction = next(one for one in desk.events if isinstance(one, ReactionEvent))
        assert (reaction.remote_id, reaction.emoji, reaction.person.address) == (remote, ("👍",), rig.own_person())
        assert next(one for one in desk.events if isinstance(one, DeletedEvent)).remote_id == colleague


async def test_an_answer_goes_into_the_thread_once_and_its_echo_has_the_key(rig: SlackRig, tmp_path: Path) -> None:
    root = rig.write("help")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        receipt = await desk.connector.send(draft("use <b> & co", root))
        assert receipt.state == "accepted"
        (arrived,) = rig.sent()
        assert (arrived.remote_id, arrived.conversation, arrived.text) == (receipt.remote_id, root, "use <b> & co")
        echo = (await desk.until(2))[-1]
        assert (echo.remote_id, echo.key, echo.direction) == (receipt.remote_id, "key-1", Direction.OUT)


async def test_a_send_of_unknown_fate_is_found_or_certainly_absent(rig: SlackRig, tmp_path: Path) -> None:
    root = rig.write("help")
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        rig.faults.sends_lost_after = 1
        with pytest.raises(Unanswered):
            await desk.connector.send(draft(conversation=root))
        found = await desk.connector.reconcile(draft(conversation=root))
        assert (found.state, found.remote_id) == ("found", rig.sent()[0].remote_id)
        rig.faults.sends_cut_before = 1
        with pytest.raises(Unanswered):
            await desk.connector.send(draft(conversation=root, key="key-2"))
        assert (await desk.connector.reconcile(draft(conversation=root, key="key-2"))).state == "absent"
        rig.faults.server_error = 1
        with pytest.raises(ProtocolError):
            await desk.connector.send(draft(conversation=root, key="key-3"))
        assert (await desk.connector.reconcile(draft(conversation=root, key="key-3"))).state == "absent"
        assert len(rig.sent()) == 1


async def test_files_go_and_an_unknown_one_is_found_by_its_id(rig: SlackRig, tmp_path: Path) -> None:
    root = rig.write("send me the bill")
    path = tmp_path / "bill.txt"
    path.write_bytes(b"12 EUR")
    bill = (OutboundFile("bill.txt", "text/plain", 6, path),)
    async with desk_of(rig, tmp_path / "notes") as desk:
        await desk.pull()
        receipt = await desk.connector.send(draft("here", root, files=bill))
        assert receipt.remote_id == rig.sent()[0].remote_id
        assert rig.sent()[0].files == ("bill.txt",)
        assert next(one.key for one in await desk.until(2) if one.direction is Direction.OUT) == "key-1"
        rig.faults.sends_lost_after = 1
        with pytest.raises(Unanswered):
            await desk.connector.send(draft("again", root, key="key-2", files=bill))
    async with desk_of(rig, tmp_path / "notes") as other:
        found = await other.connector.reconcile(draft("again", root, key="key-2", files=bill))
        assert (found.state, found.remote_id) == ("found", rig.sent()[1].remote_id)
        never = await other.connector.reconcile(draft("x", root, key="key-3", files=bill))
        assert never.state == "absent"
        rig.faults.sends_cut_before = 1
        with pytest.raises(Unanswered):
            await other.connector.send(draft("x", root, key="key-4", files=bill))
        with pytest.raises(Offline, match="still be putting"):
            await other.connector.reconcile(draft("x", root, key="key-4", files=bill))


async def test_a_customers_file_is_fetched_with_the_token_from_slack_only(rig: SlackRig, tmp_path: Path) -> None:
    rig.write_file("photo.png", b"png bytes")
    async with desk_of(rig, tmp_path) as desk:
        (message,) = await desk.until(1)
        into = io.BytesIO()
        await desk.connector.fetch_attachment(message.files[0].ref, into)
        assert into.getvalue() == b"png bytes"
        with pytest.raises(NotFound):
            await desk.connector.fetch_attachment("FNONE", into)
        rig.slack.files[message.files[0].ref]["url_private"] = "https://evil.example/steal"
        with pytest.raises(Refused, match="not kept by Slack"):
            await desk.connector.fetch_attachment(message.files[0].ref, into)


async def test_channels_in_a_text_are_called_by_their_names(rig: SlackRig, tmp_path: Path) -> None:
    rig.write(f"see <#{ROOM}>")
    async with desk_of(rig, tmp_path) as desk:
        assert [one.text for one in await desk.until(1)] == ["see #ext-acme"]


async def test_changes_may_be_done_twice(rig: SlackRig, tmp_path: Path) -> None:
    root = rig.write("hi")
    async with desk_of(rig, tmp_path) as desk:
        sent = (await desk.connector.send(draft("answer", root))).remote_id
        edit = Action(kind="edit", conversation=root, remote_id=sent, value={"text": "better"})
        react = Action(kind="react", conversation=root, remote_id=root, value={"emoji": "👍", "added": True})
        delete = Action(kind="delete", conversation=root, remote_id=sent)
        states = [(await desk.connector.act(action)).state for action in (edit, edit, react, react)]
        assert rig.sent()[0].text == "better"
        states += [(await desk.connector.act(delete)).state, (await desk.connector.act(delete)).state]
        assert states == ["accepted", "accepted", "accepted", "duplicate", "accepted", "duplicate"]
        assert rig.sent() == []
        with pytest.raises(Refused):
            await desk.connector.act(Action(kind="assign", conversation=root))


async def test_probe_names_what_is_missing(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path, channels=("nowhere",)) as desk:
        good = await desk.connector.probe()
        assert good.works
        assert good.identity.address == "T0HOME:U0APP"
        assert any("not in the channel nowhere" in one.words for one in good.findings)
        rig.slack.scopes -= {"chat:write", "files:read"}
        bad = await desk.connector.probe()
        grades = {one.grade: one.words for one in bad.findings}
        assert not bad.works
        assert "chat:write" in grades["missing"]
        assert "files:read" in grades["warning"]
        rig.faults.refuse_token = True
        with pytest.raises(LoginRefused):
            await desk.connector.probe()
        with pytest.raises(LoginRefused) as refused:
            await desk.pull()
        assert "planted" not in str(refused.value)


async def test_limits_are_waited_for_and_a_direct_message_can_be_begun(rig: SlackRig, tmp_path: Path) -> None:
    from omnitui.core.channel_events import Person

    async with desk_of(rig, tmp_path) as desk:
        rig.faults.too_many = 1
        receipt = await desk.connector.send(draft("hello", to=(Person(rig.own_person()),)))
        assert rig.faults.seen == ["429 conversations.open"]
        assert receipt.conversation == "DU0ANA"
        assert [one.text for one in rig.sent()] == ["hello"]


@pytest.mark.skipif(paths() is None, reason="Slack's description is not beside the project")
def test_the_check_tells_good_from_bad() -> None:
    good = {"channel": "C1", "text": "x", "thread_ts": "1.2"}
    assert complaints("POST", "chat.postMessage", good, "Bearer xoxb-1") == []
    assert len(complaints("GET", "chat.postMessage", {"nonsense": "1"}, "")) == 4
    assert complaints("GET", "conversations.history", {"channel": "C1", "limit": "abc"}, "Bearer xoxb-1")
    assert complaints("GET", "no.such", {}, "Bearer xoxb-1")


def test_the_room_is_the_one_that_the_rig_names(rig: SlackRig) -> None:
    assert rig.write("x").startswith(f"{ROOM}:")
