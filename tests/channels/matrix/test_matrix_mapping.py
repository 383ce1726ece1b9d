"""Events as they may come, also from those who mean harm: each becomes something, and nothing raises."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.channel_events import DeletedEvent, Direction, Event, MessageEvent, Person
from omnitui.core.times import DAY, Instant
from omnitui.sync.channels.matrix import ephemeral, rooms
from omnitui.sync.channels.matrix.client import seconds_asked
from omnitui.sync.channels.matrix.content import media_of, without_fallback
from omnitui.sync.channels.matrix.cursor import Cursor, Hole, Reacted, read_cursor
from omnitui.sync.channels.matrix.mapping import Scene, map_event
from omnitui.sync.channels.matrix.people import Names
from omnitui.sync.http.messages import Answer

ME, ANA, BOB, ROOM = "@desk:x.test", "@ana:x.test", "@bob:x.test", "!room:x.test"
NOW = Instant(1_800_000_000_000)


def scene() -> Scene:
    return Scene(ME, frozenset({ME, BOB}), NOW)


def event(content: Any, type_: Any = "m.room.message", **more: Any) -> dict[str, Any]:
    return {
        "type": type_, "content": content, "sender": ANA, "event_id": "$1", "origin_server_ts": NOW - DAY, **more
    }  # fmt: skip


def one(content: Any, type_: str = "m.room.message", **more: Any) -> MessageEvent:
    (found,) = map_event(ROOM, event(content, type_, **more), scene())
    assert isinstance(found, MessageEvent)
    return found


MESSAGES: list[tuple[str, dict[str, Any], str, str]] = [
    ("m.room.message", {"msgtype": "m.text", "body": "hi"}, "hi", "chat"),
    ("m.room.message", {"msgtype": "m.emote", "body": "waves"}, f"* {ANA} waves", "chat"),
    ("m.room.message", {"msgtype": "m.location", "body": "Here", "geo_uri": "geo:1,2"}, "Here\ngeo:1,2", "location"),
    ("m.room.message", {"msgtype": "com.new", "body": "words"}, "words", "chat"),
    ("m.room.message", {"msgtype": "m.image", "body": "a.png", "url": "mxc://x.test/abc"}, "", "chat"),
    ("m.room.message", {"msgtype": "m.image", "body": "see", "filename": "a.png", "url": "mxc://x/a"}, "see", "chat"),
    ("m.sticker", {"body": "a cat", "url": "mxc://x.test/cat"}, "a cat", "sticker"),
    ("m.poll.start", {"m.poll": {"question": {"body": "Tea?"}, "answers": [{"m.text": [{"body": "Yes"}]}]}},
     "Tea?\n- Yes", "poll"),
    ("org.example.custom", {"body": "of another program"}, "of another program", "chat"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "content", "text", "kind"), MESSAGES)
def test_messages_of_every_type(type_: str, content: dict[str, Any], text: str, kind: str) -> None:
    found = one(content, type_)
    assert (found.text, found.kind, found.direction, found.at) == (text, kind, Direction.IN, NOW - DAY)


def test_who_wrote_decides_the_direction() -> None:
    said = {"msgtype": "m.text", "body": "x"}
    assert [one(said, sender=who).direction for who in (ANA, BOB, ME)] == [
        Direction.IN, Direction.OUT, Direction.OUT
    ]  # fmt: skip
    assert one({"msgtype": "m.notice", "body": "x"}).direction is Direction.AUTO


def test_a_time_in_the_future_is_now_and_an_event_without_an_id_has_one_for_good() -> None:
    assert one({"msgtype": "m.text", "body": "x"}, origin_server_ts=NOW + 365 * DAY).at == NOW
    nameless = [one({"msgtype": "m.text", "body": body}, event_id=None).remote_id for body in "aab"]
    assert nameless[0] == nameless[1] != nameless[2]
    assert all(nameless)


def test_the_quote_of_older_programs_is_left_out_of_an_answer_only() -> None:
    body = "> <@bob:x.test> first\n> second\n\nmy words\n> kept"
    assert without_fallback(body) == "my words\n> kept"
    assert one({"msgtype": "m.text", "body": body}).text == body
    related = {"m.in_reply_to": {"event_id": "$0"}}
    answer = one({"msgtype": "m.text", "body": body, "m.relates_to": related})
    assert (answer.text, answer.reply_to) == ("my words\n> kept", "$0")


def test_what_was_taken_back_before_we_saw_it_keeps_its_place() -> None:
    because = {"redacted_because": {"sender": BOB, "origin_server_ts": NOW - 1000}}
    message, deleted = map_event(ROOM, event({}, unsigned=because), scene())
    assert isinstance(message, MessageEvent)
    assert isinstance(deleted, DeletedEvent)
    assert message.notices
    assert (deleted.remote_id, deleted.by) == ("$1", BOB)


@pytest.mark.parametrize(
    "ref", ["mxc://x.test/../../a", "mxc://x.test/a/b", "https://x/y", "mxc://", "mxc://x.test/a?b", "mxc://a\n/b", ""]
)
def test_an_address_of_a_file_that_is_none(ref: str) -> None:
    assert media_of(ref) is None
    (file,) = one({"msgtype": "m.file", "body": "a", "url": ref}).files
    assert (file.ref, bool(file.lost)) == ("", True)


@pytest.mark.parametrize(
    ("user", "phone"),
    [
        ("@whatsapp_34600111222:x.test", "+34600111222"),
        ("@signal-34600111222-s:x.test", "+34600111222"),
        ("@whatsapp_34600111222:evil.test", ""),
        ("@whatsapp_lid-34600111222:x.test", ""),
        ("@whatsapp_0600111222:x.test", ""),
        (ANA, ""),
    ],
)
def test_bridged_people_are_known_by_their_number(user: str, phone: str) -> None:
    look = scene()
    look.names = Names(("@whatsapp_{phone}:x.test", "@signal-{phone}-s:x.test"))
    (found,) = map_event(ROOM, event({"msgtype": "m.text", "body": "hi"}, sender=user), look)
    assert isinstance(found, MessageEvent)
    assert found.author == Person(user, handle=user, phone=phone)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([ME, ANA, "$1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["body", "msgtype", "url", "file", "info", "m.relates_to", "rel_type", "event_id", "key", "events",
                 "m.new_content", "membership", "redacts", "m.in_reply_to", "m.poll", "question", "answers", "m.text",
                 "m.read", "$1", "user_ids", "m.heroes", "redacted_because", "m.relations", "m.replace", "name"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip
TYPES = st.sampled_from(
    ["m.room.message", "m.reaction", "m.room.redaction", "m.room.member", "m.sticker", "m.poll.start", "m.room.name",
     "m.room.encrypted", "m.call.invite", "m.room.create", "m.receipt", "m.typing"]
)  # fmt: skip
RELATION = st.fixed_dictionaries({"rel_type": st.sampled_from(["m.replace", "m.annotation", "m.thread"]) | ANYTHING})


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | ANYTHING, "content": ANYTHING | st.fixed_dictionaries({"m.relates_to": RELATION}),
            "sender": ANYTHING, "event_id": ANYTHING, "origin_server_ts": ANYTHING, "state_key": ANYTHING,
            "unsigned": ANYTHING, "redacts": ANYTHING,
        },
    )
)  # fmt: skip
def test_nothing_that_a_server_may_say_raises(said: dict[str, Any]) -> None:
    look = scene()
    look.names.learn(ROOM, said)
    look.seen.learn(said)
    found: list[Event] = map_event(ROOM, said, look)
    data = {"timeline": {"events": [said]}, "ephemeral": {"events": [said]}, "summary": said.get("content")}
    state = rooms.state_events(data)
    found.append(rooms.describe(ROOM, rooms.learn(rooms.Facts(), data, state), look, NOW))
    found += rooms.invitation(ROOM, [said], look, "")
    found += ephemeral.receipt(ROOM, ephemeral.read_by_others(data, look), look)
    found += ephemeral.typing(ROOM, data, look, set())[0]
    assert all(one.conversation == ROOM for one in found if hasattr(one, "conversation"))


def test_a_cursor_is_read_as_it_was_written_and_anything_else_is_a_beginning() -> None:
    hole = Hole(ROOM, "t1", "s1", Instant(1), Instant(2))
    cursor = Cursor(ME, "s9", NOW, (hole,), {ROOM: 3}, (Reacted("$2", "$1", ANA, "👍"),), ("!space",))
    cursor = replace(cursor, edits=(("$3", "$1"),), moved={"!old": "!new"}, part_of="s10", given=7)
    assert read_cursor(cursor.to_json()) == cursor
    for broken in ("", "nonsense", "[]", "3", '{"holes": 3}', '{"holes": [[1]], "invites": [], "reactions": {}}'):
        assert read_cursor(broken).since == ""


def test_the_wait_of_a_429_is_read_from_its_body() -> None:
    body = json.dumps({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}).encode()
    assert seconds_asked(Answer(429, {}, body)) == 2.5
    assert seconds_asked(Answer(200, {}, body)) is None
    assert seconds_asked(Answer(429, {}, b"[")) is None
