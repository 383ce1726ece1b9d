"""Slack through the whole worker: whom one answers, what changed while it was off, what is held and why."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.errors import Refused
from omnitui.triage import drafting, sending
from tests.channels.desk import LONG, Desk
from tests.channels.slack.rig import ROOM, SlackRig

HOUR = 3_600_000


def rig_of(desk: Desk) -> SlackRig:
    assert isinstance(desk.rig, SlackRig)
    return desk.rig


def why(desk: Desk, item: str) -> str:
    return str(desk.one("SELECT detail FROM outbox WHERE id = ?", item))


def test_a_customer_of_another_organisation_is_shown_with_it(desk: Desk) -> None:
    rig = rig_of(desk)
    desk.once()
    rig.write("Our export fails")
    rig.colleague_writes("We look at it")
    rig.write("And the import", who="ben")
    desk.once()
    assert desk.rows("SELECT room FROM conversation") == [("#ext-acme",), ("#ext-acme",)]
    people = desk.rows(
        "SELECT i.name, lower(i.address), i.email, c.organisation FROM identity i JOIN contact c ON c.id = i.contact_id"
        " WHERE lower(i.address) LIKE 't0guest%' ORDER BY i.name"
    )
    assert people == [
        ("Ana Lima", "t0guest:u0ana", "u0ana@x.example", "Acme"),
        ("Ben Okri", "t0guest:u0ben", "u0ben@x.example", "Acme"),
    ]
    assert desk.texts("human") == ["We look at it"]


def test_what_was_changed_in_older_messages_while_the_worker_was_off(desk: Desk) -> None:
    rig, days = rig_of(desk), 4 * 86400
    ages = {"root": days, "typo": days - 60, "slip": days - 120, "other": days - 180}
    root = ""
    remote: dict[str, str] = {}
    for text, age in ages.items():
        more = {"thread_ts": root} if root else {}
        remote[text] = rig.slack.post("U0ANA", text, ts=f"{time.time() - age:.6f}", tell=False, **more)
        root = root or remote[text]
    desk.once()
    assert sorted(desk.texts()) == sorted(ages)
    rig.slack.change(ROOM, remote["typo"], "no typo", tell=False)
    rig.slack.remove(ROOM, remote["slip"])
    desk.ahead += HOUR
    assert desk.once().error is None
    assert "no typo" in desk.texts()
    assert desk.rows("SELECT trim(text) FROM message_edit") == [("typo",)]
    gone = desk.rows("SELECT remote_id FROM message WHERE deleted_at IS NOT NULL")
    assert gone == [(f"{ROOM}:{remote['slip']}",)]


def test_fifteen_messages_at_a_time_are_a_matter_of_patience(desk: Desk) -> None:
    rig = rig_of(desk)
    for number in range(40):
        rig.slack.post("U0ANA", f"message {number:02}", tell=False)
    rig.slack.page = 15
    rig.slack.throttled["conversations.history"] = (1.0, 1)
    assert desk.once().error is None
    assert sorted(desk.texts()) == [f"message {number:02}" for number in range(40)]


def test_what_waits_for_a_channel_that_was_archived_is_held(desk: Desk) -> None:
    rig = rig_of(desk)
    desk.once()
    rig.write("Before it closes")
    desk.once()
    item = desk.reply("In time?")
    rig.slack.rooms[ROOM]["is_archived"] = True
    desk.once()
    assert desk.state(item) == "asking"
    assert "archived" in why(desk, item)
    assert rig.sent() == []
    with pytest.raises(Refused, match="archived"):
        desk.reply("And now?")
    rig.slack.rooms[ROOM]["is_archived"] = False
    desk.once()
    again = desk.reply("Now it is open again")
    desk.once()
    assert desk.state(again) == "sent"


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("files.getUploadURLExternal", (200, {"ok": False, "error": "internal_error"})),
        ("upload", (403, {})),
        ("files.completeUploadExternal", (500, {})),
    ],
)
def test_a_file_whose_way_was_broken_off_arrives_once(
    desk: Desk, tmp_path: Path, step: str, answer: tuple[int, dict[str, object]]
) -> None:
    rig = rig_of(desk)
    desk.once()
    rig.write("Send me the bill")
    desk.once()
    (tmp_path / "bill.txt").write_text("12 EUR")
    with desk.cache() as cache:
        number = desk.one("SELECT id FROM conversation")
        draft = drafting.reply(cache, desk.agent, number, message_id=None, everyone=False)
        written = replace(draft, body="Here it is", attachments=(str(tmp_path / "bill.txt"),))
        sending.send(cache, desk.agent, written, desk.now(), attachments=desk.places.attachments)
    item = desk.one("SELECT id FROM outbox WHERE kind = 'send'")
    rig.slack.replies[step] = [answer]
    for _ in range(7):
        desk.once()
        desk.ahead += LONG
    assert desk.state(item) == "sent", why(desk, item)
    assert [(one.text, one.files) for one in rig.sent()] == [("Here it is", ("bill.txt",))]
    assert desk.texts("human") == ["Here it is"]
