"""A cache with one conversation, answers queued in it, and a Sent folder in memory, for the delivery tests."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import Offline
from omnitui.core.mail import Address
from omnitui.core.models import AccountId
from omnitui.core.outgoing import Outgoing, to_json
from omnitui.core.times import Instant
from omnitui.store import outbox
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.store.outbox import OutboxItem
from omnitui.sync.channels.account_outbox import AccountOutbox, OutboxTools
from omnitui.sync.channels.email.connector import EmailConnector
from omnitui.sync.imap.login import login_for
from omnitui.sync.outbox.account import Sender
from omnitui.sync.outbox.smtp import Endpoint, Waits
from tests.servers.smtp_sink import header

START = 1_800_000_000_000
QUICK = Waits(connect=2, greeting=2, command=2, data=2, block=2, dot=1, quit=1)
CUSTOMER = "1@customer.test"


@dataclass
class MemorySent:
    """A Sent folder; `files` says which header fields survive the server's own filing."""

    mails: list[bytes] = field(default_factory=list)
    name: str = "Sent"
    down: bool = False
    gmail: bool = False
    appended: int = 0

    def find(self, mail: Outgoing, size: int) -> bool:
        """By Message-ID or our own header."""
        return self.holds(mail.mid) or any(header(raw, "X-Omni-Id") == mail.id for raw in self.mails)

    def holds(self, mid: str) -> bool:
        """By Message-ID."""
        return any(header(raw, "Message-ID") == f"<{mid}>" for raw in self.mails)

    def append(self, raw: bytes, at: Instant) -> tuple[int, int] | None:
        """File it."""
        self.mails.append(raw)
        self.appended += 1
        return 7, len(self.mails)

    @contextmanager
    def open(self) -> Iterator[MemorySent]:
        """As `Sender.open_sent`."""
        if self.down:
            raise Offline("the server is away")
        yield self


@dataclass
class Case:
    """A cache, its clock, a Sent folder and the account that sends."""

    path: Path
    connection: sqlite3.Connection
    sent: MemorySent
    port: int = 0
    now: int = START
    filed: str = "no"
    secret: str = ""
    connector_class: type[EmailConnector] = EmailConnector

    def clock(self) -> Instant:
        """The time of the test."""
        return Instant(self.now)

    def connector(self) -> EmailConnector:
        """The account, sending to `port`."""
        sender = Sender(
            endpoint=Endpoint("127.0.0.1", self.port, "plain", waits=QUICK),
            secret=lambda: self.secret,
            open_sent=self.sent.open,
            filed=self.filed,  # type: ignore[arg-type]
        )
        server = ServerSettings(host="127.0.0.1")
        account = AccountSettings(name="s", address="support@shop.test", imap=server)
        return self.connector_class(account, sender, lambda: login_for(account, server, self.secret), self.clock)

    @contextmanager
    def delivery(self, in_step: Callable[[], bool] = lambda: True) -> Iterator[AccountOutbox]:
        """A worker's delivery, new as after a start."""
        tools = OutboxTools.open(self.path, self.path.parent, self.clock)
        try:
            account = ChatAccount(AccountId(1), "s", "email")
            yield AccountOutbox(tools, account, self.connector(), in_step)
        finally:
            tools.close()

    async def turn(self, after: int = 0) -> None:
        """Let time pass and a fresh worker do what is due."""
        self.now += after
        with self.delivery() as delivery:
            await delivery.once()

    def queue(self, body: str = "Hello", *, held: int = 0, saw: int = START - 1000, **fields: object) -> str:
        """An answer as pressing send leaves it: a message, and an item with the whole content."""
        item_id = str(uuid.uuid4())
        mail = Outgoing(
            id=item_id, mid=f"{item_id}@shop.test", date=Instant(self.now), sender=Address("Shop", "support@shop.test"),
            to=(Address("Anna", "anna@x.test"),), subject="Re: order", body=body, in_reply_to=(CUSTOMER,),
        )  # fmt: skip
        mail = replace(mail, **fields)  # type: ignore[arg-type]
        with transaction(self.connection):
            message = self.message("human", mail.mid, self.now, omni_id=item_id, author="ana")
            outbox.enqueue(
                self.connection,
                OutboxItem(
                    item_id, "send", 1, 1, message, json.loads(to_json(mail)), mail.mid,
                    state="held" if held else "queued", not_before=Instant(self.now + held if held else 0),
                    saw_at=Instant(saw), created_at=Instant(self.now),
                ),
            )  # fmt: skip
        return item_id

    def message(self, class_: str, mid: str, at: int, *, omni_id: str = "", author: str = "") -> int:
        """A message row in the conversation."""
        row = self.connection.execute(
            "INSERT INTO message (account_id, conversation_id, mid, class, at, fetched_at, omni_id, author,"
            " from_address) VALUES (1, 1, ?, ?, ?, ?, ?, ?, 'anna@x.test') RETURNING id",
            (mid, class_, at, at, omni_id, author),
        ).fetchone()
        return int(row[0])

    def state(self, item_id: str) -> str:
        """Where an item stands."""
        item = outbox.by_id(item_id).first(self.connection)
        assert item is not None
        return item.state

    def item(self, item_id: str) -> OutboxItem:
        """The whole item."""
        item = outbox.by_id(item_id).first(self.connection)
        assert item is not None
        return item

    def items(self, kind: str) -> list[sqlite3.Row]:
        """Every item of a kind."""
        return self.connection.execute("SELECT * FROM outbox WHERE kind = ? ORDER BY rowid", (kind,)).fetchall()


@contextmanager
def outbox_case(folder: Path, *, fresh: bool = True) -> Iterator[Case]:
    """The cache of a test; not `fresh`: the one that is in the folder already."""
    path = folder / "cache.db"
    connection = open_cache(path, Role.OPERATIONS)
    case = Case(path, connection, MemorySent())
    if fresh:
        _fill(case)
    try:
        yield case
    finally:
        connection.close()


def _fill(case: Case) -> None:
    connection = case.connection
    with transaction(connection):
        connection.execute(
            "INSERT INTO account (id, name, channel, address) VALUES (1, 's', 'email', 'support@shop.test')"
        )
        connection.execute(
            "INSERT INTO folder (id, account_id, name, role, uidvalidity) VALUES (3, 1, 'Sent', 'sent', 7)"
        )
        connection.execute("INSERT INTO conversation (id, key, account_id, channel) VALUES (1, 's 1', 1, 'email')")
        case.message("customer", CUSTOMER, START - 1000)
