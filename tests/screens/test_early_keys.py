"""What is typed before the screen is up does what it does after."""

from __future__ import annotations

import os
import pty
import time
import tty
from pathlib import Path

import pytest
from textual import events

from bench.cache import fill
from bench.terminal import running
from omnitui.config.places import places, prepare
from omnitui.store.connection import Role, open_cache
from omnitui.widgets.meant_keys import as_typed, typed_before

OPEN = "SELECT count(*) FROM conversation WHERE unread_count = 0"
BEN = "SELECT count(*) FROM conversation WHERE assignee = 'ben'"


@pytest.mark.parametrize("after", [0.0, 0.4])
@pytest.mark.parametrize(("keys", "query"), [("\r", OPEN), (":assign ben\r", BEN)])
def test_keys_typed_at_once(tmp_path: Path, keys: str, query: str, after: float) -> None:
    where = places(tmp_path)
    prepare(where)
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, 20, time.time_ns() // 1_000_000, each=1)
    before = cache.execute(query).fetchone()[0]
    with running(tmp_path, "run", "--no-sync", columns=80, rows=24) as terminal:
        time.sleep(after)
        terminal.type(keys)
        assert terminal.until("longest first")
        end = time.monotonic() + 10
        while cache.execute(query).fetchone()[0] == before and time.monotonic() < end:
            terminal.read(0.2)
    assert cache.execute(query).fetchone()[0] == before + 1
    cache.close()


def test_only_whole_lines_of_line_mode_count() -> None:
    ours, theirs = pty.openpty()
    os.write(ours, b"e\rxy")
    end = time.monotonic() + 10
    while typed_before(theirs) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    assert typed_before(theirs) == 2
    tty.setraw(theirs)
    os.write(ours, b"\r")
    assert typed_before(theirs) == 0
    os.close(ours)
    os.close(theirs)
    assert typed_before(theirs) == 0


def test_no_other_key_is_another() -> None:
    key = as_typed(events.Key("ctrl+j", "\n"))
    assert isinstance(key, events.Key)
    assert (key.key, key.character) == ("enter", "\r")
    for other in (events.Key("j", "j"), events.Blur()):
        assert as_typed(other) is other
