"""Sending: never twice, every refusal in plain words, and what is unknown is looked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from omnitui.core.channel_events import MessageEvent, Person
from omnitui.core.errors import LoginRefused
from omnitui.core.times import MINUTE
from omnitui.sync.channels.contract import OutboundFile, Template
from omnitui.sync.http.messages import Unanswered
from tests.channels.openapi import needed
from tests.channels.twilio.desk import ANA, CHAT, TALK, at_work
from tests.channels.twilio.fake import ACCOUNT, OURS, Fake


def content(
    number: int, status: str = "approved", body: str = "Hello {{1}}, your order {{2}} is ready"
) -> dict[str, Any]:
    return {
        "sid": f"HX{number:032x}", "account_sid": ACCOUNT, "friendly_name": f"ready{number}", "language": "en",
        "variables": {"1": "Ana", "2": "12"}, "types": {"twilio/text": {"body": body}},
        "approval_requests": {"status": status, "name": "ready"},
    }  # fmt: skip


async def test_it_arrives_and_keeps_its_conversation(fake: Fake) -> None:
    async with at_work(fake) as desk:
        receipt = await desk.connector.send(desk.draft("hi & bye = +1"))
        assert (receipt.state, receipt.conversation) == ("accepted", TALK)
        assert [(i["to"], i["from"], i["body"]) for i in fake.messages] == [(ANA, OURS, "hi & bye = +1")]


async def test_a_conversation_begins_with_a_number(fake: Fake) -> None:
    async with at_work(fake) as desk:
        receipt = await desk.connector.send(desk.draft(conversation="", to=(Person("+31633333333"),)))
        assert receipt.conversation == f"sms|{OURS}|+31633333333"
    async with at_work(fake, numbers=()) as desk:
        receipt = await desk.connector.send(desk.draft(conversation="", to=(Person("+31633333333"),)))
        assert receipt.state == "rejected"


@pytest.mark.parametrize(
    ("conversation", "text", "words"),
    [
        (f"sms|{OURS}|12", "x", "country code"),
        (f"sms|+3197010777777|{ANA}", "x", "not on this Twilio account"),
        (TALK, "x" * 1601, "1600"),
        (TALK, "  ", "no text"),
        (f"sms|{OURS}|+31699999999", "x", "STOP"),
    ],
)
async def test_refusals_are_told_in_plain_words(fake: Fake, conversation: str, text: str, words: str) -> None:
    fake.stopped.add("+31699999999")
    async with at_work(fake) as desk:
        receipt = await desk.connector.send(desk.draft(text, conversation=conversation))
        assert receipt.state == "rejected"
        assert words in receipt.detail
    assert fake.messages == []


async def test_files_are_refused_before_anything_is_sent(fake: Fake) -> None:
    file = OutboundFile("a.png", "image/png", 3, Path("/nowhere"))
    async with at_work(fake) as desk:
        assert (await desk.connector.send(desk.draft(files=(file,)))).state == "rejected"
    assert fake.asked == []


async def test_an_unknown_send_is_found(fake: Fake) -> None:
    fake.faults.sends_lost_after = 1
    async with at_work(fake) as desk:
        draft = desk.draft()
        with pytest.raises(Unanswered):
            await desk.connector.send(draft)
        assert len(fake.messages) == 1
        found = await desk.connector.reconcile(draft)
        assert (found.state, found.remote_id) == ("found", fake.messages[0]["sid"])


async def test_it_is_absent_only_when_the_list_is_up_to_date(fake: Fake) -> None:
    fake.faults.sends_cut_before = 1
    async with at_work(fake) as desk:
        draft = desk.draft()
        with pytest.raises(Unanswered):
            await desk.connector.send(draft)
        assert (await desk.connector.reconcile(draft)).state == "cannot_tell"
        desk.ahead += 2 * MINUTE
        assert (await desk.connector.reconcile(draft)).state == "absent"


async def test_a_new_start_does_not_make_the_list_older(fake: Fake) -> None:
    """The try was made by a connector that is gone: when, is not known, so the time counts from the new one's start."""
    fake.faults.sends_lost_after = 1
    async with at_work(fake) as desk:
        draft = desk.draft()
        with pytest.raises(Unanswered):
            await desk.connector.send(draft)
        fake.hidden.add(fake.messages[0]["sid"])
        desk.ahead += 10 * MINUTE
        async with at_work(fake, desk) as again:
            assert (await again.connector.reconcile(draft)).state == "cannot_tell"
            fake.hidden.clear()
            assert (await again.connector.reconcile(draft)).state == "found"


async def test_the_same_words_of_another_send_are_not_taken_for_it(fake: Fake) -> None:
    async with at_work(fake) as desk:
        await desk.connector.send(desk.draft("ok", key="first"))
        fake.faults.sends_cut_before = 1
        second = desk.draft("ok", key="second")
        with pytest.raises(Unanswered):
            await desk.connector.send(second)
        desk.ahead += 2 * MINUTE
        assert (await desk.connector.reconcile(second)).state == "absent"


async def test_two_that_it_could_be_are_for_the_agent(fake: Fake) -> None:
    async with at_work(fake) as desk:
        draft = desk.draft("ok")
        for _ in range(2):
            fake.message(OURS, ANA, "ok", "outbound-api", status="sent")
        desk.ahead += 2 * MINUTE
        assert (await desk.connector.reconcile(draft)).state == "cannot_tell"


async def test_trouble_of_the_server_leaves_the_fate_open(fake: Fake) -> None:
    fake.faults.server_error = 1
    async with at_work(fake) as desk:
        with pytest.raises(Unanswered):
            await desk.connector.send(desk.draft())
    assert sum(method == "POST" for method, _ in fake.asked) == 1


async def test_templates_go_outside_the_window(fake: Fake) -> None:
    fake.largest_page = 2
    fake.contents = [content(n, status) for n, status in enumerate(["approved", "pending", "rejected", "approved"], 1)]
    async with at_work(fake) as desk:
        templates = await desk.connector.templates()
        assert [one.name for one in templates] == ["ready1", "ready4"]
        chosen = Template(templates[0].id, "ready1", "en", templates[0].body, {"1": "Ben", "2": "77"})
        draft = desk.draft("", conversation=CHAT, template=chosen)
        assert (await desk.connector.send(draft)).state == "accepted"
        assert fake.messages[-1]["body"] == "Hello Ben, your order 77 is ready"
        assert fake.messages[-1]["status"] == "queued"
        found = await desk.connector.reconcile(draft)
        assert (found.state, found.remote_id) == ("found", fake.messages[-1]["sid"])


async def test_a_template_of_the_composer_is_found_by_its_filled_text(fake: Fake) -> None:
    """Its draft holds the text as it reads in the end, and no pattern."""
    fake.contents = [content(1)]
    fake.faults.sends_lost_after = 1
    async with at_work(fake) as desk:
        chosen = Template(f"HX{1:032x}", "ready1", "en", "", {"1": "Ben", "2": "77"})
        draft = desk.draft("Hello Ben, your order 77 is ready", conversation=CHAT, template=chosen)
        with pytest.raises(Unanswered):
            await desk.connector.send(draft)
        found = await desk.connector.reconcile(draft)
        assert (found.state, found.remote_id) == ("found", fake.messages[-1]["sid"])


async def test_a_customer_who_shows_no_number_is_answered(fake: Fake) -> None:
    them = "whatsapp:NL.1349120865530274"
    fake.message(them, "whatsapp:" + OURS, "hi")
    async with at_work(fake) as desk:
        (event,) = [one for one in await desk.pull() if isinstance(one, MessageEvent)]
        assert event.author == Person(them, handle="NL.1349120865530274")
        receipt = await desk.connector.send(desk.draft(conversation=event.conversation))
        assert (receipt.state, receipt.conversation, fake.forms[-1]["To"]) == ("accepted", event.conversation, them)


@pytest.mark.parametrize(
    ("settings", "body"),
    [
        ({}, "Hello Ben, your order 77 is ready\n[https://x.test/77]"),
        ({"messaging_service_sid": "MG" + "0" * 32}, "It’s"),
    ],
)
async def test_where_twilio_may_list_other_words_it_is_never_called_absent(
    fake: Fake, settings: dict[str, Any], body: str
) -> None:
    """Sent again it would be there twice: a service puts plain quotes for curly ones, a card has more than its text."""
    fake.contents = [content(1)]
    fake.faults.sends_lost_after = 1
    async with at_work(fake, **settings) as desk:
        chosen = None if settings else Template(f"HX{1:032x}", "ready1", "en", "", {"1": "Ben", "2": "77"})
        draft = desk.draft(body, conversation=TALK if settings else CHAT, template=chosen)
        with pytest.raises(Unanswered):
            await desk.connector.send(draft)
        fake.messages[-1]["body"] = fake.messages[-1]["body"].replace("’", "'")
        desk.ahead += 10 * MINUTE
        assert (await desk.connector.reconcile(draft)).state == "cannot_tell"
        fake.messages.clear()
        assert (await desk.connector.reconcile(draft)).state == "absent"


async def test_variables_outside_the_text_are_asked_for(fake: Fake) -> None:
    fake.contents = [content(1)]
    fake.contents[0]["types"] = {
        "twilio/call-to-action": {
            "body": "Hello {{1}}",
            "actions": [
                {"type": "URL", "title": "Follow", "url": "https://x.test/{{2}}"},
                {"type": "URL", "title": "Again", "url": "https://x.test/{{2}}/{{1}}"},
            ],
        }
    }
    async with at_work(fake) as desk:
        (template,) = await desk.connector.templates()
        assert template.body == "Hello {{1}}\n\n[https://x.test/{{2}}]"


async def test_sms_go_through_the_messaging_service_that_is_named(fake: Fake) -> None:
    service = "MG" + "0123456789abcdef" * 2
    async with at_work(fake, messaging_service_sid=service) as desk:
        await desk.connector.send(desk.draft())
        await desk.connector.send(desk.draft(key="k2", conversation=CHAT))
    assert [(form["From"], form.get("MessagingServiceSid")) for form in fake.forms] == [
        (OURS, service), (f"whatsapp:{OURS}", None),
    ]  # fmt: skip


async def test_the_probe_is_content_where_all_is_well(fake: Fake) -> None:
    async with at_work(fake) as desk:
        probe = await desk.connector.probe()
        assert probe.works
        assert (probe.identity.address, probe.identity.name) == (OURS, "Shop")
    assert all(method == "GET" for method, _ in fake.asked)


async def test_the_probe_names_what_is_missing(fake: Fake) -> None:
    fake.account.update(status="suspended", type="Trial")
    fake.sms_url = "https://demo.twilio.com/welcome/sms/reply"
    async with at_work(fake, numbers=(OURS, "+3197010888888")) as desk:
        words = {finding.words: finding.grade for finding in (await desk.connector.probe()).findings}
        said = " ".join(words)
        for part in ("suspended", "trial", "sample text", "+3197010888888 is not a number"):
            assert part in said
        assert list(words.values()).count("missing") == 2


async def test_the_probe_looks_at_the_program_for_files(fake: Fake) -> None:
    for settings, part in (({"publish_command": ("/nowhere/it",)}, "no program here"), ({"mms": True}, "mms is set")):
        async with at_work(fake, **settings) as desk:
            assert part in " ".join(one.words for one in (await desk.connector.probe()).findings)


async def test_a_key_that_may_not_read_the_account_is_enough(fake: Fake) -> None:
    fake.account_readable = False
    async with at_work(fake) as desk:
        assert (await desk.connector.probe()).works


async def test_the_probe_refuses_a_wrong_token(fake: Fake) -> None:
    async with at_work(fake, token="wrong") as desk:
        with pytest.raises(LoginRefused):
            await desk.connector.probe()


async def test_requests_are_checked_and_the_check_can_fail(fake: Fake) -> None:
    specification = needed("twilio/twilio_api_v2010.json")
    messages = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = {"authorization": "Basic eDp5", "content-type": "application/x-www-form-urlencoded"}
    specification.tell_apart(("POST", messages, form, b"To=%2B31611&Body=x"), ("POST", messages, form, b"Body=x"))
    async with at_work(fake) as desk:
        await desk.connector.send(desk.draft())
        await desk.pull()
    assert fake.checked >= len(fake.asked) > 5
