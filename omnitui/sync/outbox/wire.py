"""Lines to and from an SMTP server: complete replies only, no byte kept over a STARTTLS, every wait bounded."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from dataclasses import dataclass

from omnitui.core.errors import Offline, ProtocolError
from omnitui.core.text.clean import safe_text

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])([^\r\n]*))?\r\n")
_LONGEST_LINE = 4096
_MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply (RFC 5321 4.2): every line complete, every line the same code of 200 to 599."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The reply in one line, cleaned, for the agent."""
        return f"{self.code} {' '.join(self.lines)}".strip()[:300]


class SmtpWire(asyncio.Protocol):
    """One connection. Every waiting call raises Offline when the connection is lost or the time is up."""

    def __init__(self) -> None:
        self._input = bytearray()
        self._lost: str | None = None
        self._moved = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._input += data
        self._moved.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        self._lost = str(exc) if exc and str(exc) else "the server closed the connection"
        self._moved.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """Called by the loop."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Called by the loop."""
        self._writable.set()

    @property
    def unread(self) -> bool:
        """Has the server said something that nobody asked for?"""
        return bool(self._input)

    @property
    def lost(self) -> bool:
        """Is the connection known to be gone?"""
        return self._lost is not None

    @property
    def own_address(self) -> str:
        """Our end of the connection, as an address literal (RFC 5321 4.1.3) for EHLO."""
        name = self._link().get_extra_info("sockname")
        host = str(name[0]) if name else "127.0.0.1"
        return f"[IPv6:{host.partition('%')[0]}]" if ":" in host else f"[{host}]"

    async def reply(self, seconds: float) -> Reply:
        """The next whole reply. Raises Offline (no whole reply came), ProtocolError (what came is none)."""
        try:
            async with asyncio.timeout(seconds):
                return await self._reply()
        except TimeoutError:
            raise Offline("the server did not answer in time") from None

    async def _reply(self) -> Reply:
        code, lines = 0, []
        while True:
            found = _LINE.fullmatch(await self._line())
            if found is None or (code and int(found[1]) != code):
                raise ProtocolError("the server answered with something that is no SMTP reply")
            code = int(found[1])
            lines.append(safe_text((found[3] or b"").decode(errors="replace"), lines=False))
            if found[2] != b"-":
                return Reply(code, tuple(lines))
            if len(lines) >= _MOST_LINES:
                raise ProtocolError("the server's answer has no end")

    async def _line(self) -> bytes:
        while (end := self._input.find(b"\n")) < 0:
            if len(self._input) > _LONGEST_LINE:
                raise ProtocolError("the server's answer has no end")
            if self._lost is not None:
                raise Offline(self._lost)
            self._moved.clear()
            await self._moved.wait()
        line = bytes(self._input[: end + 1])
        del self._input[: end + 1]
        return line

    async def send(self, data: bytes, seconds: float) -> None:
        """Write, and wait until the system has taken all but the last of it. Raises Offline."""
        try:
            async with asyncio.timeout(seconds):
                if self._lost is None:
                    self._link().write(data)
                    await asyncio.sleep(0)
                    await self._writable.wait()
        except TimeoutError:
            raise Offline("the server takes no more data") from None
        if self._lost is not None:
            raise Offline(self._lost)

    async def command(self, line: str, seconds: float) -> Reply:
        """Send one command line and wait for its reply. `line` must hold no line end."""
        if "\r" in line or "\n" in line:
            raise ProtocolError("a command with a line end in it was not sent")
        await self.send(line.encode() + b"\r\n", seconds)
        return await self.reply(seconds)

    async def start_tls(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """Go over to TLS. What was sent in clear after the server's go-ahead is an attack: raises ProtocolError."""
        if self.unread:
            raise ProtocolError("the server sent more before TLS began; the connection is not trusted")
        loop = asyncio.get_running_loop()
        try:
            secure = await loop.start_tls(
                self._link(), self, context, server_hostname=host, ssl_handshake_timeout=seconds
            )
        except (OSError, ssl.SSLError) as error:
            raise Offline(f"no TLS with {host}: {error}") from error
        self._transport = secure

    def check_pin(self, sha256: str) -> None:
        """With a fingerprint given, only the certificate that has it is good. Raises Offline."""
        if not sha256:
            return
        tls = self._link().get_extra_info("ssl_object")
        found = hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest() if tls else ""
        if found != sha256.replace(":", "").lower():
            raise Offline(f"the server's certificate is not the one in the config (it has {found})")

    def close(self) -> None:
        """Drop the connection, whatever state it is in."""
        if self._transport is not None:
            self._transport.abort()

    def _link(self) -> asyncio.Transport:
        if self._transport is None:
            raise Offline("the connection is not open")
        return self._transport
