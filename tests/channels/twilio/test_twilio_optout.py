"""STOP bars a conversation with its reason, START opens it again, whatever order they are read in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from omnitui.core.channel_events import ConversationEvent, Event
from omnitui.sync.channels.contract import PullBudget
from tests.channels.desk import LONG
from tests.channels.desk import Desk as WholeDesk
from tests.channels.twilio.desk import ANA, CHAT, TALK, at_work, only
from tests.channels.twilio.fake import OURS, Fake
from tests.channels.twilio.rig import CUSTOMERS, TwilioRig


def barred(events: list[Event], conversation: str = TALK) -> list[str]:
    """What was said of it, in order."""
    told = [one for one in only(events, ConversationEvent) if one.conversation == conversation]
    return [one.barred for one in told if one.barred is not None]


@pytest.mark.parametrize("word", ["STOP", " stop\n", "Unsubscribe", "REVOKE"])
async def test_a_stop_bars_and_a_start_lifts(fake: Fake, word: str) -> None:
    async with at_work(fake) as desk:
        fake.message(ANA, OURS, word)
        (why,) = barred(await desk.pull())
        assert "opted out" in why
        assert word.strip().upper() in why
        fake.message(ANA, OURS, "are you there?")
        assert barred(await desk.pull()) == []
        fake.message(ANA, OURS, "Start")
        assert barred(await desk.pull()) == [""]


@pytest.mark.parametrize("words", ["please stop", "stop it", "I cannot start it", "unstoppable", ""])
async def test_words_within_a_sentence_are_none(fake: Fake, words: str) -> None:
    fake.message(ANA, OURS, words)
    fake.message("whatsapp:" + ANA, "whatsapp:" + OURS, "STOP")
    async with at_work(fake) as desk:
        events = await desk.pull()
        assert barred(events) + barred(events, CHAT) == []


async def test_where_twilio_does_not_heed_the_words_they_are_words(fake: Fake) -> None:
    fake.message(ANA, OURS, "cancel")
    async with at_work(fake, opt_out_words=False) as desk:
        assert barred(await desk.pull()) == []


async def test_a_refusal_bars_and_the_reason_stays_until_it_was_stored(fake: Fake) -> None:
    fake.message(ANA, OURS, "hello")
    async with at_work(fake, opt_out_words=False) as desk:
        await desk.pull()
        fake.stopped.add(ANA)
        receipt = await desk.connector.send(desk.draft())
        assert receipt.state == "rejected"
        assert "STOP" in receipt.detail
        assert len(barred(await desk.pull(keep=False))) == 1
        assert len(barred(await desk.pull())) == 1
        assert barred(await desk.pull()) == []
        fake.message(ANA, OURS, "START", at=fake.now + timedelta(minutes=2))
        assert barred(await desk.pull()) == [""]


async def test_a_failure_that_comes_later_bars_too(fake: Fake) -> None:
    async with at_work(fake) as desk:
        sid = (await desk.connector.send(desk.draft())).remote_id
        await desk.pull()
        fake.advance(sid, "undelivered", 21610)
        assert len(barred(await desk.pull())) == 1


async def test_what_got_through_afterwards_shows_that_it_does_not_hold(fake: Fake) -> None:
    async with at_work(fake) as desk:
        fake.message(OURS, ANA, "sent before", "outbound-api", status="delivered")
        fake.message(ANA, OURS, "CANCEL")
        (why,) = barred(await desk.pull())
        assert why, "neither what was sent before nor Twilio's own farewell lifts it"
        fake.message(OURS, ANA, "from the console", "outbound-api", status="delivered")
        assert barred(await desk.pull()) == [""]


async def test_a_long_history_ends_with_what_was_said_last(fake: Fake) -> None:
    """The newest pages come first: an old STOP must not undo a newer START."""
    fake.largest_page = 2
    fake.now -= timedelta(days=5)
    for words in ("hi", "STOP", "a", "b", "c", "START", "d", "e"):
        fake.message(ANA, OURS, words)
    async with at_work(fake) as desk:
        events, cursor, pulls = [], "", 0
        while True:
            batch = await desk.connector.pull(cursor, PullBudget())
            events += batch.events
            cursor, pulls = batch.next_cursor, pulls + 1
            if not batch.more:
                break
        assert pulls > 2
        assert [*barred(events), ""][-1] == ""


def test_through_the_whole_worker_nothing_leaves_to_who_opted_out(tmp_path: Path) -> None:
    rig = TwilioRig()
    rig.start()
    try:
        desk = WholeDesk(tmp_path, rig)
        desk.once()
        rig.write("Where is my order?")
        desk.once()
        item = desk.reply("On its way")
        rig.fake.stopped.add(CUSTOMERS["ana"])
        desk.once()
        assert desk.state(item) == "failed"
        assert "STOP" in str(desk.one("SELECT detail FROM outbox WHERE id = ?", item))
        desk.once()
        assert "opted out" in str(desk.one("SELECT barred FROM conversation"))
        desk.ahead += LONG
        rig.write("START")
        desk.once()
        assert desk.one("SELECT barred FROM conversation") == ""
        again = desk.reply("On its way")
        desk.once()
        assert desk.state(again) == "sent"
        assert [one.text for one in rig.sent()] == ["On its way"]
        assert rig.violations() == []
    finally:
        rig.stop()
