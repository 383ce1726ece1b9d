"""The outbox of an account: it waits for the mailbox, hears a call, and finds the files that go along."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from omnitui.core.errors import NotFound
from omnitui.core.outgoing import OutgoingFile
from omnitui.core.times import MINUTE, Instant
from omnitui.store import outbox as outbox_items
from omnitui.sync.channels import account_outbox
from omnitui.sync.mail.parse import parse_mail
from omnitui.sync.outbox.enclosures import finder_of
from tests.servers.smtp_sink import smtp_sink
from tests.sync.outbox.desk_case import Case, MemorySent, outbox_case


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with outbox_case(tmp_path) as made:
        yield made


async def test_an_answer_waits_until_the_mailbox_was_looked_at(case: Case) -> None:
    step: set[int] = set()
    async with smtp_sink() as sink:
        case.port = sink.port
        item = case.queue()
        with case.delivery(lambda: bool(step)) as outbox:
            await outbox.once()
            assert (case.state(item), sink.taken) == ("queued", [])
            step.add(1)
            await outbox.network_is_back()
            await outbox.once()
            assert (case.state(item), len(sink.taken)) == ("sent", 1)
            step.clear()
            late = case.queue("later")
            case.now += 10 * MINUTE
            await outbox.once()
            assert case.state(late) == "sent"


async def test_it_runs_until_cancelled_and_hears_the_call(case: Case) -> None:
    async with smtp_sink() as sink:
        case.port = sink.port
        with case.delivery() as outbox:
            running = asyncio.create_task(outbox.run())
            try:
                await asyncio.sleep(0.05)
                item = case.queue()
                outbox.wake()
                await until(lambda: case.state(item) == "sent" and case.items("copy")[0]["state"] == "sent")
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
        assert case.sent.appended == 1


async def test_what_waits_for_another_try_goes_when_the_network_is_back_but_never_sooner_than_was_asked(
    case: Case,
) -> None:
    async with smtp_sink() as sink:
        asked, away = case.queue("asked to wait"), case.queue("nobody there")
        await case.turn()
        later = Instant(case.now + 3 * MINUTE)
        case.connection.execute("UPDATE outbox SET state = 'sending' WHERE id = ?", (asked,))
        outbox_items.retry_at(case.connection, asked, later, "too many calls", never_before=True)
        case.port = sink.port
        with case.delivery() as outbox:
            await outbox.network_is_back()
            await outbox.once()
            assert (case.state(asked), case.state(away)) == ("queued", "sent")
            case.now = later
            await outbox.once()
            assert case.state(asked) == "sent"


async def test_files_of_forwarded_mail_come_out_of_it(case: Case, tmp_path: Path) -> None:
    data = b"%PDF " + bytes(range(256))
    raw = (
        b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\ntext\r\n--b\r\n"
        b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(data).replace(b"\n", b"\r\n")
        + b"--b--\r\n"
    )
    (found,) = parse_mail(raw).attachments
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    id_ = case.connection.execute("SELECT id FROM message").fetchone()[0]
    case.connection.execute("INSERT INTO original VALUES (?, ?, 1)", (id_, zlib.compress(raw)))
    case.connection.execute(
        "INSERT INTO attachment (message_id, part, name, type, size, sha256) VALUES (?, '2', 'a.pdf', ?, ?, ?)",
        (id_, found.type, found.size, found.sha256),
    )
    read = finder_of(case.path, tmp_path)
    assert read(found.sha256).read_bytes() == data
    assert (tmp_path / found.sha256).stat().st_mode & 0o777 == 0o600
    for wrong in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(NotFound):
            read(wrong)
    async with smtp_sink() as sink:
        case.port = sink.port
        case.queue(files=(OutgoingFile("a.pdf", found.type, found.size, found.sha256),))
        await case.turn()
        assert parse_mail(sink.taken[0].content).attachments[0].sha256 == found.sha256


async def test_waiting_for_the_mailbox_costs_next_to_nothing(case: Case) -> None:
    asked = 0

    def in_step() -> bool:
        nonlocal asked
        asked += 1
        return False

    case.queue()
    with case.delivery(in_step) as outbox:
        running = asyncio.create_task(outbox.run())
        await asyncio.sleep(0.6)
        outbox.stop()
        await asyncio.wait_for(running, 5)
    assert 0 < asked < 10


async def until(there: Callable[[], bool]) -> None:
    for _ in range(500):
        if there():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


async def test_a_copy_that_is_being_filed_as_the_account_is_left_is_not_filed_again(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a change of the config: the next worker looks for the copy while the slow server still takes it."""
    monkeypatch.setattr(account_outbox, "LAST_ERRAND", 0.1)
    slow = threading.Event()

    class Slow(MemorySent):
        def append(self, raw: bytes, at: Instant) -> tuple[int, int] | None:
            self.appended += 1
            assert slow.wait(20)
            self.mails.append(raw)
            return 7, len(self.mails)

    case.sent = Slow()
    async with smtp_sink() as sink:
        case.port = sink.port
        case.queue()
        with case.delivery() as outbox:
            running = asyncio.create_task(outbox.run())
            await until(lambda: case.sent.appended == 1)
            outbox.stop()
            asyncio.get_running_loop().call_later(1, slow.set)
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await case.turn()
        assert (len(sink.taken), case.sent.appended, len(case.sent.mails)) == (1, 1, 1)
