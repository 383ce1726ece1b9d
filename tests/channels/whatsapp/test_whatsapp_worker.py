"""WhatsApp through the whole worker: customers without a number, numbers that have changed, ids that are no numbers."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.chat_sending import template_json
from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.times import Instant
from omnitui.store.chat import writing
from omnitui.triage import drafting, follow_ups, sending, undo
from tests.channels.desk import Desk
from tests.channels.whatsapp.rig import PEOPLE, WhatsAppRig

RIG = WhatsAppRig
SCOPED = "ES.1349120865530274"
ANA = PEOPLE["ana"]
TEXT = {"type": "text"}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.once()
    return desk


def writes(desk: Desk, rig: WhatsAppRig, text: str, number: str = "", user: str = "") -> None:
    rig.fake.customer_writes(number, "Ana", [{**TEXT, "text": {"body": text}}], user=user)
    desk.once()


def begins(desk: Desk, number: str) -> str:
    """The agent writes to somebody who has not written: that takes a template."""
    with desk.cache() as cache:
        draft = drafting.fresh(desk.agent, "desk", (Address("", number),))
        draft = replace(draft, body="Hallo", chat=template_json("2", "hello", "de", {}, "Hallo"))
        sending.send(cache, desk.agent, draft, desk.now(), attachments=desk.places.attachments)
        return str(desk.one("SELECT id FROM outbox WHERE kind = 'send' ORDER BY rowid DESC LIMIT 1"))


def delivered(desk: Desk) -> bool:
    """Looks once more; Meta's statuses come when they come."""
    desk.once()
    return bool(desk.one("SELECT delivery FROM message WHERE class = 'human'") == "delivered")


def states(desk: Desk) -> set[str]:
    """How far our messages have come."""
    return {state for (state,) in desk.rows("SELECT delivery FROM message WHERE class = 'human'")}


def contacts(desk: Desk) -> set[str]:
    """The addresses of the one contact that there is besides ourselves."""
    rows = desk.rows("SELECT contact_id, address FROM identity WHERE ours = 0")
    assert len({contact for contact, _ in rows}) == 1
    return {address for _, address in rows}


def conversations(desk: Desk) -> int:
    """Those with messages in them."""
    return int(desk.one("SELECT count(DISTINCT conversation_id) FROM message"))


def test_a_customer_who_shows_no_number_is_answered(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "I show no number", user=SCOPED)
    item = desk.reply("And get an answer")
    desk.once()
    assert desk.state(item) == "sent"
    assert [(one.conversation, one.text) for one in rig.sent()] == [(SCOPED, "And get an answer")]
    assert "to" not in rig.fake.bodies[0]
    assert rig.fake.dropped == []
    desk.until(lambda: delivered(desk))
    assert conversations(desk) == 1
    assert desk.one("SELECT handle FROM identity WHERE lower(address) = ?", SCOPED.lower()) == "@ana"


def test_a_customer_who_hides_the_number_later_stays_in_their_conversation(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "with a number", number=ANA, user=SCOPED)
    writes(desk, rig, "without", user=SCOPED)
    assert desk.texts() == ["with a number", "without"]
    assert conversations(desk) == 1
    assert contacts(desk) == {f"+{ANA}", SCOPED}
    desk.reply("One answer")
    desk.once()
    assert [one.conversation for one in rig.sent()] == [ANA]


def test_a_customer_who_shows_it_later_does_so_too(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "without", user=SCOPED)
    writes(desk, rig, "with a number", number=ANA, user=SCOPED)
    writes(desk, rig, "with it alone", number=ANA)
    assert conversations(desk) == 1
    assert contacts(desk) == {f"+{ANA}", SCOPED}
    desk.reply("One answer")
    desk.once()
    assert len(rig.sent()) == 1


@pytest.mark.parametrize("lost", [0, 1])
def test_the_answer_of_somebody_whose_id_is_not_their_number_finds_its_conversation(
    desk: Desk, rig: WhatsAppRig, lost: int
) -> None:
    """A Brazilian mobile number has a 9 that its id at WhatsApp may lack; also where only the status tells so."""
    rig.fake.wa_ids["5511987654321"] = "551187654321"
    rig.faults.sends_lost_after = lost
    item = begins(desk, "+5511987654321")
    desk.until(lambda: delivered(desk))
    assert desk.state(item) == "sent"
    assert len(rig.sent()) == 1
    writes(desk, rig, "Thank you", number="551187654321")
    assert conversations(desk) == 1
    assert desk.one("SELECT phone FROM identity WHERE address = '+551187654321'") == "+5511987654321"


def test_a_status_proves_a_send_to_a_worker_that_has_begun_anew(desk: Desk, rig: WhatsAppRig) -> None:
    """Each look is by another connector: what one has heard is in the cache, not in its memory alone."""
    writes(desk, rig, "Are you there?", number=ANA)
    rig.faults.sends_lost_after = 1
    item = desk.reply("Only once")
    desk.until(lambda: delivered(desk))
    assert desk.state(item) == "sent"
    assert [one.text for one in rig.sent()] == ["Only once"]


def answers_with_files(desk: Desk, text: str, *names: str, at: int | None = None) -> list[str]:
    """The agent answers with files; the items that this makes, in their order. `at`: then, unless they reply."""
    folder = desk.path / "mine"
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(name.encode())
    with desk.cache() as cache:
        number = desk.one("SELECT id FROM conversation WHERE waiting = 1 ORDER BY last_at DESC LIMIT 1")
        draft = drafting.reply(cache, desk.agent, number, message_id=None, everyone=False)
        draft = replace(draft, body=text, attachments=tuple(str(folder / name) for name in names))
        when = None if at is None else Instant(at)
        sending.send(
            cache, desk.agent, draft, desk.now(), attachments=desk.places.attachments, at=when, unless_reply=bool(at)
        )
    return [one for (one,) in desk.rows("SELECT id FROM outbox WHERE kind = 'send' ORDER BY rowid")]


def test_several_files_are_a_message_each_and_fail_each_alone(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "Please send me the photos", number=ANA)
    rig.fake.bad_files.add("b.png")
    items = answers_with_files(desk, "Here they are", "a.png", "b.png", "c.png")
    desk.once()
    assert [desk.state(item) for item in items] == ["sent", "failed", "sent"]
    assert [(one.text, one.files) for one in rig.sent()] == [("Here they are", ("a.png",)), ("", ("c.png",))]
    assert "type and size" in str(desk.one("SELECT detail FROM outbox WHERE id = ?", items[1]))
    rig.fake.bad_files.clear()
    with desk.cache() as cache:
        sending.retry_send(cache, items[1], desk.now())
    desk.once()
    assert desk.state(items[1]) == "sent"
    assert [one.files for one in rig.sent()] == [("a.png",), ("c.png",), ("b.png",)]
    desk.until(lambda: bool(desk.once()) and states(desk) == {"delivered"})


def test_a_send_that_is_lost_between_two_files_doubles_neither(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "Please send me the photos", number=ANA)
    items = answers_with_files(desk, "Here they are", "a.png", "b.png", "c.png")
    rig.faults.sends_lost_after = 1
    desk.until(lambda: bool(desk.once()) and all(desk.state(item) == "sent" for item in items))
    assert sorted(one.files for one in rig.sent()) == [("a.png",), ("b.png",), ("c.png",)]


def test_a_text_that_is_too_long_for_a_file_goes_before_it(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "Please send me the photos", number=ANA)
    answers_with_files(desk, "x" * 1025, "a.png")
    desk.once()
    assert [(len(one.text), one.files) for one in rig.sent()] == [(1025, ()), (0, ("a.png",))]


def test_an_answer_of_several_messages_is_taken_back_as_the_draft_it_was(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "Please send me the photos", number=ANA)
    answers_with_files(desk, "Here they are", "a.png", "b.png", "c.png")
    kept = "SELECT body, attachments FROM draft"
    with desk.cache() as cache:
        undo.undo(cache, desk.agent, desk.now())
        ((body, attachments),) = desk.rows(kept)
        assert body == "Here they are"
        assert [Path(name).name for name in json.loads(attachments)] == ["a.png", "b.png", "c.png"]
        assert desk.one("SELECT count(*) FROM outbox WHERE kind = 'send'") == 0
        undo.redo(cache, desk.agent, desk.now())
        assert desk.rows(kept) == []
        items = [one for (one,) in desk.rows("SELECT id FROM outbox WHERE kind = 'send' ORDER BY rowid")]
        sending.cancel_send(cache, desk.agent, items[1], desk.now())
        ((body, attachments),) = desk.rows(kept)
        assert (body, [Path(name).name for name in json.loads(attachments)]) == ("", ["b.png"])
        sending.cancel_send(cache, desk.agent, items[0], desk.now())
        ((body, attachments),) = desk.rows(kept)
        assert (body, [Path(name).name for name in json.loads(attachments)]) == ("Here they are", ["a.png", "b.png"])
    desk.once()
    assert [one.files for one in rig.sent()] == [("c.png",)]


def test_an_answer_of_several_messages_that_a_reply_overtakes_is_one_draft(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "Please send me the photos", number=ANA)
    answers_with_files(desk, "Here they are", "a.png", "b.png", "c.png", at=desk.now() + 3_600_000)
    # WhatsApp's times are whole seconds: within one of them nothing is later.
    rig.fake.customer_writes(ANA, "Ana", [{**TEXT, "text": {"body": "I have found them"}}], age=-5)
    desk.once()
    with desk.cache() as cache:
        follow_ups.settle(cache, desk.now())
    desk.ahead += 2 * 3_600_000
    desk.once()
    ((body, attachments),) = desk.rows("SELECT body, attachments FROM draft")
    assert body == "Here they are"
    assert [Path(name).name for name in json.loads(attachments)] == ["a.png", "b.png", "c.png"]
    assert rig.sent() == []


def test_a_file_that_meta_has_let_go_is_shown_as_lost(desk: Desk, rig: WhatsAppRig) -> None:
    """Files are fetched as they come; what is gone by then says so in the thread."""
    media = rig.fake.keep_file("image/jpeg", "a.jpg", b"picture")
    part = {"id": media, "mime_type": "image/jpeg", "caption": "look"}
    kept = rig.fake.keep_file("image/jpeg", "b.jpg", b"another")
    rig.fake.customer_writes(ANA, "Ana", [{"type": "image", "image": part}, {"type": "image", "image": {"id": kept}}])
    del rig.fake.media[media]
    desk.until(lambda: bool(desk.once()) and desk.one("SELECT count(*) FROM attachment WHERE here = 1") == 1)
    notices = [json.loads(told) for (told,) in desk.rows("SELECT notices FROM message ORDER BY at, id")]
    assert [["cannot be had" in words for words in told] for told in notices] == [[True], []]
    assert desk.texts()[0] == "look"


def test_the_customer_sees_that_we_write(desk: Desk, rig: WhatsAppRig) -> None:
    writes(desk, rig, "an earlier question", number=ANA)
    (last,) = rig.fake.customer_writes(ANA, "Ana", [{**TEXT, "text": {"body": "the last one"}}], age=-5)
    desk.once()
    with desk.live():
        with desk.cache() as cache:
            writing.we_write(cache, desk.one("SELECT id FROM conversation"), desk.now())
        desk.until(lambda: any("typing_indicator" in one for one in rig.fake.acts))
    assert [one["message_id"] for one in rig.fake.acts if "typing_indicator" in one] == [last]


def test_the_worker_listens_on_no_port(desk: Desk) -> None:
    """Also for a channel whose vendor only pushes: what listens is the relay, a program of its own."""
    with desk.live():
        (worker,) = [one for one in Path("/proc").glob("[0-9]*") if {str(desk.path), "sync"} <= set(command_of(one))]
        assert listening(worker) == []


def command_of(process: Path) -> list[str]:
    """What a process was started with; nothing for one that has ended meanwhile."""
    try:
        return (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return []


def listening(process: Path) -> list[str]:
    """The TCP sockets on which a process waits for others (proc(5), /proc/net/tcp: state 0A)."""
    links = []
    for one in (process / "fd").iterdir():
        # A file may have been closed since.
        with contextlib.suppress(OSError):
            links.append(os.readlink(one))
    own = {link[8:-1] for link in links if link.startswith("socket:[")}
    rows = [row.split() for name in ("tcp", "tcp6") for row in (process / "net" / name).read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in own]


def test_what_meta_says_of_the_account_is_shown_and_waits_for_nobody(desk: Desk, rig: WhatsAppRig) -> None:
    rig.fake.push("account_alerts", alert_severity="CRITICAL", alert_description="Verify your business")
    desk.once()
    found = "SELECT b.text FROM message m JOIN body b ON b.message_id = m.id WHERE m.class = 'system'"
    assert "Verify your business" in str(desk.one(found))
    assert desk.one("SELECT hidden FROM conversation") == 0
    assert desk.one("SELECT count(*) FROM conversation WHERE waiting = 1") == 0
    with pytest.raises(Refused, match="nobody reads answers"):
        desk.reply("Gladly")
