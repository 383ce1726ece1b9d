"""What the sender needs to know of an account, made of its settings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from omnitui.config.schema import DEFAULT_PORTS, AccountSettings, ServerSettings
from omnitui.sync.imap.login import Login, login_for, tls_context
from omnitui.sync.outbox.sent_folder import SentFolder, sent_folder
from omnitui.sync.outbox.smtp import Endpoint

FILES_ITSELF = (
    "gmail.com", "googlemail.com", "office365.com", "outlook.com", "hotmail.com", "me.com", "icloud.com",
    "zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.com.cn", "zoho.jp", "zohocloud.ca",
)  # fmt: skip
"""Domains of sending servers known to put what they send into the Sent folder themselves."""


@dataclass(frozen=True)
class Sender:
    """An account that can send. The callables block; `secret` raises SecretError, LoginRefused or Offline."""

    endpoint: Endpoint
    secret: Callable[[], str]
    open_sent: Callable[[], AbstractContextManager[SentFolder]]
    """Log in and open the Sent folder. Raises Refused where there is none."""
    filed: Literal["auto", "yes", "no"] = "auto"

    def filed_by_server(self, *, gmail: bool = False) -> bool:
        """Does the server put what it sends into Sent by itself? `gmail`: the mailbox has been seen to be Gmail's."""
        if self.filed != "auto":
            return self.filed == "yes"
        host = self.endpoint.host.lower()
        return gmail or any(host == known or host.endswith(f".{known}") for known in FILES_ITSELF)


def sender_for(
    account: AccountSettings, secret: Callable[[str], str], renewer: Callable[[str], Callable[[str], str] | None]
) -> Sender | None:
    """The sender of an account; None when it has no server to send with.

    `secret` gives the password or token for "imap" or "smtp"; `renewer` what gives another token for one that was
    refused, where the account has such.
    """
    if account.smtp is None:
        return None
    return Sender(
        endpoint=endpoint_for(account, account.smtp, renewer("smtp")),
        secret=lambda: secret("smtp"),
        open_sent=lambda: sent_folder(login_for(account, account.imap, secret("imap"), renewer("imap")), account),
        filed="yes"
        if account.sent_filed_by_server == "yes"
        else "no"
        if account.sent_filed_by_server == "no"
        else "auto",
    )


def endpoint_for(
    account: AccountSettings, server: ServerSettings, renew: Callable[[str], str] | None = None
) -> Endpoint:
    """Where and how to hand mail in, defaults filled in."""
    username = server.username or account.address
    port = server.port or DEFAULT_PORTS["smtp"][server.security]
    login = Login(
        server.host, port, server.security, username, server.auth, "", server.ca_file, server.certificate_sha256
    )
    return Endpoint(
        host=server.host,
        port=port,
        security=server.security,
        username=username,
        auth=server.auth,
        context=partial(tls_context, login),
        certificate_sha256=server.certificate_sha256,
        renew=renew,
    )
