"""Batches parsed beside the worker: the same result as in it, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bench.mailbox import Mailbox
from omnitui.sync.mail import batches as module
from omnitui.sync.mail import parse
from omnitui.sync.mail.batches import Batches
from omnitui.sync.mail.made import from_plain, make, to_plain
from omnitui.sync.mail.parse import parse_mail
from tests.sync.mail.test_child import ODD

BOUNCE = (
    b"From: MAILER-DAEMON@mx.example\r\nTo: support@shop.example\r\nSubject: Undelivered\r\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    b"Final-Recipient: rfc822; anna@client.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
)
FATAL = """
import os, fast_mail_parser
from omnitui.sync.mail import careful
def deadly(real):
    return lambda raw: os.abort() if b"deadly" in raw else real(raw)
fast_mail_parser.parse_email_tree = deadly(fast_mail_parser.parse_email_tree)
careful.parse_tree = deadly(careful.parse_tree)
"""
INVITATION = (
    b"From: anna@client.example\r\nSubject: Meet\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Fitting\r\nDTSTART:20260203T140000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


STRANGE = [
    ODD,
    b"",
    b"\0",
    b"Subject: =?utf-8?q?=1b]52;c=07?=\r\n\r\n\x1b[31mred\x00",
    b"From: \xff\xfe <a@b>\r\nSubject: \xed\xa0\x80\r\n\r\n\xed\xa0\x80",
    b"Content-Type: multipart/mixed; boundary=\r\n\r\n" + b"--\r\n" * 100,
]


@pytest.fixture
def pool() -> Iterator[Batches]:
    batches = Batches(1)
    yield batches
    batches.close()


def mails(count: int) -> list[bytes]:
    mailbox = Mailbox()
    return [mailbox.mail(number) for number in range(count)] + [*STRANGE, BOUNCE, INVITATION]


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def up(pool: Batches) -> int:
    """Have a process and its pid: the first batches are parsed here while it starts."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        pool.submit([ODD], many=True).result(30)
        if pool.serving:
            return pool.serving[0]
        time.sleep(0.02)
    raise AssertionError("no process came up")


@pytest.mark.parametrize("raw", mails(30))
def test_what_goes_through_the_pipe_comes_out_the_same(raw: bytes) -> None:
    found = make(raw)
    assert from_plain(to_plain(found)) == found
    assert found.parsed.text == parse_mail(raw).text


def test_process_makes_the_same_as_the_worker(pool: Batches) -> None:
    up(pool)
    raws = mails(60)
    assert pool.submit(raws, many=True).result(60) == [make(raw) for raw in raws]


def test_few_mails_start_no_process(pool: Batches) -> None:
    assert len(pool.submit(mails(3), many=False).result(30)) == 11
    assert pool.serving == []


def test_killed_process_loses_nothing_and_is_replaced(pool: Batches) -> None:
    pid = up(pool)
    os.kill(pid, signal.SIGSTOP)
    raws = mails(20)
    jobs = [pool.submit(raws, many=True) for _ in range(3)]
    os.kill(pid, signal.SIGKILL)
    for job in jobs:
        assert [one.digest for one in job.result(120)] == [make(raw).digest for raw in raws]
        assert [one.parsed.subject for one in job.result()] == [parse_mail(raw).subject for raw in raws]
        assert not any(one.parsed.error for one in job.result())
    assert up(pool) != pid


def test_mail_that_ends_every_parser_is_set_aside_alone(
    pool: Batches, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "sitecustomize.py").write_text(FATAL)
    monkeypatch.syspath_prepend(str(tmp_path))
    fresh = parse.MailParser()
    request.addfinalizer(fresh.close)
    monkeypatch.setattr(parse, "_shared", lambda: fresh)
    pid = up(pool)
    raws = [*mails(5), b"From: a@example.org\nSubject: bad\n\ndeadly", *mails(3)]
    found = pool.submit(raws, many=True).result(120)
    assert pool.serving != [pid]
    assert [one.digest for one in found] == [make(raw).digest for raw in raws]
    told = [one.parsed.error for one in found]
    assert [number for number, error in enumerate(told) if error] == [13]
    assert "killed by signal 6" in str(told[13])
    assert found[13].parsed.subject == "bad"


def test_process_ends_with_its_worker() -> None:
    code = (
        "import time\n"
        "from omnitui.sync.mail.batches import Batches\n"
        "pool = Batches(1)\n"
        "while not pool.serving:\n"
        "    pool.submit([b'Subject: x\\n\\nx'], many=True).result()\n"
        "print(pool.serving[0], flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        assert psutil.pid_exists(pid)
        worker.kill()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_idle_process_is_ended(pool: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE", 0.2)
    up(pool)
    until(lambda: not pool.serving)
