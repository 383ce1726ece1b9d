"""WhatsApp templates of an inbox, and what each inbox's channel can do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.channels import from_json
from omnitui.core.chat_sending import filled, variables
from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.sync.channels.chatwoot.connector import ChatwootConnector
from omnitui.sync.channels.chatwoot.inboxes import WHATSAPP, Inbox, read_inbox
from omnitui.sync.channels.chatwoot.templates import template_params, templates_of
from omnitui.sync.channels.contract import OutboundFile, Standing, Template
from omnitui.sync.http.client import Client
from tests.channels.chatwoot.at_work import NOW, connect, draft, drained, state
from tests.channels.chatwoot.fake import FakeChatwoot

SHIPPED = {
    "name": "shipped", "language": "en_US", "status": "APPROVED", "category": "UTILITY", "namespace": "ns1",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "Dear {{1}}, your {{2}} is on its way."},
        {"type": "FOOTER", "text": "The shop"},
        {"type": "BUTTONS", "buttons": [
            {"type": "QUICK_REPLY", "text": "Thanks"},
            {"type": "URL", "text": "Follow it", "url": "https://shop.example/{{1}}"},
        ]},
    ],
}  # fmt: skip
BILL = {
    "name": "bill", "language": "de", "status": "approved", "category": "MARKETING", "parameter_format": "NAMED",
    "components": [{"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "Hallo {{name}}"}],
}  # fmt: skip
UNUSABLE = [
    {**BILL, "name": "waits", "status": "PENDING"},
    {**BILL, "name": "code", "category": "AUTHENTICATION"},
    {**BILL, "name": "empty", "components": None},
    {**BILL, "name": None},
    "nonsense",
]


def phone(fake: FakeChatwoot, id_: int = 7, name: str = "Shop WhatsApp") -> int:
    """An inbox with templates."""
    fake.inboxes[id_] = {
        "id": id_, "name": name, "channel_type": WHATSAPP, "message_templates": [SHIPPED, BILL, *UNUSABLE],
    }  # fmt: skip
    return id_


def bill(known: tuple[Template, ...], **values: str) -> Template:
    """The template bill as the agent's picker leaves it: without the body."""
    found = next(one for one in known if one.name == "bill")
    return replace(found, body="", variables={key.replace("_", "."): value for key, value in values.items()})


async def test_an_answer_after_a_day_goes_by_a_template(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    room = fake.conversation(fake.contact("ana"), phone(fake), can_reply=False)
    fake.add(room, "Where is it?")
    found, _ = await drained(desk)
    told = state(found, room)
    assert from_json(told.capabilities or "").templates
    window = await desk.window(Standing(str(room), None, told.barred or ""), Instant(NOW * 1000))
    assert window.kind == "template"
    known = await desk.templates()
    assert [(one.name, one.language) for one in known] == [("shipped", "en_US"), ("bill", "de")]
    body = known[0].body
    assert variables(body) == ["header.1", "1", "2", "button.1"]
    values = {"header.1": "77", "1": "Ana", "2": "red\nhat", "button.1": "t/77"}
    template = replace(known[0], body="", variables=values)
    text = filled(body, values)
    receipt = await desk.send(draft(room, text, template=template))
    made = fake.messages[room][-1]
    assert (receipt.remote_id, made["content"]) == (str(made["id"]), text)
    assert made["additional_attributes"]["template_params"] == {
        "name": "shipped", "category": "UTILITY", "language": "en_US", "namespace": "ns1",
        "processed_params": {
            "body": {"1": "Ana", "2": "red hat"}, "header": {"1": "77"},
            "buttons": [{}, {"type": "url", "parameter": "t/77"}],
        },
    }  # fmt: skip
    assert (await desk.reconcile(draft(room, text, template=template))).remote_id == receipt.remote_id


async def test_a_template_with_a_file_and_named_values(fake: FakeChatwoot, desk: ChatwootConnector) -> None:
    room = fake.conversation(fake.contact("ana"), phone(fake))
    link = "https://shop.example/bill.pdf"
    await desk.send(draft(room, "x", template=bill(await desk.templates(), header_link=link, name="Ana")))
    params = fake.messages[room][-1]["additional_attributes"]["template_params"]
    assert params["processed_params"] == {
        "body": {"name": "Ana"}, "header": {"media_url": link, "media_type": "document"}
    }  # fmt: skip


async def test_templates_that_cannot_go(fake: FakeChatwoot, desk: ChatwootConnector, tmp_path: Path) -> None:
    room, other = fake.conversation(fake.contact("ana"), phone(fake)), fake.conversation(fake.contact("ben"))
    known = await desk.templates()
    whole = bill(known, header_link="https://x.example/a.pdf", name="Ana")
    file = OutboundFile("a", "text/plain", 1, tmp_path)
    for wrong, words in (
        (draft(room, template=bill(known, name="Ana")), "header.link"),
        (draft(other, template=whole), "another inbox than Website"),
        (draft(room, template=whole, files=(file,)), "no files"),
        (draft(room, template=replace(whole, id="7|gone|de")), "not approved"),
        (draft(room, template=replace(whole, id="nonsense")), "another inbox"),
    ):
        with pytest.raises(Refused, match=words):
            await desk.send(wrong)
    fake.inboxes[7]["message_templates"] = []
    with pytest.raises(Refused, match="not approved"):
        await desk.send(draft(room, template=whole))
    assert fake.messages[room] == []


async def test_several_inboxes_with_templates_are_told_apart(fake: FakeChatwoot, http: Client, tmp_path: Path) -> None:
    phone(fake), phone(fake, 8, "Outlet")
    known = await connect(fake, http, tmp_path).templates()
    assert {one.name for one in known} == {
        "shipped (Shop WhatsApp)", "bill (Shop WhatsApp)", "shipped (Outlet)", "bill (Outlet)"
    }  # fmt: skip
    assert {one.name for one in await connect(fake, http, tmp_path, inboxes=("Outlet",)).templates()} == {
        "shipped", "bill"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "medium", "longest", "templates"),
    [
        ("Channel::WebWidget", "", 150_000, False),
        ("Channel::Whatsapp", "", 4096, True),
        ("Channel::TwilioSms", "whatsapp", 1600, False),
        ("Channel::Instagram", "", 1000, False),
        ("Channel::Email", "", 25_000, False),
    ],
)
async def test_what_the_channel_of_an_inbox_can_do(
    fake: FakeChatwoot, desk: ChatwootConnector, kind: str, medium: str, longest: int, *, templates: bool
) -> None:
    fake.inboxes[5] = {"id": 5, "name": "It", "channel_type": kind, "medium": medium}
    room = fake.conversation(fake.contact("ana"), 5)
    assert desk.narrowed(str(room)) == desk.capabilities
    found, _ = await drained(desk)
    can = from_json(state(found, room).capabilities or "")
    assert can == desk.narrowed(str(room))
    assert (can.most_text, can.templates, can.after_window == "template") == (longest, templates, templates)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["BODY", "{{1}}", "HEADER"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "format", "buttons", "url", "components", "name", "language"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(SHIPPED)), ODD))
def test_no_template_breaks_it(odd: dict[str, Any]) -> None:
    inbox = read_inbox({"id": 7, "channel_type": WHATSAPP, "message_templates": [{**SHIPPED, **odd}]})
    assert isinstance(inbox, Inbox)
    for one in templates_of([inbox]):
        values = dict.fromkeys(variables(one.body), "x")
        assert template_params([inbox], replace(one, variables=values))["name"]
