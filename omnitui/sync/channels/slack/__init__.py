"""Slack: an app of one's own, Socket Mode for what happens, the Web API for the rest (docs/guide/slack.md)."""

from __future__ import annotations

from omnitui.core.channels import Capabilities, Dedupe, History, Inbound
from omnitui.sync.channels.contract import Channel, Connector, SecretSpec, Setup
from omnitui.sync.channels.slack.settings import SlackSettings

CAPABILITIES = Capabilities(
    inbound=Inbound.STREAM,
    history=History.FULL,
    dedupe=Dedupe.QUERYABLE,
    may_start=True,
    edit=True,
    delete=True,
    react=True,
    receipts="sent",
    attachments=True,
    most_text=4000,
    most_file=100 * 1024 * 1024,
    enter_sends=True,
    threaded=True,
)
"""A text of more than 4,000 characters could not be changed afterwards (chat.update: msg_too_long)."""

STEPS = (
    "Open https://api.slack.com/apps, choose Create New App, then From a manifest, and your workspace.",
    "Paste the manifest, which `omnitui channels manifest slack` prints, and create the app.",
    "Under Basic Information, App-Level Tokens, make a token with the scope connections:write: it begins with xapp-.",
    "Under Install App, install it to the workspace and copy the Bot User OAuth Token: it begins with xoxb-.",
    "In Slack, invite the app to every channel it is to read: /invite @Support.",
)


def _connect(setup: Setup) -> Connector:
    from omnitui.sync.channels.slack.connector import SlackConnector

    return SlackConnector(setup)


CHANNEL = Channel(
    name="slack",
    title="Slack",
    mark="SL",
    settings=SlackSettings,
    secrets=(
        SecretSpec("bot_token", "Bot User OAuth Token (xoxb-...)"),
        SecretSpec("app_token", "App-level token with connections:write (xapp-...)"),
    ),
    capabilities=CAPABILITIES,
    connect=_connect,
    steps=STEPS,
)
