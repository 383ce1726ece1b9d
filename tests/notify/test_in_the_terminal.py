"""The real program in a pty: the title counts who waits and is brought back; a new mail rings and shows a bubble."""

from __future__ import annotations

import time
from pathlib import Path

from bench.cache import fill
from bench.terminal import running
from omnitui.config.places import places, prepare
from omnitui.core.times import Instant
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.store.ingest import store_batch
from tests.mailbox import Mailbox
from tests.mails import fetched, parsed


def test_title_bell_and_bubble(tmp_path: Path) -> None:
    where = places(tmp_path)
    prepare(where)
    where.config_file.write_text('[notify]\ndesktop = "osc9"\n', encoding="utf-8")
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, 20, time.time_ns() // 1_000_000, each=1)
    box = Mailbox(cache, "support", "support@shop.example")
    with running(tmp_path, "run", "--no-sync") as terminal:
        assert terminal.until("\x1b[22;2t")
        assert terminal.until("\x1b]2;(3) omnitui\x1b\\")
        assert b"\x1b]9;" not in terminal.output
        now = Instant(time.time_ns() // 1_000_000)
        mails = [parsed("new@client.example", subject="A new\x1b]0;owned\x07 question"), parsed("old@client.example")]
        with transaction(cache):
            came = [fetched(1, mails[0], at=now), fetched(2, mails[1], at=Instant(now - 3_600_000))]
            store_batch(cache, box.folders["inbox"], came, now)
        assert terminal.until("\x1b]9;New from Anna: A new]0,owned question\x07\x07")
        assert terminal.until("\x1b]2;(5) omnitui\x1b\\")
        assert terminal.output.count(b"\x1b]9;") == 1
        terminal.type("Q")
        assert terminal.until("\x1b[23;2t")
        assert b"\x1b]0;" not in terminal.output
    cache.close()
