"""The channel `fake`: a chat service in a folder, with customers who answer; for the demo and for tests."""

from __future__ import annotations

from omnitui.core.channels import Capabilities, Dedupe, History, Inbound
from omnitui.sync.channels.contract import Channel
from omnitui.sync.channels.fake.connector import FakeConnector
from omnitui.sync.channels.fake.settings import FakeSettings

CAN = Capabilities(
    inbound=Inbound.POLL,
    history=History.FULL,
    dedupe=Dedupe.QUERYABLE,
    edit=True,
    delete=True,
    react=True,
    reply_to=True,
    typing=True,
    mark_read=True,
    receipts="read",
    attachments=True,
    most_text=4096,
    most_file=10_000_000,
    enter_sends=True,
)
CHANNEL = Channel(
    name="fake",
    title="A chat service in a folder (for trying out)",
    mark="FA",
    settings=FakeSettings,
    capabilities=CAN,
    connect=lambda setup: FakeConnector(setup.settings, CAN, setup.clock),
    steps=("Name a folder; nothing leaves this machine.",),
    address=lambda settings: "a chat service in a folder",
)
