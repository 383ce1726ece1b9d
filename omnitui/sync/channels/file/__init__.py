"""The channel `file`: JSON Lines or an export in, JSON Lines out; for scripts, unknown systems and load tests."""

from __future__ import annotations

from omnitui.core.channels import Capabilities, Dedupe, History, Inbound
from omnitui.sync.channels.contract import Channel
from omnitui.sync.channels.file.connector import FileConnector
from omnitui.sync.channels.file.settings import FileSettings

CAN = Capabilities(
    inbound=Inbound.POLL,
    history=History.FULL,
    dedupe=Dedupe.QUERYABLE,
    may_start=True,
    edit=True,
    delete=True,
    react=True,
    reply_to=True,
    mark_read=True,
    receipts="read",
    attachments=True,
    notes=True,
    states=True,
    assignees=True,
    tags=True,
    priority=True,
)
CHANNEL = Channel(
    name="file",
    title="JSON Lines files",
    mark="FI",
    settings=FileSettings,
    capabilities=CAN,
    connect=lambda setup: FileConnector(setup.settings, CAN, setup.clock),
    steps=(
        "Name a file into which a program of yours writes one event a line; docs/channels.md says how a line looks.",
        "Or name an export, as another program has made it: it is replayed, and read again whenever it is made anew.",
        "Name another file: what is sent is written there, one line each, and never twice.",
    ),
    address=lambda settings: settings.inbox,
)
