"""The log of the cache is taken over beside the writer, begins anew when it is long, and loses nothing."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from omnitui.store.checkpoint import log_size
from omnitui.sync import checkpoints
from omnitui.sync.writer import Writer

KILO = b"x" * 1024


def write(writer: Writer, kilobytes: int) -> None:
    with writer.transaction() as cache:
        cache.execute("CREATE TABLE IF NOT EXISTS filler (data BLOB)")
        cache.executemany("INSERT INTO filler VALUES (?)", [(KILO,)] * kilobytes)


def in_the_file(path: Path) -> int:
    """Pages of the cache file itself, without its log."""
    return path.stat().st_size


def test_a_long_log_is_taken_over_beside_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "STEP", 100_000)
    writer = Writer(tmp_path / "cache.db")
    before = in_the_file(tmp_path / "cache.db")
    write(writer, 500)
    until = time.monotonic() + 10
    while in_the_file(tmp_path / "cache.db") == before and time.monotonic() < until:
        time.sleep(0.01)
    assert in_the_file(tmp_path / "cache.db") > before + 400_000
    writer.close()


def test_the_log_begins_anew_at_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "MOST", 300_000)
    writer = Writer(tmp_path / "cache.db")
    made = log_size(tmp_path / "cache.db")  # the tables of a new cache stand in the first log
    for _ in range(12):
        write(writer, 100)
    assert log_size(tmp_path / "cache.db") < made + 300_000
    writer.close()
    reader = sqlite3.connect(tmp_path / "cache.db")
    assert reader.execute("SELECT count(*) FROM filler").fetchone() == (1200,)
    assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    reader.close()
