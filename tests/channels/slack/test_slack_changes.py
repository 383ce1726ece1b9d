"""What was changed or deleted in older messages while nobody listened, and how far back that is looked for."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from omnitui.core.channel_events import ConversationEvent, GapEvent, ReactionEvent
from omnitui.core.errors import Offline
from tests.channels.slack.making import Desk, desk_of, nobody_listens
from tests.channels.slack.rig import ROOM, SlackRig

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def days_ago(rig: SlackRig, days: float, text: str, root: str = "") -> str:
    """A message that has been there for so long."""
    more = {"thread_ts": root} if root else {}
    return rig.slack.post("U0ANA", text, ts=f"{time.time() - days * 86400:.6f}", tell=False, **more)


async def test_changes_in_messages_of_the_last_days_are_found_after_a_break(rig: SlackRig, tmp_path: Path) -> None:
    top = days_ago(rig, 5, "top")
    gone_top = days_ago(rig, 5.1, "top that goes")
    root = days_ago(rig, 5.2, "root")
    edited, gone, kept = (days_ago(rig, 5 - n / 10, text, root) for n, text in enumerate(("a", "b", "c")))
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(6)
        cursor = desk.cursor
    await nobody_listens(rig)
    rig.slack.change(ROOM, top, "top, better")
    rig.slack.change(ROOM, edited, "a, better")
    rig.slack.remove(ROOM, gone)
    rig.slack.remove(ROOM, gone_top)
    async with desk_of(rig, tmp_path, cursor, ahead=DAY) as desk:
        await desk.pull()
        assert desk.edits == {f"{ROOM}:{top}": "top, better", f"{ROOM}:{edited}": "a, better"}
        assert desk.gone == {f"{ROOM}:{gone}", f"{ROOM}:{gone_top}"}
        assert f"{ROOM}:{kept}" not in desk.gone
        cursor = desk.cursor
        desk.events.clear()
        await desk.pull()
        assert (desk.edits, desk.gone) == ({}, set())


async def test_a_root_that_goes_leaves_its_answers(rig: SlackRig, tmp_path: Path) -> None:
    root = days_ago(rig, 1, "root")
    reply = days_ago(rig, 0.9, "reply", root)
    rig.write("something newer", who="ben")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(3)
        cursor = desk.cursor
    await nobody_listens(rig)
    rig.slack.remove(ROOM, root)
    async with desk_of(rig, tmp_path, cursor, ahead=HOUR) as desk:
        await desk.pull()
        assert desk.gone == {f"{ROOM}:{root}"}
        assert f"{ROOM}:{reply}" not in desk.gone
        desk.events.clear()
        desk.ahead += 11 * MINUTE
        await desk.pull()
        assert desk.gone == set(), "it is told once"


async def test_many_threads_are_looked_at_beside_and_by_the_next_process_too(rig: SlackRig, tmp_path: Path) -> None:
    replies = []
    for number in range(26):
        root = days_ago(rig, 2, f"root {number}")
        replies.append(days_ago(rig, 1.9 - number / 100, f"reply {number}", root))
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(52)
        cursor = desk.cursor
    await nobody_listens(rig)
    for reply in replies:
        rig.slack.change(ROOM, reply, "changed", tell=False)
    async with desk_of(rig, tmp_path, cursor, ahead=HOUR) as desk:
        await desk.pull()
        assert 0 < len(desk.edits) < 26, "the account is in step before all of them were looked at"
        assert f"{ROOM}:{replies[-1]}" in desk.edits, "the latest come first"
        seen, cursor = set(desk.edits), desk.cursor
    async with desk_of(rig, tmp_path, cursor, ahead=HOUR + MINUTE) as desk:
        await desk.until_so(lambda: len(seen | set(desk.edits)) == 26)


async def test_a_thread_that_cannot_be_looked_at_stops_nothing(rig: SlackRig, tmp_path: Path) -> None:
    replies = [days_ago(rig, 1.9, "reply", days_ago(rig, 2, "root")) for _ in range(2)]
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(4)
        cursor = desk.cursor
    await nobody_listens(rig)
    for reply in replies:
        rig.slack.change(ROOM, reply, "changed", tell=False)
    rig.slack.replies["conversations.replies"] = [(200, {"ok": False, "error": "some_new_error"})]
    async with desk_of(rig, tmp_path, cursor, ahead=HOUR) as desk:
        await desk.pull()
        assert len(desk.edits) == 1


async def test_after_a_moment_only_nothing_old_is_looked_at(rig: SlackRig, tmp_path: Path) -> None:
    root = days_ago(rig, 2, "root")
    days_ago(rig, 1.9, "reply", root)
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(2)
        asked = len([1 for method, _ in rig.slack.calls if method == "conversations.replies"])
        rig.slack.cut()
        rig.write("unheard", who="ben")
        await desk.until(3)
        await desk.pull()
    assert len([1 for method, _ in rig.slack.calls if method == "conversations.replies"]) == asked


async def test_reactions_that_were_taken_back_while_nobody_listened_go(rig: SlackRig, tmp_path: Path) -> None:
    ts = rig.write("like this").partition(":")[2]
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        for user, name in (("U0ANA", "tada"), ("U0BEN", "tada"), ("U0BEN", "heart")):
            rig.slack.react(user, ROOM, ts, name)
        await desk.until_so(lambda: len([1 for one in desk.events if isinstance(one, ReactionEvent)]) == 3)
        cursor = desk.cursor
    await nobody_listens(rig)
    rig.slack.unreact("U0ANA", ROOM, ts, "tada")
    rig.slack.unreact("U0BEN", ROOM, ts, "tada")
    for expected in ({"OTHER:ANA": (), "OTHER:BEN": ("❤",)}, {"OTHER:BEN": ("❤",)}):
        async with desk_of(rig, tmp_path, cursor, ahead=HOUR) as desk:
            await desk.pull()
            cursor = desk.cursor
            whole = [one for one in desk.events if isinstance(one, ReactionEvent) and one.whole]
            names = {rig.own_person(who): f"OTHER:{who.upper()}" for who in ("ana", "ben")}
            assert {names[one.person.address]: one.emoji for one in whole} == expected
            desk.events.clear()
            desk.ahead += 3 * HOUR
            rig.write("much later", who="ben")
            await desk.until(1)
            await desk.pull()
            assert not [one for one in desk.events if isinstance(one, ReactionEvent) and not one.emoji]


async def test_a_round_that_failed_is_begun_again(rig: SlackRig, tmp_path: Path) -> None:
    rig.write("first")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        rig.slack.cut()
        rig.write("unheard", who="ben")
        await nobody_listens(rig)
        rig.slack.replies["conversations.history"] = [(200, {"ok": False, "error": "internal_error"})]
        with pytest.raises(Offline):
            await desk.until(2)
        assert {one.text for one in await desk.until(2)} == {"first", "unheard"}


async def test_a_channel_that_was_left_or_archived_says_so_in_its_conversations(rig: SlackRig, tmp_path: Path) -> None:
    first, second = rig.write("one"), rig.write("two", who="ben")

    def barred(desk: Desk) -> dict[str, str | None]:
        return {one.conversation: one.barred for one in desk.events if isinstance(one, ConversationEvent)}

    async with desk_of(rig, tmp_path) as desk:
        await desk.until(2)
        assert barred(desk) == {}
        room = rig.slack.rooms[ROOM]
        for change, words in (
            ({"is_member": False}, "not in the channel any more"),
            ({"is_member": True}, ""),
            ({"is_archived": True}, "archived"),
        ):
            room |= change
            desk.events.clear()
            desk.ahead += 11 * MINUTE
            await desk.pull()
            told = barred(desk)
            assert set(told) == {first, second}
            assert all(words in (said or "") and bool(said) is bool(words) for said in told.values())
            desk.events.clear()
            desk.ahead += 11 * MINUTE
            await desk.pull()
            assert barred(desk) == {}


async def test_where_the_look_ends_is_said_after_more_than_a_week(rig: SlackRig, tmp_path: Path) -> None:
    rig.write("before the holidays")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        cursor = desk.cursor
    await nobody_listens(rig)
    for ahead, expected in ((5 * DAY, 0), (9 * DAY, 1)):
        async with desk_of(rig, tmp_path, cursor, ahead=ahead) as desk:
            await desk.pull()
            gaps = [one for one in desk.events if isinstance(one, GapEvent)]
            assert len(gaps) == expected
            assert all("last week's messages only" in one.reason for one in gaps)


async def test_threads_beyond_those_that_are_remembered_are_a_gap(rig: SlackRig, tmp_path: Path) -> None:
    rig.write("one of very many")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        kept = json.loads(desk.cursor)
    await nobody_listens(rig)
    async with desk_of(rig, tmp_path, json.dumps({**kept, "dropped": kept["live"]}), ahead=HOUR) as desk:
        await desk.pull()
        (gap,) = [one for one in desk.events if isinstance(one, GapEvent)]
        assert "older than the last 200 active ones" in gap.reason
