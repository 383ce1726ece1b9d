"""Writing first: the contact, the inbox and the conversation are found or made, each once, whatever goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from omnitui.core.channel_events import Person
from omnitui.core.errors import Refused
from omnitui.sync.channels.chatwoot.connector import ChatwootConnector
from omnitui.sync.channels.contract import Outbound
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Unanswered
from tests.channels.chatwoot.at_work import connect, draft
from tests.channels.chatwoot.fake import ACCOUNT, FakeChatwoot
from tests.channels.chatwoot.test_chatwoot_templates import bill, phone


@pytest.fixture(autouse=True)
def ways(fake: FakeChatwoot) -> None:
    """Inboxes that reach people."""
    fake.inboxes[2] = {"id": 2, "name": "Support mail", "channel_type": "Channel::Email"}
    fake.inboxes[3] = {"id": 3, "name": "Texts", "channel_type": "Channel::Sms"}


def first(address: str, **more: Any) -> Outbound:
    return draft("", "Your order is here", to=(Person(address, "Zoe"),), **more)


def address_of(fake: FakeChatwoot, contact: int) -> str:
    return f"contact-{contact}@{fake.url.partition('://')[2]}/{ACCOUNT}"


async def test_a_contact_that_is_known_is_written_to_by_mail(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    who = fake.contact("ana", phone_number="+34600111222")
    receipt = await desk.send(first(address_of(fake, who), title="Your order"))
    (room,) = fake.conversations.values()
    assert (receipt.conversation, room["inbox_id"], room["contact"]) == (str(room["id"]), 2, who)
    assert room["additional_attributes"]["mail_subject"] == "Your order"
    assert [one["content"] for one in fake.messages[room["id"]]] == ["Your order is here"]


@pytest.mark.parametrize(("address", "inbox"), [("zoe@harbour.example", 2), ("+34600999888", 3)])
async def test_somebody_new_is_made_a_contact_once(
    fake: FakeChatwoot, desk: ChatwootConnector, address: str, inbox: int
) -> None:
    await desk.send(first(address))
    await desk.send(first(address, key="k2"))
    (who,) = fake.contacts.values()
    assert (who["name"], address in (who["email"], who["phone_number"])) == ("Zoe", True)
    assert [one["inbox_id"] for one in fake.conversations.values()] == [inbox, inbox]


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("fault", ["sends_lost_after", "sends_cut_before"])
@pytest.mark.parametrize("at_message", [False, True])
async def test_a_beginning_of_unknown_fate_is_never_doubled(
    fake: FakeChatwoot, http: Client, tmp_path: Path, fault: str, *, keeps: bool, at_message: bool
) -> None:
    fake.keeps_attributes = keeps
    who = fake.contact("ana")
    one = first(address_of(fake, who))
    desk = connect(fake, http, tmp_path)
    if at_message:
        # An earlier try has come so far as to begin the conversation.
        fake.conversation(who, 2, additional_attributes={"omnitui_key": one.key})
    setattr(fake.faults, fault, 1)
    with pytest.raises(Unanswered):
        await desk.send(one)
    desk = connect(fake, http, tmp_path)
    found = await desk.reconcile(one)
    if found.state == "absent":
        found_id = (await desk.send(one)).remote_id
    else:
        assert found.state == "found"
        found_id = found.remote_id
    assert (await connect(fake, http, tmp_path).send(one)).state == "duplicate"
    (messages,) = fake.messages.values()
    assert [str(message["id"]) for message in messages] == [found_id]


async def test_an_inbox_that_keeps_one_conversation_a_contact(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    fake.locked.add(2)
    who = fake.contact("ana")
    room = fake.conversation(who, 2)
    receipt = await desk.send(first(address_of(fake, who)))
    assert receipt.conversation == str(room)
    assert (await desk.send(first(address_of(fake, who)))).state == "duplicate"


async def test_on_whatsapp_a_template_begins(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    phone(fake)
    who = fake.contact("ana", email=None, phone_number="+34600111222")
    del fake.inboxes[3]
    with pytest.raises(Refused, match="template"):
        await desk.send(first(address_of(fake, who)))
    template = bill(await desk.templates(), header_link="https://x.example/a.pdf", name="Ana")
    receipt = await desk.send(first(address_of(fake, who), template=template))
    room = int(receipt.conversation)
    assert fake.conversations[room]["inbox_id"] == 7
    assert fake.messages[room][0]["additional_attributes"]["template_params"]["name"] == "bill"


async def test_the_inbox_may_be_named(fake: FakeChatwoot, http: Client, tmp_path: Path) -> None:
    who = fake.contact("ana", phone_number="+34600111222")
    await connect(fake, http, tmp_path, new_in="Texts").send(first(address_of(fake, who)))
    assert [one["inbox_id"] for one in fake.conversations.values()] == [3]
    probe = await connect(fake, http, tmp_path, new_in="Nowhere").probe()
    assert not probe.works


@pytest.mark.parametrize(
    "address", ["zoe", "contact-7@elsewhere.example/3", "contact-x", "600111222", "@zoe:x.example"]
)
async def test_who_cannot_be_written_to(fake: FakeChatwoot, desk: ChatwootConnector, address: str) -> None:
    with pytest.raises(Refused):
        await desk.send(first(address))
    with pytest.raises(Refused):
        await desk.send(draft("", to=(Person("a@x.example"), Person("b@x.example"))))
    assert not fake.conversations
    assert not fake.contacts
