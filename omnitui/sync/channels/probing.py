"""Trying an account of a channel for real, for the set-up and for doctor. Changes nothing at the other side."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from omnitui.config.schema import ChannelAccountSettings
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Probe
from omnitui.sync.channels.opening import open_connector, settings_of
from omnitui.sync.http.client import Client


async def probe_account(account: ChannelAccountSettings, secrets: Mapping[str, str], notes: Path) -> Probe:
    """Who we are there and what is missing. Raises ConfigError, LoginRefused, Offline, Refused or ProtocolError."""
    channel, settings = settings_of(account)
    async with Client() as http:
        connector = open_connector(account, channel, settings, secrets, http=http, clock=_now, notes=notes)
        try:
            return await connector.probe()
        finally:
            await connector.close()


def _now() -> Instant:
    return Instant(time.time_ns() // 1_000_000)
