"""What the real program sends to a terminal of 120x40: bytes are exact on any machine, however busy."""

from __future__ import annotations

import re
import time
from pathlib import Path

from bench.cache import fill
from bench.terminal import running
from omnitui.config.places import places, prepare
from omnitui.store.connection import Role, open_cache

MOVE, SCROLL, FRAME = 1200, 4000, 14_000
BOX = 16_000
"""All that opening a box over the panes may send, and all that closing it may: at 50 kB/s a third of a second."""


def test_moves_and_frames_are_small(tmp_path: Path) -> None:
    where = places(tmp_path)
    prepare(where)
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, 400, time.time_ns() // 1_000_000, each=1)
    cache.close()
    with running(tmp_path, "run", "--no-sync", columns=120, rows=40) as terminal:
        assert terminal.until("longest first")
        terminal.read(2.5)
        assert b"\x1b[?1003h" not in terminal.output
        moves = [frames(terminal.press("j", wait=0.09)) for _ in range(30)]
        first = [move[0] for move in moves if move]
        assert len(first) > 20
        assert sorted(first)[len(first) // 2] <= MOVE
        assert max(first) <= SCROLL
        terminal.read(1.0)
        assert max(frames(terminal.press("?", wait=1.5))) <= FRAME
        terminal.press("escape", wait=1.0)
        for key in ("?", "ctrl+p", "s", "a"):
            assert sum(frames(terminal.press(key, wait=1.0))) <= BOX
            assert sum(frames(terminal.press("escape", wait=1.0))) <= BOX


def frames(output: bytes) -> list[int]:
    """The length of each frame, which the program marks as one."""
    return [len(one) for one in re.findall(rb"\x1b\[\?2026h.*?\x1b\[\?2026l", output, re.DOTALL)]
