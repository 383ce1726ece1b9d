"""Reading: nothing is lost at page borders, between pulls, or when a walk is broken off; nothing comes twice."""

from __future__ import annotations

import io
from datetime import timedelta
from email.utils import format_datetime

import pytest

from omnitui.core.channel_events import ConversationEvent, Direction, EditedEvent, MessageEvent, ReceiptEvent
from omnitui.core.channels import Counting, from_json
from omnitui.core.errors import LoginRefused, NotFound
from omnitui.core.times import HOUR, MINUTE
from omnitui.sync.channels.contract import PullBudget
from tests.channels.twilio.desk import ANA, CHAT, TALK, Desk, at_work, only
from tests.channels.twilio.fake import OURS, Fake


async def test_what_comes_in_is_read_once(fake: Fake) -> None:
    fake.message(ANA, OURS, "one")
    fake.message("whatsapp:" + ANA, "whatsapp:" + OURS, "two")
    fake.message(ANA, "+3197010999999", "for somebody else")
    async with at_work(fake) as desk:
        events = only(await desk.pull(), MessageEvent)
        assert sorted((e.conversation, e.text) for e in events) == [(TALK, "one"), (CHAT, "two")]
        assert all(e.direction is Direction.IN and e.author and e.author.phone == ANA for e in events)
        assert await desk.texts() == []
        fake.message(ANA, OURS, "three")
        assert await desk.texts() == ["three"]


async def test_the_same_cursor_gives_the_same_again(fake: Fake) -> None:
    async with at_work(fake) as desk:
        await desk.pull()
        fake.message(ANA, OURS, "one")
        first = await desk.texts(keep=False)
        fake.message(ANA, OURS, "two")
        assert first == ["one"]
        assert await desk.texts() == ["one", "two"]


async def test_one_second_across_a_page_border(fake: Fake) -> None:
    fake.largest_page = 2
    at = fake.tick()
    for number in range(7):
        fake.message(ANA, OURS, f"m{number}", at=at)
    async with at_work(fake) as desk:
        assert sorted(await desk.texts()) == [f"m{number}" for number in range(7)]


@pytest.mark.parametrize("done", range(1, 6))
async def test_a_walk_that_is_broken_off_goes_on_and_misses_nothing(fake: Fake, done: int) -> None:
    fake.largest_page = 2
    async with at_work(fake) as desk:
        fake.message(ANA, OURS, "before")
        await desk.pull()
        texts = {f"m{number}" for number in range(11)}
        for number in range(11):
            fake.message(ANA, OURS, f"m{number}", at=fake.now + timedelta(minutes=20))
            fake.now += timedelta(minutes=20)
        got: list[str] = []
        for _ in range(done):
            batch = await desk.connector.pull(desk.cursor, PullBudget())
            desk.cursor = batch.next_cursor
            got += [event.text for event in only(list(batch.events), MessageEvent)]
        fake.message(ANA, OURS, "meanwhile")
        async with at_work(fake, desk) as again:
            got += await again.texts() + await again.texts()
        assert set(got) == texts | {"meanwhile"} or set(got) == texts | {"meanwhile", "before"}


async def test_a_link_that_has_grown_too_old_begins_the_walk_again(fake: Fake) -> None:
    fake.largest_page = 2
    items = [fake.message(ANA, OURS, f"m{number}") for number in range(5)]
    async with at_work(fake) as desk:
        batch = await desk.connector.pull("", PullBudget())
        assert batch.more
        desk.cursor = batch.next_cursor
        fake.messages.remove(items[3])  # the page's last item, by which the link holds its place
        got = [event.text for event in only(list(batch.events), MessageEvent)] + await desk.texts()
        assert {"m0", "m1", "m2", "m4"} <= set(got)


async def test_what_is_filed_late_still_comes(fake: Fake) -> None:
    async with at_work(fake) as desk:
        late = fake.message(ANA, OURS, "late")
        fake.hidden.add(late["sid"])
        fake.now += timedelta(minutes=8)
        fake.message(ANA, OURS, "newer")
        assert await desk.texts() == ["newer"]
        fake.hidden.clear()
        assert await desk.texts() == ["late"]


async def test_the_fate_of_messages_is_followed(fake: Fake) -> None:
    async with at_work(fake) as desk:
        await desk.pull()
        sid = (await desk.connector.send(desk.draft())).remote_id
        await desk.pull()
        fake.now += timedelta(hours=1)
        fake.message(ANA, OURS, "later")
        await desk.pull()
        fake.now += timedelta(hours=2)
        fake.message(ANA, OURS, "much later, so that the overlap has passed")
        await desk.pull()
        fake.advance(sid, "sent")
        seen = []
        for status, code in (("sent", None), ("delivered", None)):
            fake.advance(sid, status, code)
            desk.ahead += 2 * HOUR
            seen += [(e.remote_id, e.state) for e in only(await desk.pull(), ReceiptEvent)]
        assert seen == [(sid, "sent"), (sid, "delivered")]
        desk.ahead += 10 * HOUR
        fake.asked.clear()
        await desk.pull()
        assert not any(sid in path for _, path in fake.asked), "nobody asks for what has ended"


async def test_what_twilio_never_sends_on_is_said_in_the_end(fake: Fake) -> None:
    async with at_work(fake) as desk:
        await desk.pull()
        sid = (await desk.connector.send(desk.draft())).remote_id
        assert only(await desk.pull(), ReceiptEvent) == []
        desk.ahead += 47 * HOUR
        assert only(await desk.pull(), ReceiptEvent) == []
        desk.ahead += 8 * HOUR
        (told,) = only(await desk.pull(), ReceiptEvent)
        assert (told.remote_id, told.state, "queued" in told.detail) == (sid, "failed", True)
        assert only(await desk.pull(), ReceiptEvent) == []


async def test_a_failure_says_why(fake: Fake) -> None:
    async with at_work(fake) as desk:
        assert (await desk.connector.send(desk.draft(conversation=CHAT))).state == "accepted"
        desk.ahead += 10_000
        (told,) = only(await desk.pull(), ReceiptEvent)
        assert told.state == "failed"
        assert "24 hours" in told.detail


async def test_files_come_and_can_be_gone(fake: Fake) -> None:
    fake.file(fake.message(ANA, OURS, ""), "image/png", b"picture")
    async with at_work(fake) as desk:
        (event,) = only(await desk.pull(), MessageEvent)
        (file,) = event.files
        assert file.name.endswith(".png")
        into = io.BytesIO()
        await desk.connector.fetch_attachment(file.ref, into)
        assert into.getvalue() == b"picture"
        hosts = [path for _, path in fake.asked if path.startswith("/store/")]
        assert len(hosts) == 1, "the bytes are at another host, which was asked without our login"
        fake.media.clear()
        with pytest.raises(NotFound):
            await desk.connector.fetch_attachment(file.ref, into)


async def test_each_conversation_says_what_can_be_done_there(fake: Fake) -> None:
    fake.message(ANA, OURS, "one")
    fake.message("whatsapp:" + ANA, "whatsapp:" + OURS, "two")
    async with at_work(fake) as desk:
        told = only(await desk.pull(), ConversationEvent)
        can = {event.conversation: from_json(event.capabilities or "") for event in told}
        assert can[TALK].counting is Counting.SMS
        assert (can[TALK].window_hours, can[TALK].templates) == (0, False)
        assert (can[CHAT].window_hours, can[CHAT].after_window) == (24, "template")
        assert desk.connector.narrowed(CHAT) == can[CHAT]
        assert not can[TALK].attachments | can[CHAT].attachments | desk.connector.capabilities.attachments


async def test_voicemail_is_heard_and_later_read(fake: Fake) -> None:
    async with at_work(fake) as desk:
        await desk.pull()
        call = fake.call(ANA, OURS, status="in-progress")
        assert await desk.texts() == []
        call["status"] = "completed"
        recording = fake.recording(call, status="processing")
        assert await desk.texts() == ["Call from the customer, 34 seconds"]
        recording["status"] = "completed"
        (mail,) = only(await desk.pull(), MessageEvent)
        assert (mail.conversation, mail.kind, mail.direction) == (TALK, "voicemail", Direction.IN)
        assert mail.text == "Voicemail, 12 seconds"
        into = io.BytesIO()
        await desk.connector.fetch_attachment(mail.files[0].ref, into)
        assert into.getvalue().startswith(b"ID3")
        fake.transcribe(recording, "please call me back")
        desk.ahead += 5 * MINUTE
        (edit,) = only(await desk.pull(), EditedEvent)
        assert (edit.remote_id, edit.text) == (mail.remote_id, "please call me back")


async def test_a_missed_call_is_a_line(fake: Fake) -> None:
    fake.call(ANA, OURS, status="no-answer")
    async with at_work(fake) as desk:
        (event,) = only(await desk.pull(), MessageEvent)
        assert (event.kind, event.direction, event.text) == (
            "call", Direction.SYSTEM, "Call from the customer was not answered",
        )  # fmt: skip


async def test_a_time_in_the_future_hides_nothing(fake: Fake) -> None:
    fake.message(ANA, OURS, "odd", date_sent=format_datetime(fake.now + timedelta(days=3000)))
    async with at_work(fake) as desk:
        await desk.pull()
        fake.message(ANA, OURS, "next")
        assert "next" in await desk.texts()


async def test_older_messages_come_from_both_sides(fake: Fake) -> None:
    for number in range(60):
        fake.message(ANA, OURS, f"in{number}")
        fake.message(OURS, ANA, f"out{number}", "outbound-api", status="delivered")
    async with at_work(fake) as desk:
        before, got = "", []
        while True:
            batch = await desk.connector.backfill(TALK, before)
            page = only(list(batch.events), MessageEvent)
            got += [event.text for event in page]
            if not batch.more:
                break
            before = page[0].remote_id
        assert set(got) == {f"{side}{number}" for side in ("in", "out") for number in range(60)}


async def test_a_refused_token_is_a_login_refused(fake: Fake) -> None:
    async with at_work(fake, token="wrong-token-of-somebody") as desk:
        with pytest.raises(LoginRefused) as refused:
            await desk.pull()
        assert "wrong-token" not in str(refused.value)


async def test_too_many_and_trouble_pass_by_themselves(fake: Fake) -> None:
    fake.message(ANA, OURS, "one")
    fake.faults.server_error = 2
    async with at_work(fake) as desk:
        assert await desk.texts() == ["one"]
    assert len(fake.faults.seen) == 2


def test_a_desk_keeps_its_own_time(fake: Fake) -> None:
    assert Desk(fake).clock() == int(fake.now.timestamp() * 1000)


async def test_what_a_service_has_not_given_a_sender_yet_waits_for_it(fake: Fake) -> None:
    async with at_work(fake, numbers=()) as desk:
        item = fake.message("", ANA, "by the service", "outbound-api", status="accepted", date_sent=None)
        item["from"] = None
        assert await desk.texts() == []
        fake.advance(item["sid"], "queued")
        desk.ahead += MINUTE
        assert await desk.texts() == []
        item["from"] = OURS
        fake.advance(item["sid"], "sent")
        desk.ahead += HOUR
        (event,) = only(await desk.pull(), MessageEvent)
        assert (event.conversation, event.text, event.delivery) == (TALK, "by the service", "sent")
        fake.advance(item["sid"], "delivered")
        desk.ahead += HOUR
        assert [one.state for one in only(await desk.pull(), ReceiptEvent)] == ["delivered"]


async def test_one_that_never_gets_a_sender_is_shown_all_the_same(fake: Fake) -> None:
    async with at_work(fake, numbers=()) as desk:
        item = fake.message("", ANA, "by the service", "outbound-api", status="accepted", date_sent=None)
        item["from"] = None
        await desk.pull()
        fake.advance(item["sid"], "failed", 30036)
        desk.ahead += HOUR
        (event,) = only(await desk.pull(), MessageEvent)
        assert (event.delivery, "longer than it was allowed" in event.detail) == ("failed", True)
