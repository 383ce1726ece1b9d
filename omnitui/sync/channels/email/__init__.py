"""Mailboxes (IMAP and SMTP) as a channel: the settings are those of `[[account]]`, the pipeline is `sync/imap`."""

from __future__ import annotations

from omnitui.config.schema import AccountSettings
from omnitui.core.channels import EMAIL
from omnitui.sync.channels.contract import Channel, Connector, SecretSpec, Setup
from omnitui.sync.channels.email.connector import CAN, EmailConnector


def _connect(setup: Setup) -> Connector:
    return EmailConnector.of(setup)


CHANNEL = Channel(
    name=EMAIL,
    title="Mailboxes (IMAP and SMTP)",
    mark="EM",
    settings=AccountSettings,
    secrets=(
        SecretSpec("imap", "Password of the mailbox"),
        SecretSpec("smtp", "Password for sending, where it is another one", optional=True),
    ),
    capabilities=CAN,
    connect=_connect,
    steps=(
        "Give the address to `omnitui setup`: the servers are found by themselves where the provider tells them.",
        "Many providers want an app password, made in their settings, or a sign-in: the set-up says which.",
    ),
    speaks_http=False,
    address=lambda account: str(account.address),
)
