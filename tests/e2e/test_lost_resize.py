"""A terminal that changes its size without a signal that arrives: the screen finds out by itself."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench.cache import fill
from bench.terminal import program
from omnitui.config.places import places, prepare
from omnitui.store.connection import Role, open_cache

DEAF = (
    "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH]);"
    " os.execv(sys.argv[1], sys.argv[1:])"
)


def test_a_lost_signal_of_another_size_is_made_up_for(tmp_path: Path) -> None:
    where = places(tmp_path)
    prepare(where)
    where.config_file.write_text(
        f'[[account]]\nname = "desk"\nchannel = "file"\n[account.file]\ninbox = "{tmp_path}/in.jsonl"\n'
    )
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, 20, time.time_ns() // 1_000_000, each=1)
    cache.close()
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "run", "--no-sync"]
    with program([sys.executable, "-c", DEAF, *command], columns=60, rows=20) as terminal:
        assert terminal.until("connecting", 30)
        terminal.read(1.5)
        assert b" \xe2\x86\x92 support" not in terminal.output
        terminal.resize(140, 36)
        assert terminal.until(" → support", 30), terminal.output[-2000:]
