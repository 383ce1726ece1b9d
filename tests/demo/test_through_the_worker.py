"""The demo's mail after the real sync: nothing unread by the parser, everything known for what it is."""

from __future__ import annotations

import sqlite3

from omnitui.demo.home import demo_home
from tests.cli.run import documents, omnitui


def test_every_mail_is_understood() -> None:
    with demo_home(size=30) as home:
        done = omnitui(home.path, "sync", "--once", "--json")
        assert done.returncode == 0, done.stderr
        (document,) = documents(done)
        assert document["accounts"][0]["state"] == "online"
        connection = sqlite3.connect(home.path / "data" / "cache.db")
        try:
            count = lambda sql: connection.execute(sql).fetchone()[0]  # noqa: E731
            assert count("SELECT count(*) FROM message WHERE error IS NOT NULL") == 0
            assert count("SELECT count(*) FROM ledger WHERE outcome = 'quarantined'") == 0
            kinds = {row[0] for row in connection.execute("SELECT DISTINCT kind FROM message")}
            assert {"mail", "bounce", "auto", "list"} <= kinds
            assert count("SELECT count(*) FROM message WHERE delivery = 'bounced'") == 1
            assert count("SELECT count(*) FROM body WHERE invitation <> ''") == 1
            parcel = "SELECT message_count FROM conversation WHERE channel = 'email' AND contact_name = 'Priya Raman'"
            assert count(f"{parcel} ORDER BY last_at DESC LIMIT 1") == 3
            assert count("SELECT count(*) FROM conversation WHERE waiting = 1") >= 20
        finally:
            connection.close()
