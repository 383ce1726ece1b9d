"""Through a real Postfix into a real Dovecot: sent, filed, found again, and what bounces comes back to its message."""

from __future__ import annotations

import asyncio
import hashlib
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.config.secrets import secret_for
from omnitui.core.mail import Address
from omnitui.core.models import AccountId
from omnitui.core.outgoing import Outgoing
from omnitui.core.times import Instant
from omnitui.store import folders
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import transaction
from omnitui.store.ingest import FetchedMail, store_batch
from omnitui.sync.channels.account_outbox import AccountOutbox, OutboxTools
from omnitui.sync.channels.email.connector import EmailConnector
from omnitui.sync.imap.login import Login
from omnitui.sync.mail.parse import parse_mail
from omnitui.sync.outbox.compose import compose
from omnitui.sync.outbox.sent_folder import sent_folder
from tests.servers.dovecot import PASSWORD
from tests.sync.outbox.conftest import MailServers
from tests.sync.outbox.desk_case import Case, outbox_case

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("password")]
SUPPORT, ANNA = "support@shop.test", "anna@shop.test"
MAIL = Outgoing(
    id="0199-aa", mid="0199-aa@shop.test", date=Instant(time.time_ns() // 1_000_000), sender=Address("Shop", SUPPORT),
    to=(Address("Zoë", ANNA),), subject="Rückfrage: Ihre Bestellung", body="Guten Tag,\n.Punkt\nEnde",
)  # fmt: skip
MAILBOX = AccountSettings(name="s", address=SUPPORT, imap=ServerSettings(host="localhost"))


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNITUI_PASSWORD_S", PASSWORD)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with outbox_case(tmp_path) as made:
        yield made


def connector(servers: MailServers) -> EmailConnector:
    """The account as its config says it."""
    trust = str(servers.dovecot.certificate)
    account = AccountSettings(
        name="s", address=SUPPORT,
        imap=ServerSettings(host="localhost", port=servers.dovecot.tls_port, ca_file=trust),
        smtp=ServerSettings(host="localhost", port=servers.postfix.port, security="starttls", ca_file=trust),
    )  # fmt: skip
    return EmailConnector.of_account(account, Passwords(account), now)


class Passwords:
    """As the worker's, from the environment."""

    def __init__(self, account: AccountSettings) -> None:
        self._account = account

    def secret(self, use: str) -> str:
        """The password."""
        return secret_for(self._account, "imap" if use == "imap" else "smtp")

    def renewer(self, use: str) -> Callable[[str], str] | None:
        """Passwords are not renewed."""
        return None


def now() -> Instant:
    """The real time."""
    return Instant(time.time_ns() // 1_000_000)


async def turn(case: Case, servers: MailServers) -> None:
    """One turn of a worker at the real time."""
    tools = OutboxTools.open(case.path, case.path.parent, now)
    try:
        account = ChatAccount(AccountId(1), "s", "email")
        await AccountOutbox(tools, account, connector(servers), lambda: True).once()
    finally:
        tools.close()


async def arrived(servers: MailServers, user: str, folder: str, needle: str) -> tuple[int, bytes]:
    """Wait for a mail that holds `needle` in a folder; its UID and bytes."""

    def look() -> tuple[int, bytes] | None:
        with servers.dovecot.client(user, folder) as other:
            _, found = other.uid("SEARCH", "TEXT", f'"{needle}"')
            if not found[0]:
                return None
            uid = found[0].split()[-1]
            _, parts = other.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
            return int(uid), parts[0][1]

    for _ in range(100):
        if (found := await asyncio.to_thread(look)) is not None:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"no mail with {needle} in {folder} of {user}\n{servers.postfix.log()[-2000:]}")


async def test_sent_arrives_and_is_filed(case: Case, mail_servers: MailServers) -> None:
    item = case.queue(replace(MAIL).body, to=MAIL.to, subject=MAIL.subject)
    await turn(case, mail_servers)
    assert (case.state(item), case.item(item).detail[:4]) == ("sent", "250 ")
    _, raw = await arrived(mail_servers, ANNA, "INBOX", item)
    parsed = parse_mail(raw)
    assert (parsed.subject, parsed.text.strip(), parsed.omni_id) == (MAIL.subject, MAIL.body, item)
    uid, copy = await arrived(mail_servers, SUPPORT, "Sent", item)
    assert copy == case.item(item).raw
    assert [row["state"] for row in case.items("copy")] == ["sent"]
    await turn(case, mail_servers)
    with mail_servers.dovecot.client(SUPPORT, "Sent") as other:
        assert other.uid("SEARCH", "HEADER", "X-Omni-Id", item)[1] == [str(uid).encode()]
        assert other.uid("SEARCH", "SEEN", "HEADER", "X-Omni-Id", item)[1] == [str(uid).encode()]


async def test_a_bounce_comes_back_to_its_message(case: Case, mail_servers: MailServers) -> None:
    item = case.queue("Hello", to=(Address("", "nobody@shop.test"),))
    await turn(case, mail_servers)
    assert case.state(item) == "sent"
    uid, raw = await arrived(mail_servers, SUPPORT, "INBOX", item)
    parsed = parse_mail(raw)
    assert parsed.bounce is not None
    assert parsed.bounce.original_message_id.strip("<>") == case.item(item).mid
    with transaction(case.connection):
        case.connection.execute(
            "INSERT INTO folder (id, account_id, name, role, uidvalidity) VALUES (4, 1, 'INBOX', 'inbox', 5)"
        )
        mail = FetchedMail(
            uid=uid, flags=frozenset(), at=now(), raw_size=len(raw), digest=hashlib.sha256(raw).hexdigest(),
            packed=zlib.compress(raw), complete=True, parsed=parsed,
        )  # fmt: skip
        store_batch(case.connection, folders.by_id(case.connection, 4), [mail], now())
    row = case.connection.execute(
        "SELECT m.delivery, m.delivery_detail FROM message m WHERE m.omni_id = ?", (item,)
    ).fetchone()
    assert row["delivery"] == "bounced"
    assert "5.1.1" in row["delivery_detail"] or "unknown user" in row["delivery_detail"]


async def test_an_unknown_address_elsewhere_and_a_wrong_password(
    case: Case, mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNITUI_PASSWORD_S", "wrong")
    item = case.queue()
    await turn(case, mail_servers)
    assert case.state(item) == "queued"
    assert "refuses the login" in case.item(item).detail
    assert "wrong" not in case.item(item).detail


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda raw: raw, True),
        (lambda raw: raw.replace(b"<0199-aa@shop.test>", b"<server@own.test>"), True),
        (lambda raw: raw.replace(b"<0199-aa@shop.test>", b"<server@own.test>").replace(b"X-Omni-Id: ", b"X-Y: "), True),
        (
            lambda raw: raw.replace(b"0199-aa", b"0199-bb").replace(b"Subject: ", b"Subject: Re: "),
            False,
        ),
        (lambda raw: raw.replace(b"0199-aa", b"0199-bb").replace(b"Date: ", b"Date: Fri, 01 Jan 2021 00:00:00 +0000 (")
            .replace(b"+0000\r\n", b"+0000)\r\n", 1), False),
        (lambda raw: raw.replace(b"0199-aa", b"0199-bb") + b"more\r\n" * 2000, False),
        # Another answer of ours to the same people in the same minute, which has arrived.
        (lambda raw: raw.replace(b"0199-aa", b"0200-cc"), False),
        (lambda raw: raw.replace(b"<0199-aa@shop.test>", b"<server@own.test>").replace(b"X-Omni-Id: ", b"X-Y: ")
            .replace(MAIL.body.split()[0].encode(), b"Otherwise"), False),
    ],
    ids=["as sent", "own Message-ID", "own Message-ID, our header gone", "other subject", "other date", "other size",
         "another one of ours", "another one of ours, our header gone"],
)  # fmt: skip
def test_looking_in_sent(
    mail_servers: MailServers, change: object, found: bool, request: pytest.FixtureRequest
) -> None:
    raw = compose(MAIL, lambda _: b"")
    user = f"look{abs(hash(request.node.name))}@shop.test"
    login = Login("localhost", mail_servers.dovecot.port, "plain", user, "password", PASSWORD)
    with sent_folder(login, MAILBOX) as folder:
        assert not folder.find(MAIL, len(raw))
        assert not folder.gmail
    mail_servers.dovecot.append(user, change(raw), folder="Sent")  # type: ignore[operator]
    with sent_folder(login, MAILBOX) as folder:
        assert folder.find(MAIL, len(raw)) is found
        assert not folder.holds('x" OR ALL')
        where = folder.append(raw, MAIL.date)
        assert where is not None
        assert where[1] == 2
