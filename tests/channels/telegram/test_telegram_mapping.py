"""Updates become events: tables of examples, and whatever a server could send instead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Direction,
    EditedEvent,
    IdentityEvent,
    MessageEvent,
    ReactionEvent,
)
from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.sync.channels.telegram.content import with_links
from omnitui.sync.channels.telegram.mapping import WANTED, Bot, events_of
from omnitui.sync.channels.telegram.reading import phone, utf16
from omnitui.sync.channels.telegram.routes import Route, found_at, number_in, route_of

NOW = Instant(1_800_000_000_000)
BOT = Bot(99, NOW, frozenset({"@ben", "8"}), {"conn": "77"})
ANA = {"id": 7, "is_bot": False, "first_name": "Ana", "last_name": "Roe", "username": "ana"}
CHAT = {"id": 7, "type": "private", "first_name": "Ana"}
GROUP = {"id": -1005, "type": "supergroup", "title": "Shop", "is_forum": True}


def message(kind: str = "message", **content: Any) -> MessageEvent:
    given_ = {"message_id": 3, "date": 1_700_000_000, "chat": CHAT, "from": ANA, **content}
    found = [one for one in events_of({"update_id": 1, kind: given_}, BOT) if isinstance(one, MessageEvent)]
    assert len(found) == 1
    return found[0]


VCARD = (
    "BEGIN:VCARD\r\nitem1.EMAIL;TYPE=w:bo@x.example\r\nORG:Acme\\, Inc;Sales\r\nTEL:+49170\r\nPHOTO:AAAA\r\nEND:VCARD"
)
FILE = {"file_id": "F", "file_unique_id": "u"}


@pytest.mark.parametrize(
    ("content", "text", "kind", "files"),
    [
        ({"text": "Hi"}, "Hi", "chat", []),
        (
            {"photo": [{**FILE, "width": 9, "height": 9}, {**FILE, "file_id": "big", "width": 90, "height": 90}],
             "caption": "see"}, "see", "chat", [("big", "image/jpeg")],
        ),
        ({"voice": {**FILE, "duration": 63}}, "[Voice message, 1:03]", "voice", [("F", "audio/ogg")]),
        ({"video_note": FILE}, "[Video message]", "voice", [("F", "video/mp4")]),
        ({"audio": {**FILE, "title": "Hum", "performer": "Fridge"}, "caption": "that noise"}, "that noise", "chat",
         [("F", "audio/mpeg")]),
        ({"sticker": {**FILE, "is_animated": True}}, "[sticker]", "sticker", [("F", "application/x-tgsticker")]),
        ({"venue": {"title": "Shop", "address": "Way 1", "location": {"latitude": 1, "longitude": 2}}, "location": {}},
         "Shop\nWay 1\n1.00000, 2.00000\nhttps://www.openstreetmap.org/?mlat=1.00000&mlon=2.00000#map=16/1.00000/2.00000",
         "location", []),
        ({"story": {"id": 1}}, "[a story; open it in Telegram]", "chat", []),
        ({"checklist": {"title": "Move", "tasks": [{"text": "pack", "completion_date": 9}, {"text": "go"}]}},
         "Move\n[x] pack\n[ ] go", "chat", []),
        ({"video": {**FILE, "mime_type": "video/webm"}}, "", "chat", [("F", "video/webm")]),
        ({"document": {**FILE, "file_name": "a.pdf", "mime_type": "application/pdf"}}, "", "chat",
         [("F", "application/pdf")]),
        ({"animation": FILE, "document": {**FILE, "file_id": "old"}}, "", "chat", [("F", "video/mp4")]),
        ({"sticker": {**FILE, "emoji": "😀"}}, "😀", "sticker", [("F", "image/webp")]),
        ({"location": {"latitude": 52.5, "longitude": 13.25}},
         "Location: 52.50000, 13.25000\n"
         "https://www.openstreetmap.org/?mlat=52.50000&mlon=13.25000#map=16/52.50000/13.25000", "location", []),
        ({"contact": {"phone_number": "49 170 1234567", "first_name": "Bo"}}, "Contact: Bo +491701234567", "contact",
         []),
        ({"poll": {"question": "When?", "options": [{"text": "now"}, {"text": "later"}]}},
         "Poll: When?\n- now\n- later", "poll", []),
        ({"contact": {"phone_number": "+49170", "first_name": "Bo", "vcard": VCARD}},
         "Contact: Bo +49170\nMail: bo@x.example\nFirm: Acme, Inc, Sales", "contact", []),
        ({"poll": {"type": "quiz", "is_closed": True, "question": "Why?", "total_voter_count": 2,
                   "options": [{"text": "so", "voter_count": 2}, {"text": "no", "voter_count": 0}]}},
         "Poll (quiz, closed): Why?\n- so (2)\n- no (0)", "poll", []),
        ({"dice": {"emoji": "🎲", "value": 5}}, "🎲 5", "chat", []),
        ({"new_chat_members": [{"id": 5, "first_name": "Bo"}]}, "Bo joined", "service", []),
        ({"text": True}, "[A message that cannot be shown here; open it in Telegram (text)]", "chat", []),
        ({"some_new_thing": {"a": 1}},
         "[A message that cannot be shown here; open it in Telegram (some_new_thing)]", "chat", []),
    ],
)  # fmt: skip
def test_every_kind_of_content(content: dict[str, Any], text: str, kind: str, files: list[tuple[str, str]]) -> None:
    found = message(**content)
    assert (found.text, found.kind, [(file.ref, file.type) for file in found.files]) == (text, kind, files)
    assert found.remote_id == "7:3"
    assert found.conversation == "7"
    assert found.at == 1_700_000_000_000


def test_a_file_too_large_for_bots_is_lost_and_says_why() -> None:
    (file,) = message(document={**FILE, "file_size": 30_000_000}).files
    assert "20 MB" in file.lost


@pytest.mark.parametrize(
    ("content", "direction"),
    [
        ({}, Direction.IN),
        ({"from": {"id": 99, "is_bot": True}}, Direction.OUT),
        ({"chat": GROUP}, Direction.IN),
        ({"chat": GROUP, "from": {"id": 8}}, Direction.OUT),
        ({"chat": GROUP, "from": {"id": 9, "username": "Ben"}}, Direction.OUT),
        ({"chat": GROUP, "sender_chat": {"id": -1005}}, Direction.OUT),
        ({"chat": GROUP, "sender_chat": {"id": -77}, "is_automatic_forward": True}, Direction.AUTO),
        ({"business_connection_id": "conn"}, Direction.IN),
        ({"business_connection_id": "conn", "from": {"id": 77}}, Direction.OUT),
        ({"business_connection_id": "conn", "from": {"id": 77}, "is_from_offline": True}, Direction.AUTO),
        ({"business_connection_id": "conn", "from": {"id": 77}, "sender_business_bot": {"id": 99}}, Direction.OUT),
        ({"business_connection_id": "conn", "from": {"id": 77}, "sender_business_bot": {"id": 55}}, Direction.AUTO),
    ],
)  # fmt: skip
def test_who_of_them_is_ours(content: dict[str, Any], direction: Direction) -> None:
    assert message(text="x", **content).direction is direction


@pytest.mark.parametrize(
    ("content", "conversation"),
    [
        ({"chat": GROUP}, "-1005"),
        ({"chat": GROUP, "message_thread_id": 4}, "-1005"),
        ({"chat": GROUP, "message_thread_id": 4, "is_topic_message": True}, "-1005/4"),
        ({"chat": GROUP, "direct_messages_topic": {"topic_id": 6}}, "-1005/d6"),
        ({"business_connection_id": "conn"}, "b77/7"),
        ({"business_connection_id": "other"}, "b=other/7"),
    ],
)
def test_where_a_message_belongs(content: dict[str, Any], conversation: str) -> None:
    found = message(text="x", **content)
    assert found.conversation == conversation
    route = route_of(conversation)
    assert route.conversation == conversation
    assert number_in(found.remote_id, route) == 3
    there, number = found_at(found.remote_id)
    assert (there.chat, there.owner, number) == (route.chat, route.owner, 3)


def test_an_answer_in_a_topic_is_one_only_to_a_message_of_it() -> None:
    topic = {"chat": GROUP, "message_thread_id": 4, "is_topic_message": True, "text": "x"}
    began = {"message_id": 4, "forum_topic_created": {"name": "Orders"}}
    assert message(**topic, reply_to_message=began).reply_to == ""
    assert message(**topic, reply_to_message=began).title == "Shop / Orders"
    assert message(**topic, reply_to_message={"message_id": 2}).reply_to == "-1005:2"


def test_only_their_own_phone_is_theirs() -> None:
    def identities(user_id: int) -> list[str]:
        contact = {"phone_number": "491701234567", "first_name": "Ana", "user_id": user_id}
        update = {"update_id": 1, "message": {"message_id": 3, "chat": CHAT, "from": ANA, "contact": contact}}
        return [one.person.phone for one in events_of(update, BOT) if isinstance(one, IdentityEvent)]

    assert identities(7) == ["+491701234567"]
    assert identities(8) == []


def test_an_edit_of_what_was_never_seen_is_a_message_too() -> None:
    content = {"message_id": 3, "date": 1, "edit_date": 1_700_000_009, "chat": CHAT, "from": ANA, "text": "new"}
    edit, whole = events_of({"update_id": 1, "edited_message": content}, BOT)
    assert isinstance(edit, EditedEvent)
    assert (edit.remote_id, edit.text, edit.at) == ("7:3", "new", 1_700_000_009_000)
    assert isinstance(whole, MessageEvent)
    assert (whole.text, whole.edited_at) == ("new", edit.at)


def test_what_is_no_message() -> None:
    gone = {"business_connection_id": "conn", "chat": CHAT, "message_ids": [1, 2]}
    deleted = events_of({"update_id": 1, "deleted_business_messages": gone}, BOT)
    assert deleted == tuple(
        DeletedEvent(conversation="b77/7", remote_id=f"b77/7:{number}", at=NOW) for number in (1, 2)
    )
    changed = {
        "chat": CHAT, "message_id": 3, "date": 5, "user": ANA, "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "👍"}, {"type": "custom_emoji", "custom_emoji_id": "1"}],
    }  # fmt: skip
    (reaction,) = events_of({"update_id": 1, "message_reaction": changed}, BOT)
    assert isinstance(reaction, ReactionEvent)
    assert (reaction.remote_id, reaction.emoji, reaction.whole) == ("7:3", ("👍", "▫"), True)
    member = {"chat": CHAT, "from": ANA, "date": 5, "new_chat_member": {"status": "kicked"}}
    (barred,) = events_of({"update_id": 1, "my_chat_member": member}, BOT)
    assert isinstance(barred, ConversationEvent)
    assert barred.barred == "The customer has blocked the bot"
    moved = {"message_id": 3, "date": 5, "chat": {"id": -9, "type": "group"}, "migrate_to_chat_id": -1009}
    said, merged = events_of({"update_id": 1, "message": moved}, BOT)
    assert isinstance(said, MessageEvent)
    assert said.direction is Direction.SYSTEM
    assert isinstance(merged, ConversationEvent)
    assert (merged.conversation, merged.merged_into) == ("-9", "-1009")


@pytest.mark.parametrize(
    ("content", "title"),
    [({"new_chat_title": "New shop"}, "New shop"), ({"forum_topic_edited": {"name": "Bills"}}, "Shop / Bills"),
     ({"forum_topic_edited": {}}, None)],
)  # fmt: skip
def test_another_name_of_a_group_or_topic_is_followed(content: dict[str, Any], title: str | None) -> None:
    given_ = {"message_id": 3, "date": 5, "chat": GROUP, "message_thread_id": 4, "is_topic_message": True, **content}
    found = [one for one in events_of({"update_id": 1, "message": given_}, BOT) if isinstance(one, ConversationEvent)]
    assert [(one.conversation, one.title) for one in found] == ([("-1005/4", title)] if title else [])


def test_an_album_is_a_message_for_each_picture_that_keeps_its_own_number() -> None:
    pictures = [
        {"message_id": n, "date": 1, "chat": CHAT, "from": ANA, "media_group_id": "9", "photo": [FILE],
         **({"caption": "all of them"} if n == 3 else {})}
        for n in (3, 4)
    ]  # fmt: skip
    found = [events_of({"update_id": n, "message": one}, BOT)[0] for n, one in enumerate(pictures)]
    assert [one.remote_id for one in found if isinstance(one, MessageEvent)] == ["7:3", "7:4"]
    assert [one.text for one in found if isinstance(one, MessageEvent)] == ["all of them", ""]


def test_an_address_under_other_words_is_seen() -> None:
    entity = {"type": "text_link", "offset": 3, "length": 4, "url": "https://evil.example/"}
    assert with_links("😀 bank now", [entity]) == "😀 bank <https://evil.example/> now"
    assert with_links("x", [{**entity, "offset": 900}]) == "x"


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("ä", 1), ("😀", 2), ("👨‍👩‍👧", 8)])
def test_lengths_are_those_of_utf16(text: str, units: int) -> None:
    assert utf16(text) == units == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("given_", "number"),
    [("491701234567", "+491701234567"), ("+1 (555) 010-9999", "+15550109999"), ("call me", ""), ("12", ""), (5, "")],
)
def test_phones(given_: object, number: str) -> None:
    assert phone(given_) == number


@pytest.mark.parametrize("conversation", ["", "x", "1/2/3", "b1", "1\n", "١", "b/7", "../7"])
def test_what_is_no_conversation_is_refused(conversation: str) -> None:
    with pytest.raises(Refused):
        route_of(conversation)


def test_a_message_of_another_chat_is_told_apart() -> None:
    assert number_in("8:3", Route(7)) == 0
    assert number_in("7:3", Route(7, owner="77")) == 0
    assert number_in("7:u3", Route(7)) == 0
    with pytest.raises(Refused):
        found_at("7:u3")


FIELDS = (
    "message_id date chat from id title first_name username text caption photo file_id file_size document voice "
    "sticker location latitude longitude contact phone_number poll options entities type offset length url "
    "new_reaction user business_connection_id message_ids reply_to_message edit_date new_chat_members "
    "migrate_to_chat_id"
)
NAMES = st.sampled_from(FIELDS.split())
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("text_link"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=8),
    max_leaves=40,
)


@given(st.sampled_from(WANTED), st.dictionaries(NAMES, ANY, max_size=12))
def test_whatever_comes_nothing_raises_and_a_message_stays_a_message(kind: str, content: dict[str, Any]) -> None:
    found = events_of({"update_id": 4, kind: content}, BOT)
    if kind.endswith("message") and not kind.endswith("deleted_business_messages"):
        (one,) = [event for event in found if isinstance(event, MessageEvent)]
        assert one.text or one.files or one.kind != "chat"


@given(ANY)
def test_an_update_of_any_shape(update: Any) -> None:
    assert isinstance(events_of(update, BOT), tuple)
