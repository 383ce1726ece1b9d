"""The screen that comes back from the set-up begins as a new program, without what the set-up has loaded."""

from __future__ import annotations

import time
from pathlib import Path

from bench.cache import fill
from bench.terminal import Terminal, running
from omnitui.config.places import places, prepare
from omnitui.store.connection import Role, open_cache

CONFIG = '[[account]]\nname = "desk"\nchannel = "file"\n[account.file]\ninbox = "{home}/in.jsonl"\n'


def libraries(terminal: Terminal) -> set[str]:
    """Names of the compiled modules that the program holds."""
    lines = Path(f"/proc/{terminal.pid}/maps").read_text().splitlines()
    return {Path(line.split()[-1]).name.split(".")[0] for line in lines if line.endswith(".so")}


def test_what_the_setup_has_loaded_is_gone_with_it(tmp_path: Path) -> None:
    where = places(tmp_path)
    prepare(where)
    where.config_file.write_text(CONFIG.format(home=tmp_path))
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, 20, time.time_ns() // 1_000_000, each=1)
    cache.close()
    with running(tmp_path, "run", "--no-sync", columns=80, rows=24) as terminal:
        assert terminal.until("longest first", 30)
        terminal.type(":account.add\r")
        assert terminal.until("What shall be set up", 30), terminal.output[-2000:]
        assert "lexbor" in libraries(terminal)
        terminal.output = b""
        terminal.type("\x03")
        assert terminal.until("longest first", 30), terminal.output[-2000:]
        assert "lexbor" not in libraries(terminal)
