"""What Slack says, as events: tables of examples, and values that no honest server sends."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from omnitui.core.channel_events import DeletedEvent, Direction, MessageEvent, Person
from omnitui.core.errors import Refused
from omnitui.sync.channels.slack.emoji import emoji_name, shown_emoji
from omnitui.sync.channels.slack.mapping import (
    Sight,
    changed,
    deleted,
    direction_of,
    files_of,
    posted,
    reacted,
    ts_instant,
)
from omnitui.sync.channels.slack.people import Member, member_of
from omnitui.sync.channels.slack.place import MOST_THREADS, Place, Reading, place_of
from omnitui.sync.channels.slack.rooms import Room, room_of
from omnitui.sync.channels.slack.scopes import EVENTS, NEEDED, USEFUL
from omnitui.sync.channels.slack.settings import SlackSettings
from omnitui.sync.channels.slack.text import escaped, plain, words_of

ROOM = Room("C1", "help")
SIGHT = Sight(
    user="UAPP",
    bot="BAPP",
    team="T1",
    enterprise="E1",
    members={
        "UANA": Member("UANA", Person("T2:UANA", "Ana", "@ana"), "T2"),
        "UKIM": Member("UKIM", Person("T1:UKIM", "Kim"), "T1"),
        "UGRID": Member("UGRID", Person("T3:UGRID", "Gil"), "T3", "E1"),
    },
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a &amp;lt; b &lt;c&gt;", "a &lt; b <c>"),
        ("hi <@UANA>, <@UNOBODY|ben>", "hi @ana, @ben"),
        ("<#C9|general> <!here> <!subteam^S1|@sales>", "#general @here @sales"),
        ("<https://a.example/x|click> <https://b.example>", "click (https://a.example/x) https://b.example"),
        ("<mailto:a@b.example|a@b.example> <http://a.example|a.example>", "a@b.example http://a.example"),
        ("<!date^139^{date}|May 1>", "May 1"),
        (":smile: 1 < 2 <>", ":smile: 1 < 2 <>"),
    ],
)
def test_markup_is_told_in_words(raw: str, shown: str) -> None:
    assert plain(raw, {"UANA": "ana"}) == shown


def test_what_we_write_is_no_markup() -> None:
    assert plain(escaped("<!channel> & <@UANA>"), {}) == "<!channel> & <@UANA>"


def test_blocks_and_attachments_are_read() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "a &amp; b"}}
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "ordered", "elements": items}]}
    assert words_of({"blocks": [section, rich, {"type": "divider"}]}, {}) == "a & b\n1. one"
    shared = {"is_share": True, "author_name": "Ben", "text": "look"}
    assert words_of({"text": "see", "attachments": [shared]}, {}) == "see\n\nForwarded from Ben:\nlook"
    assert words_of({"text": "see", "attachments": [{"from_url": "https://x.example", "title": "X"}]}, {}) == "see"


def with_emoji(text: str, *elements: dict[str, Any]) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}, *elements]}
    return {"text": text, "blocks": [{"type": "rich_text", "elements": [section]}]}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (with_emoji("thanks :pray:", {"type": "emoji", "name": "pray", "unicode": "1f64f"}), "thanks 🙏"),
        (
            with_emoji(
                ":wave::skin-tone-3: and :wave:",
                {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fc", "skin_tone": 3},
                {"type": "emoji", "name": "wave", "unicode": "1f44b"},
            ),
            "👋🏼 and 👋",
        ),
        (with_emoji("our :partyparrot:", {"type": "emoji", "name": "partyparrot"}), "our :partyparrot:"),
        (with_emoji("a :b: c"), "a :b: c"),
        (with_emoji(":x:", {"type": "emoji", "name": "x", "unicode": "d800"}), ":x:"),
        (with_emoji(":x:", {"type": "emoji", "name": "x", "unicode": "110000"}), ":x:"),
        (with_emoji(":x:", {"type": "emoji", "name": "x", "unicode": "1f64f-zz"}), ":x:"),
        (with_emoji(":x:", {"type": "emoji", "name": None, "unicode": 7}), ":x:"),
        ({"text": "in <#C2> and <#C3|old>"}, "in #general and #old"),
        ({"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "emoji", "name": "tada", "unicode": "1f389"}, {"type": "channel", "channel_id": "C2"}]}]}]},
         "🎉#general"),
    ],
)  # fmt: skip
def test_emoji_and_channels_are_told_as_people_see_them(message: dict[str, Any], text: str) -> None:
    assert words_of(message, {"C2": "general"}) == text


@pytest.mark.parametrize(
    ("message", "everyone", "direction"),
    [
        ({"user": "UANA"}, False, Direction.IN),
        ({"user": "UKIM"}, False, Direction.OUT),
        ({"user": "UGRID"}, False, Direction.OUT),
        ({"user": "UKIM"}, True, Direction.IN),
        ({"user": "UNEW"}, False, Direction.IN),
        ({"user": "UNEW", "user_team": "T1"}, False, Direction.OUT),
        ({"user": "UAPP"}, True, Direction.OUT),
        ({"bot_id": "BAPP", "subtype": "bot_message"}, True, Direction.OUT),
        ({"bot_id": "B2", "team": "T1"}, False, Direction.AUTO),
        ({"bot_id": "B2", "bot_profile": {"team_id": "T2"}}, False, Direction.IN),
        ({"user": "USLACKBOT"}, False, Direction.SYSTEM),
        ({"user": "UANA", "subtype": "channel_join"}, False, Direction.SYSTEM),
    ],
)
def test_who_is_who(message: dict[str, Any], everyone: bool, direction: Direction) -> None:
    sight = Sight(user="UAPP", bot="BAPP", team="T1", enterprise="E1", everyone=everyone, members=SIGHT.members)
    assert direction_of(message, sight) is direction


def test_conversations_are_threads_or_whole_channels() -> None:
    reply = {"user": "UANA", "ts": "5.000001", "thread_ts": "4.000000", "text": "x", "subtype": "thread_broadcast"}
    (threaded,) = posted(reply, ROOM, SIGHT)
    (whole,) = posted(reply, Room("D1", whole=True), SIGHT)
    assert isinstance(threaded, MessageEvent)
    assert isinstance(whole, MessageEvent)
    assert (threaded.conversation, threaded.remote_id, threaded.reply_to) == ("C1:4.000000", "C1:5.000001", "")
    assert (whole.conversation, whole.reply_to) == ("D1", "D1:4.000000")
    joined = {"user": "UANA", "ts": "6.0", "subtype": "channel_join", "text": "joined"}
    assert posted(joined, ROOM, SIGHT) == []
    assert len(posted(joined, Room("D1", whole=True), SIGHT)) == 1


def test_a_picture_of_a_link_is_no_edit_and_a_tombstone_is_a_deletion() -> None:
    before = {"user": "UANA", "ts": "5.0", "text": "see https://x.example"}
    unfurled = {**before, "attachments": [{"from_url": "https://x.example", "title": "X"}]}
    assert changed({"message": unfurled, "previous_message": before}, ROOM, SIGHT) == []
    assert len(changed({"message": {**before, "text": "else"}, "previous_message": before}, ROOM, SIGHT)) == 1
    gone = changed({"message": {"ts": "5.0", "subtype": "tombstone"}, "previous_message": before}, ROOM, SIGHT)
    assert isinstance(gone[0], DeletedEvent)


HOSTILE: tuple[Any, ...] = (None, 7, -1, True, "", "\x1b]0;x\x07", [], [None], {}, {"type": {"a": []}}, "9" * 400)


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_breaks_the_mapping(value: Any) -> None:
    whole = {
        "type": "message", "user": "UANA", "bot_id": "B", "text": "t", "ts": "5.0", "thread_ts": "5.0",
        "subtype": "x", "blocks": [{"type": "rich_text", "elements": [{"type": "link"}]}], "attachments": [{}],
        "files": [{"id": "F1"}], "reactions": [{"name": "x", "users": ["UANA"]}], "edited": {"ts": "6.0"},
        "metadata": {}, "bot_profile": {}, "username": "u", "team": "T", "user_team": "T", "item": {"ts": "5.0"},
        "reaction": "x", "deleted_ts": "5.0", "event_ts": "7.0", "message": {"ts": "5.0"}, "previous_message": {},
    }  # fmt: skip
    for name in whole:
        broken = {**whole, name: value}
        for message in (
            broken,
            {**whole, "blocks": [broken], "text": None, "attachments": [broken], "files": [broken]},
        ):
            told = posted(message, ROOM, SIGHT)
            assert name == "ts" or any(isinstance(one, MessageEvent | DeletedEvent) for one in told)
        changed(broken, ROOM, SIGHT)
        changed({"message": broken, "previous_message": value}, ROOM, SIGHT)
        deleted(broken, ROOM)
        reacted(broken, ROOM, SIGHT)
    member_of({"id": value, "profile": value, "enterprise_user": value, "team_id": value})
    room_of({"id": value, "name": value, "is_im": value}, SlackSettings())
    assert ts_instant(value) >= 0
    assert place_of(f'{{"rooms": {value!r}}}') == Place()


def test_an_empty_message_is_kept_with_a_placeholder() -> None:
    (event,) = posted({"user": "UANA", "ts": "5.0"}, ROOM, SIGHT)
    assert isinstance(event, MessageEvent)
    assert "open it in Slack" in event.text


def test_files_that_cannot_be_had_say_why() -> None:
    given = [{"id": "F1", "mode": "tombstone"}, {"id": "F2", "mode": "external"}, {"id": "F3", "name": "a", "size": 3}]
    assert [bool(one.lost) for one in files_of({"files": given})] == [True, True, False]
    check = {"id": "F4", "file_access": "check_file_info"}
    assert not files_of({"files": [check]})[0].lost


def test_emoji_have_names() -> None:
    assert emoji_name("👍") == emoji_name(":+1:") == "+1"
    assert (shown_emoji("thumbsup::skin-tone-2"), shown_emoji("our_logo")) == ("👍", ":our_logo:")
    with pytest.raises(Refused):
        emoji_name("not a name!")


def test_the_cursor_is_bounded_and_comes_back_as_it_was() -> None:
    place = Place(live="9.0", rooms={"C1": Reading("5.0", page="p")})
    for number in range(MOST_THREADS + 5):
        place.saw_reply("C1", f"{number + 1}.0", f"{number + 1}.0")
    assert len(place.threads) == MOST_THREADS
    assert place.dropped == "5.0"
    assert place_of(place.text()) == place
    assert place_of("not json") == Place()


def test_the_manifest_asks_for_what_the_code_uses() -> None:
    manifest = yaml.safe_load(files("omnitui.sync.channels.slack").joinpath("manifest.yml").read_text("utf-8"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == {*NEEDED, *USEFUL}
    assert tuple(manifest["settings"]["event_subscriptions"]["bot_events"]) == EVENTS
    assert manifest["settings"]["socket_mode_enabled"] is True


def test_the_guide_shows_the_manifest_that_ships() -> None:
    guide = (Path(__file__).resolve().parents[3] / "docs/guide/slack.md").read_text("utf-8")
    shown = guide.partition("```yaml\n")[2].partition("```")[0]
    shipped = files("omnitui.sync.channels.slack").joinpath("manifest.yml").read_text("utf-8")
    assert yaml.safe_load(shown) == yaml.safe_load(shipped)
