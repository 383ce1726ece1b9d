"""Matrix: an inbox over the client-server API of a homeserver (spec.matrix.org, v1.11 and later)."""

from __future__ import annotations

from omnitui.sync.channels.contract import Channel, SecretSpec
from omnitui.sync.channels.matrix.capabilities import CAPABILITIES
from omnitui.sync.channels.matrix.connector import MatrixConnector
from omnitui.sync.channels.matrix.settings import MatrixSettings
from omnitui.sync.channels.matrix.steps import STEPS

CHANNEL = Channel(
    name="matrix",
    title="Matrix",
    mark="MX",
    settings=MatrixSettings,
    secrets=(SecretSpec("access_token", "Access token"),),
    capabilities=CAPABILITIES,
    connect=MatrixConnector,
    steps=STEPS,
)
