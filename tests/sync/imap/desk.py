"""One account with a cache of its own, synced against a real server."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.times import Instant
from omnitui.store import accounts, folders, ledger
from omnitui.store.folders import Folder
from omnitui.sync.imap import uids
from omnitui.sync.imap.account import AccountSync
from omnitui.sync.imap.connection import Connection
from omnitui.sync.imap.login import Login
from omnitui.sync.imap.setting import Setting
from omnitui.sync.imap.suspects import Suspects
from omnitui.sync.writer import Writer

ADDRESS = "desk@shop.example"


def mail(number: int, *, mid: str | None = None, text: str = "Where is it?", sender: str = "ann@mail.example") -> bytes:
    """A customer's mail; the same number is the same mail."""
    named = f"<m{number}@mail.example>" if mid is None else mid
    head = [
        f"From: Ann <{sender}>",
        f"To: {ADDRESS}",
        f"Subject: Parcel {number}",
        f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime(1_700_000_000 + number * 60))}",
        *([f"Message-ID: {named}"] if named else []),
    ]
    return "\r\n".join([*head, "", f"{text} ({number})", ""]).encode()


def now() -> Instant:
    """The clock of tests against real servers."""
    return Instant(int(time.time() * 1000))


class Desk:
    """The account of one user."""

    def __init__(self, home: Path, login: Login, **settings: Any) -> None:
        self.user, self.login, self.home = login.username, login, home
        server = ServerSettings(host=login.host, port=login.port, security="plain", username=login.username)
        self.account = AccountSettings(name="desk", address=ADDRESS, imap=server, **settings)
        self.writer = Writer(home / "cache.db")
        with self.writer.transaction() as cache:
            self.account_id = accounts.upsert(cache, "desk", "email", ADDRESS)
        self.limit = 1_000_000
        self.suspects = Suspects()

    def loop(self, *, once: bool = False, poll: float = 60.0) -> AccountSync:
        """A loop that is not running yet."""
        setting = Setting(
            account=self.account,
            account_id=self.account_id,
            login=lambda: self.login,
            writer=self.writer,
            clock=now,
            attachments=self.home / "attachments",
            limit=self.limit,
            poll_seconds=poll,
            owner="test",
        )
        return AccountSync(setting, once=once, suspects=self.suspects)

    def sync(self) -> int:
        """Connect, bring everything in step, go; gives how many messages are new."""
        loop = self.loop(once=True)
        loop.run()
        return loop.new

    def ask(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Look into the cache."""
        with self.writer.reading() as cache:
            return cache.execute(sql, values).fetchall()

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.ask("SELECT count(*) FROM " + table)[0][0])

    def ledger(self) -> dict[tuple[str, str], int]:
        """What became of the UIDs the server has, by folder."""
        rows = self.ask(
            "SELECT f.name, outcome, count(*) FROM ledger l JOIN folder f ON f.id = l.folder_id WHERE gone_at IS NULL"
            " AND f.uidvalidity = l.uidvalidity GROUP BY 1, 2"
        )
        return {(row[0], row[1]): row[2] for row in rows}

    def folder(self, name: str) -> Folder:
        """A folder as it stands in the cache."""
        with self.writer.reading() as cache:
            return next(f for f in folders.by_account(self.account_id).all(cache) if f.name == name)

    def message_ids(self) -> set[int]:
        """Ids of all messages."""
        return {row[0] for row in self.ask("SELECT id FROM message")}

    def flags(self, mid: str) -> dict[str, bool]:
        """What the cache says of a message."""
        row = self.ask("SELECT seen, flagged, answered FROM message WHERE mid = ?", mid)[0]
        return {name: bool(row[name]) for name in row.keys()}  # noqa: SIM118 - a Row gives values, not names

    def in_step(self) -> bool:
        """The ledger and the server name the same UIDs, in every folder that is kept; and the cache is sound."""
        connection = Connection(self.login)
        try:
            with self.writer.reading() as cache:
                kept = [f for f in folders.by_account(self.account_id).all(cache) if f.uidvalidity]
            for folder in kept:
                found = connection.select(folder.name, examine=True)
                server = uids.expand(connection.search(b"ALL"), 1_000_000)
                with self.writer.reading() as cache:
                    differences = ledger.differences(cache, folder, server)
                assert found.uidvalidity == folder.uidvalidity
                assert differences == ledger.Differences((), ()), (folder.name, differences)
        finally:
            connection.close()
        assert self.ask("PRAGMA integrity_check")[0][0] == "ok"
        return True

    def close(self) -> None:
        """Close the cache."""
        self.writer.close()
