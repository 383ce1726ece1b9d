"""Channels and direct messages that are one conversation: a message in them can be answered in its thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnitui.core.channel_events import ConversationEvent
from omnitui.core.channels import from_json
from omnitui.sync.http.messages import Unanswered
from tests.channels.slack.fake import APP_USER
from tests.channels.slack.making import Desk, desk_of, draft
from tests.channels.slack.rig import SlackRig

DM = "D0ANA"


@pytest.fixture
def dm(rig: SlackRig) -> str:
    rig.slack.rooms[DM] = {"id": DM, "is_im": True, "user": "U0ANA"}
    return DM


def told(desk: Desk) -> list[tuple[str, bool]]:
    events = [one for one in desk.events if isinstance(one, ConversationEvent) and one.capabilities is not None]
    return [(one.conversation, from_json(one.capabilities or "").reply_to) for one in events]


async def test_an_answer_goes_into_the_thread_of_what_it_answers(rig: SlackRig, tmp_path: Path, dm: str) -> None:
    root = rig.slack.post("U0ANA", "a question", dm)
    reply = rig.slack.post("U0ANA", "more of it", dm, thread_ts=root)
    async with desk_of(rig, tmp_path) as desk:
        messages = await desk.until(2)
        assert {one.conversation for one in messages} == {dm}
        assert told(desk) == [(dm, True)], "it is said once"
        assert desk.connector.narrowed(dm).reply_to
        assert not desk.connector.narrowed(f"C1:{root}").reply_to
        for number, (answered, thread) in enumerate((("", None), (f"{dm}:{root}", root), (f"{dm}:{reply}", root))):
            receipt = await desk.connector.send(draft(f"{number}", dm, key=f"k{number}", reply_to=answered))
            assert receipt.conversation == dm
            (sent,) = [one for one in rig.slack.messages[dm] if one["text"] == str(number) and one["user"] == APP_USER]
            assert sent.get("thread_ts") == thread
        # What is answered is gone: the answer goes into the channel.
        receipt = await desk.connector.send(draft("late", dm, key="k9", reply_to=f"{dm}:1.000001"))
        sent = next(one for one in rig.slack.messages[dm] if one["text"] == "late")
        assert "thread_ts" not in sent


async def test_an_answer_of_unknown_fate_is_looked_for_in_its_thread(rig: SlackRig, tmp_path: Path, dm: str) -> None:
    root = rig.slack.post("U0ANA", "a question", dm)
    async with desk_of(rig, tmp_path) as desk:
        await desk.until(1)
        rig.faults.sends_lost_after = 1
        given = draft("an answer", dm, reply_to=f"{dm}:{root}")
        with pytest.raises(Unanswered):
            await desk.connector.send(given)
        found = await desk.connector.reconcile(given)
        assert (found.state, found.remote_id) == ("found", rig.sent()[0].remote_id)
