"""Mails prepared in a process at the side: the same as here, and no loss when that process ends."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from collections.abc import Iterator

import pytest

from omnitui.core.times import Instant
from omnitui.sync.imap import benches
from omnitui.sync.imap.benches import Benches
from omnitui.sync.imap.fetch import RawMail
from omnitui.sync.imap.prepare import prepare
from omnitui.sync.imap.workbench import BenchBroken, Workbench
from tests.sync.imap.desk import mail

NOW = Instant(1_700_000_000_000)
ODD = [
    b"",
    b"\r\n",
    b"Subject: =?utf-8?q?=1b]52;c=07?=\r\n\r\n\x1b[31mred\x00",
    b"From: \xff\xfe <a@b>\r\nSubject: \xed\xa0\x80\r\n\r\n\xed\xa0\x80",
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
    b'Content-Type: application/pdf; name="a.pdf"\r\n\r\nPDF\r\n--x--',
    b"Content-Type: multipart/mixed; boundary=\r\n\r\n" + b"--\r\n" * 100,
]


def raw_mails() -> list[RawMail]:
    texts = [mail(n) for n in range(30)] + ODD
    return [RawMail(n + 1, "\\Seen $x", Instant(NOW + n), len(raw), raw) for n, raw in enumerate(texts)]


@pytest.fixture
def bench() -> Iterator[Workbench]:
    one = Workbench()
    until = time.monotonic() + 30
    while not one.ready():
        assert time.monotonic() < until
        time.sleep(0.02)
    yield one
    one.close()


def test_a_bench_prepares_what_this_process_would(bench: Workbench) -> None:
    batch = raw_mails()
    here = [prepare(one, one.raw or b"", NOW) for one in batch]
    plain = [dataclasses.replace(m, parsed=dataclasses.replace(m.parsed, html="", blocks=())) for m in here]
    assert bench.prepare(batch, NOW) == plain
    assert bench.prepare([], NOW) == []


def test_a_bench_that_dies_says_so(bench: Workbench) -> None:
    os.kill(bench._process.pid, signal.SIGKILL)
    with pytest.raises(BenchBroken):
        bench.prepare(raw_mails(), NOW)


class Dying(Workbench):
    """A child that ends in the middle of its first batch."""

    def prepare(self, batch: object, now: object) -> list[object]:  # type: ignore[override]
        self._process.kill()
        self._process.wait()
        return list(super().prepare(batch, now))  # type: ignore[arg-type]


def test_a_batch_that_ended_its_bench_is_prepared_with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benches, "Workbench", Dying)
    several = Benches()
    several.open()
    try:
        batch = raw_mails()[:5]
        until = time.monotonic() + 30
        done = several.prepare(batch, NOW, lambda: False)
        while time.monotonic() < until and len(done) < 5:
            done = several.prepare(batch, NOW, lambda: False)
        assert [one.parsed.subject for one in done] == [f"Parcel {n}" for n in range(5)]
    finally:
        several.close()
