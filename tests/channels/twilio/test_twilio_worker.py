"""Twilio through the whole worker: SMS, WhatsApp and voicemail of one account side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from omnitui.core.channels import Counting, from_json
from omnitui.core.chat_sending import counted, template_json
from omnitui.core.errors import Refused
from omnitui.store import fetch_order
from omnitui.triage import chatting, drafting, sending
from tests.channels.desk import Desk
from tests.channels.twilio.fake import OURS
from tests.channels.twilio.rig import CUSTOMERS
from tests.channels.twilio.rig_whatsapp import SENDER, TwilioWhatsAppRig
from tests.channels.twilio.test_twilio_send import content

RIG = TwilioWhatsAppRig
ANA = CUSTOMERS["ana"]


def conversation(desk: Desk, remote: str) -> int:
    return int(desk.one("SELECT conversation_id FROM remote_conversation WHERE remote = ?", remote))


def test_one_customer_s_sms_and_whatsapp_are_two_conversations_of_their_own_kind(
    desk: Desk, rig: TwilioWhatsAppRig
) -> None:
    rig.write("by WhatsApp")
    rig.fake.message(ANA, OURS, "by SMS", at=datetime.now(UTC))
    desk.once()
    can = {
        remote: from_json(given)
        for remote, given in desk.rows(
            "SELECT r.remote, c.capabilities FROM remote_conversation r JOIN conversation c ON c.id = r.conversation_id"
        )
    }
    sms, whatsapp = can[f"sms|{OURS}|{ANA}"], can[f"whatsapp|{OURS}|{ANA}"]
    assert (sms.counting, sms.window_hours, sms.templates) == (Counting.SMS, 0, False)
    assert (whatsapp.window_hours, whatsapp.after_window, whatsapp.templates) == (24, "template", True)
    # Letters of the extension table count twice (3GPP TS 23.038).
    assert [counted(sms, "€" * count).split(",")[0] for count in (80, 81)] == ["1 SMS", "2 SMS"]
    for remote, text in ((f"sms|{OURS}|{ANA}", "to SMS"), (f"whatsapp|{OURS}|{ANA}", "to WhatsApp")):
        desk.reply(text, conversation=conversation(desk, remote))
    desk.once()
    assert [(form["From"], form["To"], form["Body"]) for form in rig.fake.forms] == [
        (OURS, ANA, "to SMS"), (SENDER, f"whatsapp:{ANA}", "to WhatsApp"),
    ]  # fmt: skip


def test_after_a_day_whatsapp_takes_a_template_and_an_answer_opens_it_again(desk: Desk, rig: TwilioWhatsAppRig) -> None:
    rig.fake.contents = [content(1)]
    rig.write("Is it ready?")
    rig.close_window()
    with desk.live():
        desk.until(lambda: desk.one("SELECT count(*) FROM template") == 1)
    here = conversation(desk, f"whatsapp|{OURS}|{ANA}")
    with desk.cache() as cache:
        window = chatting.window(cache, here, desk.now())
        assert (window.kind, "24 hours" in window.words) == ("template", True)
        draft = drafting.reply(cache, desk.agent, here, message_id=None, everyone=False)
        with pytest.raises(Refused, match="choose a template"):
            sending.send(
                cache, desk.agent, replace(draft, body="It is"), desk.now(), attachments=desk.places.attachments
            )
        ((sid, body),) = desk.rows("SELECT id, body FROM template")
        values = {"1": "Ana", "2": "77"}
        text = "Hello Ana, your order 77 is ready"
        assert body == "Hello {{1}}, your order {{2}} is ready"
        draft = replace(draft, body=text, chat=template_json(sid, "ready1", "en", values, text))
        sending.send(cache, desk.agent, draft, desk.now(), attachments=desk.places.attachments)
    desk.once()
    assert [(form["ContentSid"], json.loads(form["ContentVariables"])) for form in rig.fake.forms] == [(sid, values)]
    assert rig.fake.messages[-1]["status"] == "queued", "WhatsApp has taken it"
    rig.write("Thank you")
    desk.once()
    with desk.cache() as cache:
        assert chatting.window(cache, here, desk.now()).kind == "open"


def test_a_long_history_is_no_new_work_on_any_of_its_pages(desk: Desk, rig: TwilioWhatsAppRig) -> None:
    rig.fake.largest_page = 2
    now, rig.fake.now = rig.fake.now, rig.fake.now - timedelta(days=3)
    for number in range(9):
        rig.fake.message(ANA, OURS, f"old {number}")
    rig.fake.now = now
    desk.once()
    assert desk.rows("SELECT count(*), min(seen) FROM message") == [(9, 1)]
    rig.fake.message(ANA, OURS, "new", at=datetime.now(UTC))
    desk.once()
    assert desk.one("SELECT count(*) FROM message WHERE seen = 0") == 1


def test_what_whatsapp_refuses_later_says_why(desk: Desk, rig: TwilioWhatsAppRig) -> None:
    """Our clock said that the window is open; WhatsApp's said that it is not."""
    rig.write("Hello?")
    desk.once()
    rig.close_window()
    item = desk.reply("Here we are")
    desk.once()
    assert desk.state(item) == "sent"
    desk.ahead += 10_000
    desk.once()
    ((state, why),) = desk.rows("SELECT delivery, delivery_detail FROM message WHERE class = 'human'")
    assert (state, "24 hours" in why) == ("failed", True)


def test_read_marks_come_through(desk: Desk, rig: TwilioWhatsAppRig) -> None:
    rig.write("Hello?")
    desk.once()
    desk.reply("Here we are")
    desk.once()
    rig.read_by_customer(rig.sent()[0].remote_id)
    desk.ahead += 60_000
    desk.once()
    assert desk.one("SELECT delivery FROM message WHERE class = 'human'") == "read"


def test_a_voicemail_waits_is_heard_and_read(desk: Desk, rig: TwilioWhatsAppRig) -> None:
    call = rig.fake.call(ANA, OURS, at=datetime.now(UTC))
    recording = rig.fake.recording(call)
    desk.once()
    here = conversation(desk, f"sms|{OURS}|{ANA}")
    assert desk.rows("SELECT kind, class FROM message ORDER BY at, id") == [
        ("call", "system"),
        ("voicemail", "customer"),
    ]
    assert desk.one("SELECT waiting FROM conversation WHERE id = ?", here) == 1
    number = desk.one("SELECT id FROM attachment")
    with desk.cache() as cache:
        fetch_order.order(cache, number, desk.now())
    desk.once()
    digest = desk.one("SELECT sha256 FROM attachment WHERE here = 1")
    assert (desk.places.attachments / digest).read_bytes().startswith(b"ID3")
    rig.fake.transcribe(recording, "please call me back")
    desk.ahead += 10 * 60_000
    desk.once()
    assert desk.texts() == ["please call me back"]
    assert [text.strip() for (text,) in desk.rows("SELECT text FROM message_edit")] == ["Voicemail, 12 seconds"]
