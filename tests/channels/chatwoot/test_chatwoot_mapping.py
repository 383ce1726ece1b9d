"""Messages and conversations of Chatwoot as events: every kind, and whatever else a server may say."""

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
    IdentityEvent,
    MessageEvent,
    ReceiptEvent,
)
from omnitui.core.times import Instant
from omnitui.sync.channels.chatwoot import conversations, cursor, messages
from omnitui.sync.channels.chatwoot.inboxes import Inbox
from omnitui.sync.channels.chatwoot.people import Agents, Place
from omnitui.sync.channels.chatwoot.values import moment

PLACE = Place("desk.example", 3)
SHOP = Inbox(1, "Shop", "Channel::WebWidget")
NOW = Instant(1_790_000_000_000)
CONTACT = {"id": 7, "name": "Ana", "email": "ana@x.example", "phone_number": "+34600", "type": "contact"}
AGENT = {"id": 41, "name": "Kim Park", "available_name": "Kim", "type": "user"}


def message(**more: Any) -> dict[str, Any]:
    base = {"id": 5, "content": "Hi", "message_type": 0, "created_at": 1_780_000_000, "private": False}
    return {**base, "status": "sent", "content_attributes": {}, "sender": CONTACT, **more}


def events(value: dict[str, Any], *, new: bool = True) -> list[Event]:
    return messages.events_of(PLACE, "12", value, new=new, title="Website", fallback=NOW)


def only(value: dict[str, Any]) -> MessageEvent:
    (found,) = events(value)
    assert isinstance(found, MessageEvent)
    return found


@pytest.mark.parametrize(
    ("given", "direction"),
    [
        ({}, Direction.IN),
        ({"message_type": "incoming"}, Direction.IN),
        ({"message_type": 1, "sender": AGENT}, Direction.OUT),
        ({"message_type": 1, "sender": {"id": 9, "type": "agent_bot"}}, Direction.AUTO),
        ({"message_type": 1, "sender": AGENT, "content_attributes": {"automation_rule_id": 4}}, Direction.AUTO),
        ({"message_type": 1, "sender": None}, Direction.AUTO),
        ({"message_type": 1, "sender": AGENT, "private": True}, Direction.NOTE),
        ({"message_type": 2, "sender": AGENT}, Direction.SYSTEM),
        ({"message_type": 3, "sender": None}, Direction.AUTO),
        ({"message_type": 99}, Direction.SYSTEM),
    ],
)
def test_who_wrote_it(given: dict[str, Any], direction: Direction) -> None:
    assert only(message(**given)).direction is direction


def test_a_customer_s_message() -> None:
    found = only(message(content_attributes={"in_reply_to": 4}))
    assert (found.conversation, found.remote_id, found.text, found.reply_to) == ("12", "5", "Hi", "4")
    assert found.at == 1_780_000_000_005
    assert found.author
    assert found.author.address == "contact-7@desk.example/3"
    assert (found.author.phone, found.author.email) == ("+34600", "ana@x.example")


def test_a_failed_answer_says_why() -> None:
    extra = {"external_error": "131047: window", messages.KEY: "k1"}
    found = only(message(message_type=1, sender=AGENT, status="failed", content_attributes=extra))
    assert (found.delivery, found.detail, found.key) == ("failed", "131047: window", "k1")


def test_a_customer_cannot_pretend_to_be_a_send_of_ours() -> None:
    assert only(message(content_attributes={messages.KEY: "k1"}, echo_id="k1")).key == ""


def test_a_mail() -> None:
    email = {"subject": "Order 9", "cc": ["cc@x.example"], "html_content": {"full": "<b>Hi</b>"}}
    found = only(message(content_type="incoming_email", content_attributes={"email": email}))
    assert found.html == "<b>Hi</b>"
    assert [one.email for one in found.people] == ["cc@x.example"]


def test_a_deleted_one_leaves_the_earlier_words() -> None:
    gone = message(content="This message was deleted", content_attributes={"deleted": True})
    (known,) = events(gone, new=False)
    assert isinstance(known, DeletedEvent)
    first, second = events(gone)
    assert isinstance(first, MessageEvent)
    assert isinstance(second, DeletedEvent)


def test_a_survey_that_was_answered() -> None:
    rating = {"csat_survey_response": {"rating": 4, "feedback_message": "quick"}}
    value = message(message_type=3, content_type="input_csat", content_attributes={"submitted_values": rating})
    said, edited = events(value, new=False)
    assert isinstance(said, MessageEvent)
    assert said.kind == "poll"
    assert said.notices
    assert isinstance(edited, EditedEvent)
    assert edited.text == "Hi\nRating: 4 of 5. quick"


def test_files_are_named_by_their_ids_and_their_links_are_not_kept() -> None:
    link = "https://desk.example/rails/active_storage/blobs/redirect/SIGNED/red%20shoe.png"
    (file,) = only(message(attachments=[{"id": 3, "file_type": "image", "data_url": link, "file_size": 12}])).files
    assert (file.name, file.type, file.size) == ("red shoe.png", "image/png", 12)
    assert json.loads(file.ref) == {"c": "12", "m": 5, "f": 3}
    (lost,) = only(message(attachments=[{"id": 3, "file_type": "file", "data_url": None}])).files
    assert lost.lost


def test_a_place_is_words() -> None:
    found = only(message(content=None, attachments=[{"file_type": "location", "coordinates_lat": 1.5}]))
    assert (found.text.startswith("[location"), found.kind, found.files) == (True, "location", ())


def item(**more: Any) -> dict[str, Any]:
    base = {"id": 12, "status": "open", "labels": ["vip"], "priority": None, "can_reply": True, "inbox_id": 1}
    meta = {"sender": CONTACT, "channel": "Channel::Whatsapp", "assignee": AGENT}
    return {**base, "last_activity_at": 1_780_000_000, "meta": meta, **more}


def of(given: dict[str, Any], agents: Agents | None = None) -> ConversationEvent:
    found = conversations.events_of(
        PLACE, given, agents=agents or Agents(), inbox=SHOP, base="https://desk.example", now=NOW
    )
    return next(one for one in found if isinstance(one, ConversationEvent))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, {"state": "open", "tags": ("vip",), "priority": 0, "assignee": "Kim", "barred": "", "title": "Shop"}),
        ({"status": "resolved"}, {"state": "closed"}),
        ({"status": "pending", "priority": "urgent"}, {"state": "pending", "priority": 2}),
        ({"status": "snoozed", "snoozed_until": "2026-12-01T09:00:00.000Z"}, {"snoozed_until": 1_796_115_600_000}),
        ({"status": "snoozed", "snoozed_until": 1_796_115_600}, {"snoozed_until": 1_796_115_600_000}),
        ({"status": "snoozed"}, {"state": "snoozed", "snoozed_until": None}),
        ({"priority": "low"}, {"priority": -1}),
        ({"meta": {"sender": CONTACT}}, {"assignee": ""}),
        ({"additional_attributes": {"mail_subject": "Order 9"}}, {"title": "Order 9"}),
        ({"status": "new thing", "labels": None, "can_reply": None}, {"state": None, "tags": None, "barred": None}),
    ],
)
def test_the_state_of_a_conversation(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = of(item(**given))
    assert {name: getattr(found, name) for name in wanted} == wanted
    assert found.url == "https://desk.example/app/accounts/3/conversations/12"


def test_a_closed_window_says_why() -> None:
    assert "24 hours" in (of(item(can_reply=False)).barred or "")


def test_an_agent_may_be_called_otherwise_here() -> None:
    agents = Agents.of_settings(["Kimmy = kim park"])
    agents.take([AGENT])
    assert of(item(), agents).assignee == "Kimmy"
    assert [agents.id_of(name) for name in ("kimmy", "Kim Park", "nobody")] == [41, 41, None]


def test_what_the_customer_has_seen() -> None:
    given = item(contact_last_seen_at=1_780_000_100)
    found = conversations.events_of(PLACE, given, agents=Agents(), inbox=SHOP, base="", now=NOW)
    assert [one.person.name for one in found if isinstance(one, IdentityEvent)] == ["Ana"]
    assert [one.up_to for one in found if isinstance(one, ReceiptEvent)] == [1_780_000_100_000]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted({*message(), "content_type", "attachments", "echo_id"})), ODD))
def test_no_message_breaks_it(odd: dict[str, Any]) -> None:
    found = events({**message(), **odd})
    assert found or messages.identity({**message(), **odd}) is None


@given(st.dictionaries(st.sampled_from(sorted({*item(), "messages", "snoozed_until", "additional_attributes"})), ODD))
def test_no_conversation_breaks_it(odd: dict[str, Any]) -> None:
    assert isinstance(of({**item(), **odd}), ConversationEvent)
    conversations.stamp({**item(), **odd})


@given(st.text())
def test_no_cursor_breaks_it(text: str) -> None:
    assert cursor.read(cursor.read(text).text()) == cursor.read(text)


@pytest.mark.parametrize("value", [0, -5, True, "x", "99999999999999", 1e40, float("nan"), None, [], 10**15])
def test_what_is_no_time(value: object) -> None:
    assert moment(value) is None
