"""Where Slack allows few calls: everything comes all the same, and what happens meanwhile does not wait for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnitui.core.channel_events import IdentityEvent
from omnitui.sync.http.messages import TooMany
from tests.channels.slack.making import desk_of, draft
from tests.channels.slack.rig import SlackRig

MINUTE = 60_000
LIMITED = {"ok": False, "error": "ratelimited"}


def filled(rig: SlackRig, *rooms: str, count: int = 20) -> None:
    """Channels with messages of each, and Slack's limits for apps that are sold outside of its Marketplace."""
    for room in rooms:
        rig.slack.rooms[room] = {"id": room, "name": room.lower(), "is_channel": True}
        for number in range(count):
            rig.slack.post("U0ANA", f"{room} {number}", room, tell=False)
    rig.slack.page = 15


async def test_one_call_at_a_time_and_fifteen_messages_bring_everything(rig: SlackRig, tmp_path: Path) -> None:
    filled(rig, "C0SHARED", count=40)
    rig.slack.throttled["conversations.history"] = (1.0, 1)
    async with desk_of(rig, tmp_path) as desk:
        assert len({one.text for one in await desk.until(40)}) == 40
        pages = [given for method, given in rig.slack.calls if method == "conversations.history"]
        assert len(pages) >= 3


async def test_what_happens_comes_while_history_waits(rig: SlackRig, tmp_path: Path) -> None:
    filled(rig, "C0SHARED", "C1OTHER")
    rig.slack.throttled["conversations.history"] = (3600.0, 61)
    async with desk_of(rig, tmp_path) as desk:
        assert await desk.once(), "history goes on as soon as Slack lets it"
        first = {one.text.split()[0] for one in desk.messages}
        assert (len(desk.messages), len(first)) == (15, 1)
        rig.write("right now", who="ben")
        await desk.until_so(lambda: "right now" in {one.text for one in desk.messages})
        # Nothing else is held up for more than a few minutes.
        desk.ahead += 4 * MINUTE
        rig.write("and again", who="ben")
        more = True
        for _ in range(20):
            more = await desk.once()
            if not more and "and again" in {one.text for one in desk.messages}:
                break
        assert not more
        cursor = desk.cursor
    # The next process, a page later: the channel that waits longest is next, and in the end all is there.
    seen = {one.text for one in desk.messages}
    for _ in range(3):
        rig.slack.called.clear()
        async with desk_of(rig, tmp_path, cursor) as later:
            await later.until_so(lambda later=later: len(later.messages) > 0)  # type: ignore[misc]
            cursor = later.cursor
        fresh = {one.text for one in later.messages} - seen
        assert fresh, "it has got further"
        seen |= fresh
    assert {f"{room} {number}" for room in ("C0SHARED", "C1OTHER") for number in range(20)} <= seen


async def test_people_who_cannot_be_asked_for_now_are_named_later(rig: SlackRig, tmp_path: Path) -> None:
    rig.slack.replies["users.info"] = [(200, LIMITED), (200, LIMITED)]
    rig.write("who am I")
    async with desk_of(rig, tmp_path) as desk:
        (message,) = await desk.until(1)
        assert message.author is not None
        assert (message.author.address, message.author.name) == (rig.own_person(), "")
        named = [one.person for one in desk.events if isinstance(one, IdentityEvent)]
        if not named:
            await desk.until_so(lambda: any(isinstance(one, IdentityEvent) for one in desk.events))
            named = [one.person for one in desk.events if isinstance(one, IdentityEvent)]
        assert [(one.address, one.name, one.organisation) for one in named] == [(rig.own_person(), "Ana Lima", "Acme")]


async def test_an_organisation_that_is_not_told_now_does_not_stop_the_messages(rig: SlackRig, tmp_path: Path) -> None:
    rig.slack.replies["team.info"] = [(200, {"ok": False, "error": "team_not_found"})]
    rig.write("hello")
    async with desk_of(rig, tmp_path) as desk:
        (message,) = await desk.until(1)
        assert message.author is not None
        assert (message.author.name, message.author.organisation) == ("Ana Lima", "")


async def test_each_method_has_a_limit_of_its_own_and_slack_s_word_counts(rig: SlackRig, tmp_path: Path) -> None:
    root = rig.write("a question")
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        rig.slack.throttled["chat.postMessage"] = (3600.0, 61)
        await desk.connector.send(draft("first", root, key="k1"))
        with pytest.raises(TooMany) as held:
            await desk.connector.send(draft("second", root, key="k2"))
        assert 55 < held.value.wait <= 61
        asked = len(rig.slack.calls)
        with pytest.raises(TooMany):
            await desk.connector.send(draft("second", root, key="k2"))
        assert len(rig.slack.calls) == asked, "nobody asks before the time that Slack named"
        assert [one.text for one in rig.sent()] == ["first"]
        assert (await desk.connector.reconcile(draft("second", root, key="k2"))).state == "absent"
        rig.write("meanwhile", who="ben")
        assert "meanwhile" in {one.text for one in await desk.until(3)}
