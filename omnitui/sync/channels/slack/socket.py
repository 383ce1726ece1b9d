"""One connection of Socket Mode: a WebSocket that Slack opens a door for. The only file that knows the library.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from omnitui.core.errors import Offline, ProtocolError
from omnitui.sync.http.client import LOCAL

OPENING = 20.0
"""Seconds for the connection and Slack's hello."""
PING = 20.0
"""Seconds between pings, and for their answer: a line that is dead without saying so ends after twice that."""
LARGEST = 8 * 1024 * 1024


class Socket:
    """Use `await Socket.open(address)`. Receiving may be cancelled at any time without a loss."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.broken = False
        self.connections = 1
        """How many the app has open, this one among them, as hello said."""

    @classmethod
    async def open(cls, address: str, ping: float = PING) -> Socket:
        """Connect and wait for hello. Raises Offline; the address holds a ticket and is in no message."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme != "wss" and not (parts.scheme == "ws" and host in LOCAL):
            raise ProtocolError("Slack named an address for its events that is not encrypted; it was not used")
        # Its own messages hold the whole address.
        quiet = logging.getLogger("omnitui.slack.websocket")
        quiet.setLevel(logging.CRITICAL)
        try:
            connection = await connect(
                address,
                open_timeout=OPENING,
                ping_interval=ping,
                ping_timeout=ping,
                close_timeout=2.0,
                max_size=LARGEST,
                proxy=None if host in LOCAL else True,
                logger=quiet,
            )
        except (OSError, WebSocketException, TimeoutError) as error:
            raise Offline(f"{host} does not open the line for events ({type(error).__name__})") from None
        socket = cls(connection)
        try:
            await socket._hello()
        except BaseException:
            await socket.close()
            raise
        return socket

    async def _hello(self) -> None:
        first = await self.receive(OPENING)
        if first is None or first.get("type") != "hello":
            raise Offline("Slack opened the line for events and said nothing")
        count = first.get("num_connections")
        self.connections = count if isinstance(count, int) else 1

    async def receive(self, seconds: float) -> dict[str, Any] | None:
        """The next message, or None when there was none for so long. Raises Offline when the line is broken."""
        try:
            async with asyncio.timeout(seconds):
                raw = await self._connection.recv()
        except TimeoutError:
            return None
        except ConnectionClosed:
            self.broken = True
            raise Offline("the line for Slack's events was cut") from None
        try:
            message = json.loads(raw)
        except (ValueError, RecursionError):
            return {}
        return message if isinstance(message, dict) else {}

    async def acknowledge(self, envelope: str) -> None:
        """Tell Slack that an envelope is kept; one on a broken line is given again and told then."""
        try:
            await self._connection.send(json.dumps({"envelope_id": envelope}))
        except ConnectionClosed:
            self.broken = True

    async def close(self) -> None:
        """Hang up."""
        self.broken = True
        await self._connection.close()
