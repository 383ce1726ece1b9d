"""Each way a send can end leaves the item, the message and the conversation in the state that says so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.errors import NotFound, Offline
from omnitui.core.mail import Address
from omnitui.core.times import DAY, HOUR, Instant
from omnitui.store import outbox, sending
from omnitui.sync.channels import lane
from omnitui.sync.channels.contract import Lookup, Outbound, Receipt
from omnitui.sync.channels.email.connector import EmailConnector
from omnitui.sync.http.messages import Unanswered
from tests.servers.smtp_sink import SmtpSink, header, smtp_sink
from tests.sync.outbox.desk_case import CUSTOMER, START, Case, outbox_case


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with outbox_case(tmp_path) as made:
        yield made


def shown(case: Case) -> tuple[str, int, int]:
    """What the thread and the list say."""
    row = case.connection.execute(
        "SELECT m.delivery, c.queued_count, c.failed_count FROM message m JOIN conversation c ON c.id = 1"
        " WHERE m.class = 'human' ORDER BY m.id DESC"
    ).fetchone()
    return tuple(row)


async def test_sent_once_with_its_copy_and_the_answered_flag(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue()
        await case.turn()
        await case.turn()
    assert [header(mail.content, "X-Omni-Id") for mail in sink.taken] == [item]
    assert sink.taken[0].recipients == ["anna@x.test"]
    assert case.sent.mails == [sink.taken[0].content]
    assert {row["state"] for row in case.items("copy")} == {"sent"}
    assert [row["payload"] for row in case.items("flag")] == ['{"add":["\\\\Answered"],"remove":[]}']
    assert shown(case) == ("sent", 0, 0)
    message = case.connection.execute("SELECT * FROM message WHERE omni_id = ?", (item,)).fetchone()
    assert (message["accepted_at"], message["at"]) == (START, START)
    assert case.connection.execute("SELECT answered FROM message WHERE mid = ?", (CUSTOMER,)).fetchone()[0] == 1
    ledger = case.connection.execute("SELECT folder_id, uid, message_id FROM ledger").fetchall()
    assert [tuple(row) for row in ledger] == [(3, 1, message["id"])]


async def test_held_until_the_undo_window_is_over(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue(held=10_000)
        await case.turn(after=9_999)
        assert (case.state(item), sink.taken) == ("held", [])
        await case.turn(after=1)
        assert (case.state(item), len(sink.taken)) == ("sent", 1)


async def test_a_clock_that_is_set_back_holds_nothing_for_a_year_but_what_was_wanted_then(case: Case) -> None:
    async with smtp_sink(SmtpSink(faults={"MAIL": "451 later"})) as sink:
        case.port = sink.port
        case.now += 365 * DAY
        tried = case.queue("tried with the wrong clock")
        await case.turn()
        held, later = case.queue("one", held=5000), case.queue("two", held=400 * DAY)
        sink.faults.clear()
        await case.turn()
        assert [case.state(item) for item in (tried, held, later)] == ["queued", "held", "held"]
        case.now = START
        await case.turn()
        assert [case.state(item) for item in (tried, held, later)] == ["sent", "sent", "held"]


async def test_a_clock_that_is_set_right_by_seconds_shortens_no_undo_window(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue(held=5000)
        await case.turn(-60_000)
        assert (case.state(item), sink.taken) == ("held", [])


async def test_a_refusal_fails_with_the_servers_words(case: Case) -> None:
    async with smtp_sink(SmtpSink(faults={"RCPT": "550 no such user"})) as sink:
        case.port = sink.port
        item = case.queue()
        await case.turn()
        assert case.state(item) == "failed"
        assert "no such user" in case.item(item).detail
        assert shown(case) == ("failed", 0, 1)
        sink.faults.clear()
        outbox.answer(case.connection, item, "send", case.clock())
        await case.turn()
        assert (case.state(item), len(sink.taken)) == ("sent", 1)


async def test_a_temporary_refusal_and_a_dead_network_try_again_with_the_same_bytes(case: Case) -> None:
    async with smtp_sink(SmtpSink(plan=[{"DOT": "451 later"}, {"MAIL": "421 busy"}])) as sink:
        item = case.queue()
        await case.turn()
        raw = case.item(item).raw
        case.port = sink.port
        for _ in range(2):
            await case.turn(after=15_000)
            assert (case.state(item), case.item(item).raw, sink.taken) == ("queued", raw, [])
        await case.turn(after=30_000)
        assert (case.state(item), [mail.content for mail in sink.taken]) == ("sent", [raw])


async def test_a_server_that_says_later_for_days_means_no(case: Case) -> None:
    async with smtp_sink(SmtpSink(faults={"RCPT": "450 later"})) as sink:
        case.port = sink.port
        item = case.queue()
        for _ in range(5):
            await case.turn(after=DAY)
            assert case.state(item) == "queued"
        for _ in range(12):
            await case.turn(after=HOUR)
        assert case.state(item) == "failed"
        assert "in five days" in case.item(item).detail


async def test_after_a_week_without_network_a_greylisting_server_is_believed(case: Case) -> None:
    """Many a server answers the first try of a stranger with "later" (RFC 6647)."""
    async with smtp_sink(SmtpSink(faults={"RCPT": "450 greylisted, come back later"})) as sink:
        case.port = sink.port
        item = case.queue()
        await case.turn(after=7 * DAY)
        assert case.state(item) == "queued"
        sink.faults.clear()
        await case.turn(after=HOUR)
        assert (case.state(item), len(sink.taken)) == ("sent", 1)


async def test_offline_for_weeks_is_still_queued_and_goes_when_the_network_is_back(case: Case) -> None:
    item = case.queue()
    for _ in range(12):
        await case.turn(after=3 * DAY)
        assert case.state(item) == "queued"
    async with smtp_sink() as sink:
        case.port = sink.port
        with case.delivery() as delivery:
            await delivery.network_is_back()
            await delivery.once()
        assert (case.state(item), len(sink.taken)) == ("sent", 1)


@pytest.mark.parametrize("author", ["", "ben"])
async def test_someone_elses_answer_holds_and_asks(case: Case, author: str) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue(held=10_000)
        case.message("human", "other@shop.test", START + 5_000, author=author)
        await case.turn(after=10_000)
        assert (case.state(item), case.item(item).detail, sink.taken) == ("asking", sending.ANSWERED, [])
        assert shown(case)[1:] == (0, 1)
        outbox.answer(case.connection, item, "send", Instant(case.now))
        await case.turn()
        assert (case.state(item), len(sink.taken)) == ("sent", 1)


async def test_a_newer_customer_mail_holds_and_asks_also_after_a_merge(case: Case) -> None:
    case.connection.execute("INSERT INTO conversation (id, key, account_id, channel) VALUES (2, 's 2', 1, 'email')")
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue(held=10_000)
        case.message("customer", "2@customer.test", START + 5_000)
        case.connection.execute("UPDATE message SET conversation_id = 2")
        case.connection.execute("UPDATE conversation SET merged_into = 2 WHERE id = 1")
        await case.turn(after=10_000)
        assert (case.state(item), case.item(item).detail, sink.taken) == ("asking", sending.WROTE_AGAIN, [])
        case.connection.execute("UPDATE outbox SET conversation_id = 2")
        outbox.answer(case.connection, item, "send", case.clock())
        case.message("customer", "3@customer.test", START + 6_000)
        case.connection.execute("UPDATE message SET conversation_id = 2")
        await case.turn()
        assert (case.state(item), sink.taken) == ("asking", [])
        outbox.answer(case.connection, item, "send", case.clock())
        await case.turn()
        assert (case.state(item), len(sink.taken)) == ("sent", 1)


async def test_two_answers_of_one_agent_do_not_hold_each_other(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        items = [case.queue("one"), case.queue("and another thing")]
        await case.turn()
        assert [case.state(item) for item in items] == ["sent", "sent"]
        assert len(sink.taken) == 2


async def test_a_missing_file_and_a_bad_address_fail_in_words(case: Case) -> None:
    from omnitui.core.mail import Address
    from omnitui.core.outgoing import OutgoingFile

    gone = case.queue(files=(OutgoingFile("a.pdf", "application/pdf", 3, "0" * 64),))
    bad = case.queue(to=(Address("", "not an address"),))
    await case.turn()
    assert [case.state(item) for item in (gone, bad)] == ["failed", "failed"]
    assert "gone" in case.item(gone).detail
    assert "not a mail address" in case.item(bad).detail


@pytest.mark.parametrize("filed", ["yes", "no"])
@pytest.mark.parametrize("drop", ["before", "after"])
async def test_unknown_is_looked_for_and_never_doubled(case: Case, filed: str, drop: str) -> None:
    """FreeScout #5457, Mailpile #2014: taken by the server, the answer to the dot lost, sent again and again."""
    case.filed = filed
    async with smtp_sink(SmtpSink(drop=drop)) as sink:
        if filed == "yes":
            sink.on_taken.append(lambda mail: case.sent.mails.append(mail.content))
        case.port = sink.port
        item = case.queue()
        await case.turn()
        assert (case.state(item), shown(case)) == ("unknown", ("unknown", 0, 1))
        sink.drop = ""
        for wait in (1_999, 1, 10_000, 60_000, 300_000, 1_000):
            await case.turn(after=wait)
        expected = {"yes": "sent", "no": "asking"}[filed]
        assert case.state(item) == expected
        taken = 1 if drop == "after" or filed == "yes" else 0
        assert len(sink.taken) == taken
        assert case.sent.appended == 0
        if expected == "asking":
            outbox.answer(case.connection, item, "send" if drop == "before" else "sent", case.clock())
            await case.turn()
            assert (case.state(item), len(sink.taken)) == ("sent", 1)


async def test_while_the_folder_cannot_be_read_nothing_is_decided(case: Case) -> None:
    async with smtp_sink(SmtpSink(drop="after")) as sink:
        case.port = sink.port
        item = case.queue()
        case.sent.down = True
        for _ in range(10):
            await case.turn(after=60_000)
        assert (case.state(item), case.item(item).looks, len(sink.taken)) == ("unknown", 0, 1)
        assert "cannot be looked for" in case.item(item).detail
        assert sending.prove(case.connection, 1, {"other"}, {"other"}, case.clock()) == set()
        assert sending.prove(case.connection, 1, {case.item(item).mid}, set(), case.clock()) == {1}
        assert (case.state(item), shown(case)) == ("sent", ("sent", 0, 0))
        assert sending.prove(case.connection, 1, {case.item(item).mid}, {item}, case.clock()) == set()


@pytest.mark.parametrize(("phase", "state", "copies"), [("", "sent", 1), ("dot", "unknown", 0)])
async def test_a_dead_workers_item(case: Case, phase: str, state: str, copies: int) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue()
        outbox.claim(case.connection, ["send"], 1, owner="dead", now=case.clock(), lease=10**9)
        outbox.set_phase(case.connection, item, phase, "dead")
        case.sent.down = phase == "dot"
        await case.turn()
        assert (case.state(item), len(sink.taken)) == (state, copies)


async def test_a_failing_copy_is_tried_again_and_never_sends_again(case: Case) -> None:
    """Nextcloud Mail #6540, himalaya #619 and #629: no copy in Sent, so the mail was sent again at each run."""
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue()
        case.sent.down = True
        await case.turn()
        assert (case.state(item), [row["state"] for row in case.items("copy")]) == ("sent", ["queued"])
        case.sent.down = False
        case.sent.mails.append(sink.taken[0].content)
        await case.turn(after=60_000)
        assert ([row["state"] for row in case.items("copy")], case.sent.appended) == (["sent"], 0)
        assert len(sink.taken) == 1


async def test_servers_that_file_what_they_send_get_no_copy(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        case.filed = "yes"
        case.queue()
        await case.turn()
        assert case.items("copy") == []
        case.filed, case.sent.gmail = "auto", True
        case.queue()
        await case.turn()
        assert ([row["state"] for row in case.items("copy")], case.sent.appended) == (["sent"], 0)


async def test_the_loop_wakes_when_something_is_due(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        with case.delivery() as delivery:
            running = asyncio.create_task(delivery.run())
            await asyncio.sleep(0.05)
            item = case.queue()
            delivery.wake()
            for _ in range(100):
                await asyncio.sleep(0.02)
                if case.state(item) == "sent":
                    break
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert len(sink.taken) == 1


async def test_a_mail_that_cannot_be_made_keeps_none_back(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        broken, good = case.queue("one"), case.queue("two")
        case.connection.execute("UPDATE outbox SET payload = '{\"id\": 7}' WHERE id = ?", (broken,))
        await case.turn()
        assert [case.state(item) for item in (broken, good)] == ["failed", "sent"]
        assert "its text is kept" in case.item(broken).detail


class Broken(EmailConnector):
    """A connector with a fault of ours, at every send to Ben and every look for what went to him."""

    after_dot = False

    async def send(self, draft: Outbound) -> Receipt:
        """Fails for Ben."""
        receipt = await super().send(draft) if self.after_dot or draft.to[0].name != "Ben" else None
        if draft.to[0].name == "Ben":
            raise AttributeError("a fault")
        assert receipt is not None
        return receipt

    async def reconcile(self, draft: Outbound) -> Lookup:
        """Fails for Ben."""
        if draft.to[0].name == "Ben":
            raise AttributeError("a fault")
        return await super().reconcile(draft)


class BrokenLater(Broken):
    """The same when the mail is on its way."""

    after_dot = True


TO_BEN = (Address("Ben", "ben@x.test"),)


async def test_a_fault_in_one_send_keeps_no_other_back_and_is_told_in_the_end(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port, case.connector_class = sink.port, Broken
        bad = case.queue("one", to=TO_BEN)
        for _ in range(4):
            good = case.queue("two")
            await case.turn(DAY)
            assert (case.state(bad), case.state(good)) == ("queued", "sent")
        assert "a fault of the program (AttributeError)" in case.item(bad).detail
        await case.turn(DAY)
        assert (case.state(bad), len(sink.taken)) == ("failed", 4)


async def test_a_fault_after_the_dot_is_asked_about_and_keeps_no_other_back(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port, case.connector_class = sink.port, BrokenLater
        bad, good = case.queue("one", to=TO_BEN), case.queue("two")
        await case.turn()
        assert (case.state(bad), case.state(good)) == ("unknown", "sent")
        late = case.queue("three")
        await case.turn(DAY)
        assert (case.state(bad), case.state(late), len(sink.taken)) == ("asking", "sent", 3)


async def test_no_send_waits_for_the_looks_at_a_slow_mailbox(case: Case) -> None:
    taken_at_look: list[int] = []

    class Watched(EmailConnector):
        async def reconcile(self, draft: Outbound) -> Lookup:
            taken_at_look.append(len(sink.taken))
            if len(taken_at_look) == 1:
                case.queue("written during the first look")
            raise Offline("the mailbox takes its time")

    async with smtp_sink() as sink:
        case.port, case.connector_class = sink.port, Watched
        for _ in range(2):
            outbox.lose(case.connection, case.queue(), "", case.clock())
        case.queue("written before")
        await case.turn()
        assert taken_at_look == [1, 2]


def hinder(case: Case, on: bool) -> None:
    """The cache takes no phase any more, as on a full disk."""
    case.connection.execute(
        "CREATE TRIGGER hinders BEFORE UPDATE OF phase ON outbox WHEN NEW.phase = 'dot'"
        " BEGIN SELECT RAISE(ABORT, 'no room'); END"
        if on
        else "DROP TRIGGER hinders"
    )


async def test_after_trouble_of_the_cache_it_recovers_what_it_left(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue()
        hinder(case, True)
        with case.delivery() as delivery:
            with pytest.raises(sqlite3.Error):
                await delivery.once()
            assert (case.state(item), sink.taken) == ("sending", [])
            hinder(case, False)
            await delivery.once()
        assert (case.state(item), len(sink.taken)) == ("sent", 1)


async def test_trouble_of_the_cache_ends_no_outbox(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "AFTER_FAULT", 0.1)
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue()
        hinder(case, True)
        with case.delivery() as delivery:
            running = asyncio.create_task(delivery.run())
            try:
                await until(lambda: case.item(item).attempts > 1)
                hinder(case, False)
                await until(lambda: case.state(item) == "sent")
            finally:
                delivery.stop()
                await running
        assert len(sink.taken) == 1


async def until(there: Callable[[], bool]) -> None:
    for _ in range(500):
        if there():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


async def test_an_item_that_somebody_else_has_taken_over_is_left_to_them(case: Case) -> None:
    class Slow(EmailConnector):
        async def send(self, draft: Outbound) -> Receipt:
            case.connection.execute("UPDATE outbox SET owner = 'another'")
            return await super().send(draft)

    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue()
        case.connector_class = Slow
        with case.delivery() as delivery:
            await delivery.once()
        assert (case.state(item), case.item(item).owner, case.item(item).phase) == ("sending", "another", "")
        assert sink.taken == []


class ProviderAway(EmailConnector):
    """Before a byte is on its way, whoever renews tokens does not answer."""

    async def send(self, draft: Outbound) -> Receipt:
        """As a sign-in that gives no answer."""
        raise Unanswered("no answer")


class Gone(EmailConnector):
    """The other side has not got the conversation any more."""

    async def send(self, draft: Outbound) -> Receipt:
        """As a server that answers 404."""
        await draft.leaving()
        raise NotFound("the room is not there any more")


async def test_where_the_conversation_is_gone_it_was_not_sent(case: Case) -> None:
    item = case.queue()
    case.connector_class = Gone
    await case.turn()
    assert (case.state(item), case.item(item).detail) == ("failed", "Not sent: the room is not there any more")


async def test_what_went_wrong_before_the_dot_is_certainly_unsent(case: Case) -> None:
    item = case.queue()
    case.connector_class = ProviderAway
    with case.delivery() as delivery:
        await delivery.once()
    assert (case.state(item), case.item(item).phase) == ("queued", "")


async def test_the_dot_is_on_the_disk_before_it_is_written(case: Case) -> None:
    phases: list[tuple[str, str]] = []

    class Watched(EmailConnector):
        async def send(self, draft: Outbound) -> Receipt:
            async def leaving() -> None:
                phases.append((case.item(item).phase, "before"))
                await draft.leaving()
                phases.append((case.item(item).phase, "after"))

            return await super().send(replace(draft, leaving=leaving))

    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue()
        case.connector_class = Watched
        with case.delivery() as delivery:
            await delivery.once()
        assert len(sink.taken) == 1
    assert phases == [("", "before"), ("dot", "after")]


async def test_an_answer_that_did_not_arrive_leaves_the_customer_waiting(case: Case) -> None:
    def waits() -> bool:
        return bool(case.connection.execute("SELECT waiting FROM conversation").fetchone()[0])

    async with smtp_sink(SmtpSink(faults={"RCPT": "550 no such user"})) as sink:
        case.port = sink.port
        item = case.queue()
        assert not waits()
        await case.turn()
        assert (case.state(item), waits()) == ("failed", True)
        sink.faults.clear()
        outbox.answer(case.connection, item, "send", case.clock())
        assert not waits()
        await case.turn()
        assert (case.state(item), waits()) == ("sent", False)
