"""A real SMTP server on loopback that keeps what it takes, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Taken:
    """One mail the server said yes to."""

    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class SmtpSink:
    """What came in, and what to do wrong. A reply set for "MAIL", "RCPT" or "DOT" is given instead of 250;
    the key "RCPT address" is for that recipient only. `plan` is used up one entry a session, before `faults`."""

    taken: list[Taken] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    plan: list[dict[str, str]] = field(default_factory=list)
    sessions: int = 0
    commands: list[str] = field(default_factory=list)
    slow_dot: float = 0
    """Seconds before the answer to the dot."""
    drop: str = ""
    """"before" or "after": close the connection at the dot instead of answering; "after" has taken the mail."""
    torn: bytes = b""
    """Answer the dot with these bytes and close, having taken the mail."""
    users: dict[str, str] = field(default_factory=dict)
    port: int = 0
    on_taken: list[Callable[[Taken], None]] = field(default_factory=list)

    def mids(self) -> list[str]:
        """The Message-ID of everything taken, in order."""
        return [header(mail.content, "Message-ID").strip("<>") for mail in self.taken]

    def _fault(self, session: Session, key: str) -> str | None:
        faults: dict[str, str] = getattr(session, "faults", self.faults)
        return faults.get(key)

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """PLAIN and LOGIN against `users`; without any, everybody may."""
        assert isinstance(data, LoginPassword)
        good = not self.users or self.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=False)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """A session begins."""
        self.sessions += 1
        session.host_name = hostname
        session.faults = self.plan.pop(0) if self.plan else self.faults  # type: ignore[attr-defined]
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM."""
        self.commands.append(" ".join(["MAIL", address, *options]))
        if fault := self._fault(session, "MAIL"):
            return fault
        if self.users and not session.authenticated:
            return "530 log in first"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """RCPT TO."""
        if fault := self._fault(session, f"RCPT {address}") or self._fault(session, "RCPT"):
            return fault
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The dot came."""
        if fault := self._fault(session, "DOT"):
            return fault
        if self.drop == "before":
            server.transport.abort()
            return "250 OK"
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(Taken(str(envelope.mail_from), list(envelope.rcpt_tos), content))
        for listener in self.on_taken:
            listener(self.taken[-1])
        if self.slow_dot:
            await asyncio.sleep(self.slow_dot)
        if self.drop == "after" or self.torn:
            server.transport.write(self.torn)
            server.transport.close()
        return "250 taken"


def header(content: bytes, name: str) -> str:
    """One header's value, unfolded, empty when absent."""
    head = content.partition(b"\r\n\r\n")[0].decode(errors="replace").replace("\r\n ", " ")
    found = [line for line in head.split("\r\n") if line.lower().startswith(f"{name.lower()}:")]
    return found[0].partition(":")[2].strip() if found else ""


@asynccontextmanager
async def smtp_sink(
    sink: SmtpSink | None = None, *, tls: ssl.SSLContext | None = None, starttls: bool = False
) -> AsyncIterator[SmtpSink]:
    """Serve on a free port of this loop until the end of the block."""
    sink = sink or SmtpSink()
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def protocol() -> SMTP:
        session = SMTP(
            sink,
            hostname="sink.test",
            tls_context=tls if starttls else None,
            require_starttls=starttls,
            auth_require_tls=False,
            authenticator=sink.authenticate,
            enable_SMTPUTF8=True,
            loop=loop,
        )
        sessions.append(session)
        return session

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if tls and not starttls else None)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        for session in sessions:
            if session.transport is not None:
                session.transport.abort()
        await asyncio.sleep(0.02)


def certificate(folder: Path) -> Path:
    """A self-signed certificate for localhost with its key, in one PEM file."""
    pem = folder / "localhost.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return pem


def server_tls(pem: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def client_tls(pem: Path) -> ssl.SSLContext:
    """The client's side, which trusts just this certificate."""
    return ssl.create_default_context(cafile=pem)
