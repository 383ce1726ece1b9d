"""Webhooks as events: every kind of message, what is missing or hostile in them, and statuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.channel_events import (
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    GapEvent,
    MessageEvent,
    ReactionEvent,
    ReceiptEvent,
)
from omnitui.core.times import Instant
from omnitui.sync.channels.whatsapp.mapping import events_of
from omnitui.sync.relay_client import RelayEvent

AT = Instant(1_700_000_500_000)
PHONE = "106540352242922"


def read(value: Any, field: str = "messages", phone: str = PHONE) -> list[Event]:
    value = {"metadata": {"phone_number_id": phone}, **value} if isinstance(value, dict) else value
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
            'A form was filled in\n{"a": 1}',
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
    _KINDS, st.dictionaries(st.sampled_from(["from", "id", "timestamp", "context", "errors", "referral"]), _JUNK), _JUNK
)
def test_no_content_stops_the_reading_and_no_message_is_dropped(kind: str, fields: dict[str, Any], part: Any) -> None:
    found = read({"messages": [{**fields, "type": kind, kind: part}], "statuses": part, "contacts": part})
    assert len([one for one in found if not isinstance(one, ReceiptEvent)]) == 1
