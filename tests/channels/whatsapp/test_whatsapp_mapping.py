"""Webhooks as events: every kind of message, what is missing or hostile in them, and statuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    GapEvent,
    MessageEvent,
    Person,
    ReactionEvent,
    ReceiptEvent,
)
from omnitui.core.times import Instant
from omnitui.sync.channels.whatsapp.mapping import events_of
from omnitui.sync.channels.whatsapp.notices import ACCOUNT
from omnitui.sync.channels.whatsapp.people import person
from omnitui.sync.relay_client import RelayEvent
from tests.channels.whatsapp import meta_spec

AT = Instant(1_700_000_500_000)
PHONE = "106540352242922"


def read(value: Any, field: str = "messages", phone: str = PHONE) -> list[Event]:
    if phone and isinstance(value, dict):
        value = {"metadata": {"phone_number_id": phone}, **value}
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"value": value, "field": field}]}],
    }
    return events_of(RelayEvent(7, AT, {}, json.dumps(body).encode()), PHONE, "ep")


def message(**fields: Any) -> MessageEvent:
    one = {"from": "34600111222", "id": "wamid.1", "timestamp": "1700000000", **fields}
    contacts = [{"profile": {"name": "Ana"}, "wa_id": "34600111222"}]
    (found,) = read({"contacts": contacts, "messages": [one]})
    assert isinstance(found, MessageEvent)
    return found


def test_a_text() -> None:
    found = message(type="text", text={"body": "hola"}, context={"id": "wamid.0", "from": "1"})
    assert (found.conversation, found.remote_id, found.at) == ("34600111222", "wamid.1", 1_700_000_000_000)
    assert (found.text, found.reply_to, found.direction) == ("hola", "wamid.0", Direction.IN)
    assert found.author is not None
    assert (found.author.address, found.author.name, found.author.phone) == ("+34600111222", "Ana", "+34600111222")


@pytest.mark.parametrize(
    ("fields", "text", "kind"),
    [
        ({"type": "button", "button": {"text": "Yes", "payload": "y"}}, "Yes", "chat"),
        (
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "b", "title": "No"}},
            },
            "No",
            "chat",
        ),
        (
            {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"title": "Size", "description": "Large"}},
            },
            "Size\nLarge",
            "chat",
        ),
        (
            {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a": 1}'}}},
            "A form was filled in\na: 1",
            "chat",
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "nfm_reply",
                    "nfm_reply": {
                        "body": "Sent",
                        "response_json": '{"flow_token": "x", "screen_0_Full_name_1": "Ana", '
                        '"sizes": ["S", "M"], "more": {"a": 1}}',
                    },
                },
            },
            'Sent\nFull name: Ana\nsizes: S, M\nmore: {"a": 1}',
            "chat",
        ),
        (
            {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "no json"}}},
            "A form was filled in\nno json",
            "chat",
        ),
        (
            {"type": "location", "location": {"latitude": 1.5, "longitude": 2, "name": "Shop", "address": "Street 1"}},
            "Location: Shop, Street 1 (1.5, 2)",
            "location",
        ),
        ({"type": "location", "location": None}, "Location: ?, ?", "location"),
        (
            {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ben"}, "phones": [{"phone": "+49 1"}]}, 3]},
            "Contact: Ben, +49 1\nContact: without a name",
            "contact",
        ),
        (
            {
                "type": "order",
                "order": {
                    "catalog_id": "c",
                    "text": "please",
                    "product_items": [
                        {"product_retailer_id": "p", "quantity": 2, "item_price": 3.5, "currency": "EUR"}
                    ],
                },
            },
            "please\nOrder from catalogue c:\n2 x p at 3.5 EUR",
            "order",
        ),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, "(a message that WhatsApp does not", "unsupported"),
        ({"type": "hologram"}, "(a message that WhatsApp does not hand over: hologram)", "unsupported"),
        ({"type": {"no": 1}}, "(a message that WhatsApp does not hand over: of no kind)", "unsupported"),
        ({"type": "text", "text": {"body": None}}, "(a text without words)", "chat"),
    ],
)
def test_kinds(fields: dict[str, Any], text: str, kind: str) -> None:
    found = message(**fields)
    assert found.text.startswith(text)
    assert found.kind == kind


@pytest.mark.parametrize(
    ("kind", "part", "name", "type_", "mark"),
    [
        ("image", {"id": "m", "mime_type": "image/jpeg", "caption": "look"}, "picture.jpg", "image/jpeg", "chat"),
        (
            "audio", {"id": "m", "mime_type": "audio/ogg; codecs=opus", "voice": True},
            "voice-message.ogg", "audio/ogg", "voicemail",
        ),
        ("document", {"id": "m", "mime_type": "a/b", "filename": "x.pdf"}, "x.pdf", "a/b", "chat"),
        ("sticker", {"id": "m", "mime_type": "image/webp"}, "sticker.webp", "image/webp", "sticker"),
        ("video", {"id": "m"}, "video", "application/octet-stream", "chat"),
    ],
)  # fmt: skip
def test_media(kind: str, part: dict[str, Any], name: str, type_: str, mark: str) -> None:
    found = message(**{"type": kind, kind: part})
    (file,) = found.files
    assert (file.ref, file.name, file.type, file.lost) == ("m", name, type_, "")
    assert (found.text, found.kind) == (part.get("caption", ""), mark)


def test_a_file_without_an_id_is_shown_as_lost() -> None:
    assert message(type="image", image={}).files[0].lost


def test_notices_and_what_whatsapp_itself_says() -> None:
    assert message(type="text", text={"body": "x"}, context={"forwarded": True}).notices == ("Forwarded",)
    ad = message(type="text", text={"body": "x"}, referral={"headline": "Sale", "source_url": "https://a.test"})
    assert ad.notices == ("Came by an advertisement: Sale, https://a.test",)
    changed = message(type="system", system={"body": "Ana changed her number", "wa_id": "34"})
    assert (changed.direction, changed.text) == (Direction.SYSTEM, "Ana changed her number")


def test_reactions_edits_and_deletions() -> None:
    base = {"from": "34", "id": "wamid.9", "timestamp": "1700000000"}
    put = {**base, "type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}}
    back = {**base, "type": "reaction", "reaction": {"message_id": "wamid.1"}}
    gone = {**base, "type": "revoke", "revoke": {"original_message_id": "wamid.1"}}
    new = {"type": "text", "text": {"body": "better"}}
    changed = {**base, "type": "edit", "edit": {"original_message_id": "wamid.1", "message": new}}
    found = read({"messages": [put, back, gone, changed]})
    assert isinstance(found[0], ReactionEvent)
    assert (found[0].emoji, found[0].added, found[0].whole, found[0].remote_id) == (("👍",), True, True, "wamid.1")
    assert isinstance(found[1], ReactionEvent)
    assert (found[1].emoji, found[1].added, found[1].whole) == ((), False, True)
    assert isinstance(found[2], DeletedEvent)
    assert isinstance(found[3], EditedEvent)
    assert (found[2].remote_id, found[3].remote_id, found[3].text) == ("wamid.1", "wamid.1", "better")


def test_an_echo_of_the_phone_is_ours() -> None:
    echo = {"from": "1", "to": "34", "id": "wamid.5", "timestamp": "1700000000", "type": "text", "text": {"body": "hi"}}
    (found,) = read({"message_echoes": [echo]}, "smb_message_echoes")
    assert isinstance(found, MessageEvent)
    assert (found.conversation, found.direction, found.delivery) == ("34", Direction.OUT, "sent")


def test_statuses() -> None:
    base = {"id": "wamid.1", "timestamp": "1700000000", "recipient_id": "34", "biz_opaque_callback_data": "key-1"}
    failed = {**base, "status": "failed", "errors": [{"code": 131026, "title": "Message undeliverable"}]}
    found = read(
        {"statuses": [{**base, "status": "read"}, {**base, "status": "new"}, failed, None, {"status": "sent"}]}
    )
    assert [one.state for one in found if isinstance(one, ReceiptEvent)] == ["read", "failed"]
    assert all(isinstance(one, ReceiptEvent) and one.key == "key-1" for one in found)
    assert isinstance(found[1], ReceiptEvent)
    assert "cannot deliver to this number" in found[1].detail


SCOPED = "NL.1349120865530274"


def test_a_customer_who_shows_no_number() -> None:
    """Meta's page of business-scoped user ids: neither `from` nor `wa_id` is there."""
    contacts = [{"profile": {"name": "Ana", "username": "ana.b"}, "user_id": SCOPED}]
    one = {"from_user_id": SCOPED, "id": "wamid.1", "timestamp": "1700000000", "type": "text", "text": {"body": "hi"}}
    (found,) = read({"contacts": contacts, "messages": [one]})
    assert isinstance(found, MessageEvent)
    assert found.conversation == SCOPED
    assert found.author == Person(SCOPED, "Ana", handle="@ana.b")
    status = {"id": "wamid.2", "status": "read", "timestamp": "1700000000", "recipient_user_id": SCOPED}
    (told,) = read({"statuses": [status]})
    assert isinstance(told, ReceiptEvent)
    assert told.conversation == SCOPED
    echo = {"from": "1", "to_user_id": SCOPED, "id": "wamid.5", "timestamp": "1", "type": "text", "text": {"body": "x"}}
    (ours,) = read({"message_echoes": [echo]}, "smb_message_echoes")
    assert isinstance(ours, MessageEvent)
    assert (ours.conversation, [one.address for one in ours.people]) == (SCOPED, [SCOPED])


def test_number_and_id_of_one_customer_are_one_conversation() -> None:
    one = {"from": "34600111222", "from_user_id": SCOPED, "timestamp": "1700000000", "type": "text"}
    found = read({"messages": [{**one, "id": "wamid.1"}, {**one, "id": "wamid.2"}]})
    assert isinstance(found[0], ConversationEvent)
    assert (found[0].conversation, found[0].also) == ("34600111222", (SCOPED,))
    assert [type(event) for event in found[1:]] == [MessageEvent, MessageEvent]
    group = read({"messages": [{**one, "id": "wamid.3", "group_id": "group-1"}]})
    assert [event.conversation for event in group if isinstance(event, MessageEvent)] == ["group-1"]
    assert len(group) == 1


@pytest.mark.parametrize(
    ("wa_id", "phone"),
    [
        ("34600111222", "+34600111222"),
        ("551187654321", "+5511987654321"),
        ("5511987654321", "+5511987654321"),
        ("551133334444", "+551133334444"),
        ("5215512345678", "+525512345678"),
        ("525512345678", "+525512345678"),
        ("5491123456789", "+5491123456789"),
        (SCOPED, ""),
        ("１２３", ""),
    ],
)
def test_the_number_to_dial(wa_id: str, phone: str) -> None:
    """Ids of Brazil and Mexico are not their numbers; the address stays what WhatsApp calls them by."""
    found = person(wa_id)
    assert found.phone == phone
    assert found.address in (f"+{wa_id}", wa_id)


def test_calls_and_wishes_are_lines() -> None:
    call = {"id": "wacid.1", "from": "34600111222", "event": "connect", "direction": "USER_INITIATED"}
    over = {**call, "event": "terminate", "timestamp": "1700000000", "duration": 34}
    missed = {**call, "event": "terminate", "timestamp": "1700000000", "id": "wacid.2"}
    wish = {"wa_id": "34600111222", "category": "marketing_messages", "value": "stop", "timestamp": "1700000000"}
    found = read({"calls": [call, over, missed]}, "calls") + read({"user_preferences": [wish]}, "user_preferences")
    assert [(one.text, one.direction, one.conversation) for one in found if isinstance(one, MessageEvent)] == [
        ("Call from the customer, 34 seconds", Direction.SYSTEM, "34600111222"),
        ("Call from the customer was not answered", Direction.SYSTEM, "34600111222"),
        ("The customer has stopped marketing messages from you", Direction.SYSTEM, "34600111222"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (
            "message_template_status_update",
            {"event": "PAUSED", "message_template_name": "hello", "message_template_language": "de", "reason": "NONE"},
            "The template hello (de) is now: paused",
        ),
        (
            "account_update",
            {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_MESSAGING"}]},
            "Meta says of the WhatsApp account: account restriction (restricted biz messaging)",
        ),
        (
            "account_alerts",
            {"alert_severity": "CRITICAL", "alert_type": "OBA_APPROVED", "alert_description": "Look at it"},
            "Meta warns of the account (critical): Look at it",
        ),
        (
            "phone_number_quality_update",
            {"event": "DOWNGRADE", "current_limit": "TIER_250"},
            "The number's standing at Meta: downgrade; customers a day that you may begin with: 250",
        ),
        ("messages", {"errors": [{"code": 131042}]}, "there is a problem with the payment method"),
    ],
)
def test_what_meta_says_of_the_account_is_a_line_of_its_own(field: str, value: dict[str, Any], text: str) -> None:
    about, found = read(value, field, phone="")
    assert isinstance(about, ConversationEvent)
    assert about.barred
    assert isinstance(found, MessageEvent)
    assert found.text.startswith(text)
    assert (found.conversation, found.direction) == (ACCOUNT, Direction.SYSTEM)


def _examples() -> list[tuple[str, Any]]:
    """Those of Meta's own file for its webhooks."""
    file = meta_spec.document()
    if file is None:
        return []
    content = file["paths"]["/whatsapp/webhooks"]["post"]["requestBody"]["content"]["application/json"]
    return [(name, one["value"]) for name, one in content["examples"].items()]


def test_every_example_of_meta_s_is_read_whole() -> None:
    if meta_spec.document() is None:
        pytest.skip("Meta's specification is not beside the project")
    examples = _examples()
    assert len(examples) > 10
    for name, body in examples:
        events = events_of(RelayEvent(7, AT, {}, json.dumps(body).encode()), PHONE, "ep")
        values = [change["value"] for entry in body["entry"] for change in entry["changes"]]
        told = sum(len(value.get("messages", ())) + len(value.get("statuses", ())) for value in values)
        kept = [one for one in events if not isinstance(one, ConversationEvent)]
        assert len(kept) == told, name
        assert not any(isinstance(one, GapEvent) for one in events), name
        odd = [one for one in kept if isinstance(one, MessageEvent) and one.kind == "unsupported"]
        assert not odd or "nsupported" in name or "nknown" in name, (name, odd)


def test_other_numbers_of_the_account_are_not_ours() -> None:
    assert read({"messages": [{"from": "1", "type": "text", "text": {"body": "x"}}]}, phone="999") == []


def test_what_cannot_be_read_is_a_gap_and_what_has_no_id_is_kept_under_the_relays() -> None:
    for body in (b"not json", b"[]", b"[" * 50_000):
        (found,) = events_of(RelayEvent(7, AT, {}, body), PHONE, "ep")
        assert isinstance(found, GapEvent)
    gap, kept = read({"messages": ["text", {"type": "text", "text": {"body": "x"}, "timestamp": "99999999999"}]})
    assert isinstance(gap, GapEvent)
    assert isinstance(kept, MessageEvent)
    assert (kept.remote_id, kept.conversation, kept.at) == ("relay:ep:7:1", "unknown", AT)


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KINDS = st.sampled_from(
    ["text", "image", "location", "contacts", "interactive", "order", "reaction", "edit", "system"]
)


@given(
    _KINDS,
    st.dictionaries(
        st.sampled_from(["from", "from_user_id", "id", "timestamp", "context", "errors", "referral"]), _JUNK
    ),
    _JUNK,
)
def test_no_content_stops_the_reading_and_no_message_is_dropped(kind: str, fields: dict[str, Any], part: Any) -> None:
    found = read({"messages": [{**fields, "type": kind, kind: part}], "statuses": part, "contacts": part})
    assert len([one for one in found if not isinstance(one, ReceiptEvent | ConversationEvent)]) == 1


@given(
    st.sampled_from(
        ["calls", "user_preferences", "account_update", "message_template_status_update", "account_alerts"]
    ),
    st.dictionaries(
        st.sampled_from(["calls", "user_preferences", "event", "reason", "ban_info", "restriction_info", "errors"]),
        _JUNK,
    ),
    _JUNK,
)
def test_no_notice_stops_the_reading(field: str, value: dict[str, Any], part: Any) -> None:
    read({**value, "calls": [part, {"event": "terminate", "duration": part, "id": part}], field: part}, field, phone="")
