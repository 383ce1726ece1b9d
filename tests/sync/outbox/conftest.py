"""The real servers of the outbox's tests: one Postfix and one Dovecot for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix, dovecot_for_postfix


@dataclass(frozen=True)
class MailServers:
    """A submission server and the mailboxes behind it."""

    dovecot: Dovecot
    postfix: Postfix


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """Postfix for shop.test delivering into Dovecot. The users are whole addresses."""
    if reason := Dovecot.missing() or Postfix.missing():
        pytest.skip(reason)
    dovecot, port = dovecot_for_postfix()
    with dovecot, Postfix(dovecot, port, "shop.test", ("support", "anna")) as postfix:
        yield MailServers(dovecot, postfix)
