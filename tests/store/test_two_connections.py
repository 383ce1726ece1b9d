"""Several connections of one process, and other processes that come and go: no commit is ever lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from omnitui.store.connection import Role, open_cache, transaction

VISIT = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM meta').fetchone(); c.close()"


def test_a_second_connection_does_not_drop_the_locks_of_the_first(tmp_path: Path) -> None:
    """Closing a file drops every lock of the process on it (POSIX); SQLite's must not be among them."""
    path = tmp_path / "cache.db"
    first = open_cache(path, Role.PULL)
    with transaction(first):
        first.execute("INSERT INTO meta VALUES ('before', '1')")
    open_cache(path, Role.OPERATIONS).close()
    # A visitor that thinks it is the last one takes the WAL away when it leaves.
    subprocess.run([sys.executable, "-c", VISIT, str(path)], check=True)
    with transaction(first):
        first.execute("INSERT INTO meta VALUES ('after', '2')")
    other = open_cache(path, Role.READ)
    kept = [row[0] for row in other.execute("SELECT key FROM meta WHERE key IN ('before', 'after') ORDER BY key")]
    assert kept == ["after", "before"]
    other.close()
    first.close()
