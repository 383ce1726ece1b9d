"""Changes of ours: what the other side says back of them shows once, and what it refuses goes back to what it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.triage import chatting
from tests.channels.desk import Desk
from tests.channels.slack.rig import SlackRig
from tests.channels.telegram.fake import Refusal
from tests.channels.telegram.rig import TelegramRig


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[Desk]:
    rig = TelegramRig()
    rig.start()
    yield Desk(tmp_path, rig)
    rig.stop()


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[Desk]:
    rig = SlackRig()
    rig.start()
    yield Desk(tmp_path, rig)
    rig.stop()


def begun(desk: Desk) -> tuple[int, int]:
    """A customer's message and our answer to it."""
    desk.once()
    desk.rig.write("Hello")
    desk.once()
    desk.reply("Hello to you")
    desk.once()
    theirs, ours = (desk.one(f"SELECT id FROM message WHERE class = '{one}'") for one in ("customer", "human"))
    return theirs, ours


def react(desk: Desk, message: int, emoji: str, *, on: bool) -> None:
    with desk.cache() as cache:
        chatting.react(cache, desk.agent, message, emoji, on, desk.now())


def edit(desk: Desk, message: int, text: str) -> None:
    with desk.cache() as cache:
        chatting.edit(cache, desk.agent, message, text, desk.now())


def reactions(desk: Desk) -> list[tuple[str, int]]:
    return desk.rows("SELECT emoji, ours FROM reaction ORDER BY emoji")


def notices(desk: Desk, message: int) -> str:
    return str(desk.one("SELECT notices FROM message WHERE id = ?", message))


def test_a_reaction_of_ours_that_comes_back_is_one(slack: Desk) -> None:
    theirs, _ = begun(slack)
    with slack.live():
        react(slack, theirs, "👍", on=True)
        slack.until(lambda: any(one.get("reactions") for one in slack.rig.slack.messages["C0SHARED"]))
    slack.once()
    assert reactions(slack) == [("👍", 1)]
    react(slack, theirs, "👍", on=False)
    slack.once()
    assert reactions(slack) == []
    assert not any(one.get("reactions") for one in slack.rig.slack.messages["C0SHARED"])


def test_a_reaction_that_is_refused_goes_and_says_why(telegram: Desk) -> None:
    theirs, _ = begun(telegram)
    react(telegram, theirs, "🦖", on=True)
    assert reactions(telegram) == [("🦖", 1)]
    telegram.once()
    assert reactions(telegram) == []
    assert "no reaction 🦖" in notices(telegram, theirs)
    react(telegram, theirs, "👍", on=True)
    telegram.once()
    telegram.rig.fake.refusals["setMessageReaction"] = [Refusal(400, "Bad Request: message is too old")]
    react(telegram, theirs, "👍", on=False)
    telegram.once()
    assert reactions(telegram) == [("👍", 1)]


def test_an_edit_that_is_refused_shows_what_the_customer_sees(telegram: Desk) -> None:
    _, ours = begun(telegram)
    edit(telegram, ours, "Second words")
    telegram.once()
    telegram.rig.fake.refusals["editMessageText"] = [Refusal(400, "Bad Request: message can't be edited")]
    edit(telegram, ours, "Third words")
    assert telegram.texts("human") == ["Third words"]
    telegram.once()
    assert telegram.texts("human") == ["Second words"]
    assert [text.strip() for (text,) in telegram.rows("SELECT text FROM message_edit")] == ["Hello to you"]
    assert "can't be edited" in notices(telegram, ours)
    # And the words that are shown are found again.
    assert telegram.one("SELECT preview FROM message WHERE id = ?", ours) == "Second words"
    telegram.once()
    assert telegram.texts("human") == ["Second words"]


def test_a_bot_has_one_reaction_and_no_more_is_shown(telegram: Desk) -> None:
    theirs, _ = begun(telegram)
    number = int(telegram.one("SELECT remote_id FROM message WHERE id = ?", theirs).rpartition(":")[2])

    def there() -> object:
        return telegram.rig.fake.messages[1001, number].get("reaction")

    with telegram.live():
        for emoji in ("👍", "🎉"):
            react(telegram, theirs, emoji, on=True)
            telegram.until(lambda emoji=emoji: there() == [emoji])
        # Before it is told that the first one was replaced, it is taken away here.
        react(telegram, theirs, "👍", on=False)
        waits = "SELECT count(*) FROM outbox WHERE kind = 'act' AND state <> 'sent'"
        telegram.until(lambda: telegram.one(waits) == 0)
        telegram.rig.write("More words")
        telegram.until(lambda: reactions(telegram) == [("🎉", 1)])
    telegram.once()
    assert there() == ["🎉"]
    assert reactions(telegram) == [("🎉", 1)]
