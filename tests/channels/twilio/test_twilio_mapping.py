"""Twilio's fields as events: whatever stands in them, the message is kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.channel_events import Direction
from omnitui.core.times import Instant
from omnitui.sync.channels.twilio import calls, cursor, mapping
from omnitui.sync.channels.twilio.addresses import named, pair_of
from omnitui.sync.channels.twilio.trouble import words_for

NOW = Instant(1_700_000_000_000)
WHEN = "Wed, 01 Nov 2023 10:00:00 +0000"
NAMES = ("sid", "body", "from", "to", "direction", "status", "date_sent", "date_created", "error_code", "num_media")
odd = st.none() | st.integers() | st.text(max_size=40) | st.lists(st.integers(), max_size=2) | st.booleans()


@pytest.mark.parametrize(
    ("direction", "status", "expected", "delivery"),
    [
        ("inbound", "received", Direction.IN, ""),
        ("outbound-api", "queued", Direction.OUT, ""),
        ("outbound-api", "sent", Direction.OUT, "sent"),
        ("outbound-api", "read", Direction.OUT, "read"),
        ("outbound-api", "undelivered", Direction.OUT, "failed"),
        ("outbound-reply", "delivered", Direction.AUTO, "delivered"),
        ("sideways", "flying", Direction.SYSTEM, ""),
    ],
)
def test_direction_and_fate(direction: str, status: str, expected: Direction, delivery: str) -> None:
    item = {"sid": "SM1", "from": "+1", "to": "+2", "body": "x", "direction": direction, "status": status}
    event = mapping.message(item, (), NOW)
    assert (event.direction, event.delivery) == (expected, delivery)


def test_a_time_that_is_missing_is_taken_from_its_making() -> None:
    item = {"sid": "SM1", "direction": "inbound", "date_sent": None, "date_created": WHEN, "body": "x"}
    assert mapping.message(item, (), NOW).at == 1698832800000
    del item["date_created"]
    event = mapping.message(item, (), NOW)
    assert event.at == NOW
    assert event.notices


def test_no_text_shows_as_such() -> None:
    event = mapping.message({"sid": "SM1", "direction": "inbound", "body": ["x"], "date_sent": WHEN}, (), NOW)
    assert event.text == mapping.NO_TEXT
    assert event.notices


@given(st.dictionaries(st.sampled_from(NAMES), odd))
def test_no_field_breaks_it(item: dict[str, Any]) -> None:
    event = mapping.message(item, (), NOW)
    assert event.text
    assert named(event.conversation) is not None
    mapping.receipt(item, NOW)
    mapping.ended(item)
    mapping.media(item, "SM1")
    mapping.template(item)
    calls.call(item, NOW)
    calls.recording(item, calls.pair(item), "", NOW)
    calls.transcript([item])


@given(
    st.text(max_size=80) | st.sampled_from(["{}", '{"places": {"a": 1}}', '{"open": {"a": [1]}}', "[]", '{"open": 3}'])
)
def test_a_cursor_that_cannot_be_read_is_the_beginning(text: str) -> None:
    assert isinstance(cursor.read(text), cursor.Cursor)


def test_a_cursor_comes_back_as_it_was() -> None:
    made = cursor.Cursor(open={"SM1": cursor.Open(1, 2, "sent", "c")})
    assert cursor.read(made.text()) == made


@pytest.mark.parametrize(
    ("ours", "theirs", "conversation"),
    [
        ("+311", "+322", "sms|+311|+322"),
        ("whatsapp:+311", "whatsapp:+322", "whatsapp|+311|+322"),
        ("+311", "SHOP", "sms|+311|SHOP"),
        ("+311", "sip:bob@x.example", "sms|+311|sip:bob@x.example"),
        ("", "", "sms|unknown|unknown"),
        ("messenger:1", "messenger:2", "messenger|1|2"),
    ],
)
def test_conversations_are_pairs(ours: str, theirs: str, conversation: str) -> None:
    whose = pair_of(ours, theirs)
    assert whose.id == conversation
    assert named(conversation) == whose


def test_codes_are_put_into_words() -> None:
    assert "STOP" in words_for(21610)
    assert words_for(99999, "Something odd") == "Something odd (Twilio 99999)"
    assert words_for(None) == "Twilio did not say why"
