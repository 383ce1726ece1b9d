"""Chatwoot: a help desk that exists already, worked from here."""

from __future__ import annotations

from omnitui.sync.channels.chatwoot.capabilities import CAPABILITIES
from omnitui.sync.channels.chatwoot.connector import ChatwootConnector
from omnitui.sync.channels.chatwoot.settings import ChatwootSettings
from omnitui.sync.channels.contract import Channel, SecretSpec

CHANNEL = Channel(
    name="chatwoot",
    title="Chatwoot",
    mark="CW",
    settings=ChatwootSettings,
    secrets=(SecretSpec("access_token", "Access token of your Chatwoot user"),),
    capabilities=CAPABILITIES,
    connect=ChatwootConnector,
    steps=(
        "Sign in to Chatwoot in a browser as the agent who will work here.",
        "The number behind /accounts/ in the address is the account_id.",
        "Open Profile settings from your picture at the lower left, and go to its end.",
        "Copy the access token there.",
    ),
    address=lambda settings: f"{settings.url.partition('://')[2]} {settings.account_id}",
)
