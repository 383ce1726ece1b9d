"""What logging in to a mailbox's servers shows. Nothing is read, nothing is sent."""

from __future__ import annotations

from omnitui.sync.channels.contract import Finding
from omnitui.sync.imap.connection import Connection
from omnitui.sync.imap.login import Login
from omnitui.sync.outbox.smtp import Endpoint, try_login

USEFUL = {
    "IDLE": "new mail is pushed",
    "CONDSTORE": "changed flags are told",
    "QRESYNC": "deletions are told",
    "MOVE": "moves are one step",
    "UIDPLUS": "copies to Sent are numbered",
}


def read_findings(login: Login) -> list[Finding]:
    """Logs in by IMAP and leaves. Blocks. Raises Offline, LoginRefused or ProtocolError."""
    connection = Connection(login)
    try:
        return of_connection(connection, login)
    finally:
        connection.close()


def of_connection(connection: Connection, login: Login) -> list[Finding]:
    """What a server that has let us in can do."""
    has = [name for name in USEFUL if connection.can(name)]
    findings = [Finding("fine", f"IMAP login on port {login.port} ({login.security}); offers {', '.join(has)}")]
    if "IDLE" not in has:
        words = "the server cannot announce new mail; it is asked every `sync.poll_seconds`"
        findings.append(Finding("warning", words))
    return findings


async def send_findings(endpoint: Endpoint, secret: str) -> list[Finding]:
    """Logs in by SMTP and leaves. Raises Offline, LoginRefused or ProtocolError."""
    size = (await try_login(endpoint, secret)).get("SIZE", "")
    limit = f"; mails up to {int(size) // 2**20} MB" if size.isdecimal() and int(size) else ""
    words = f"SMTP login on port {endpoint.port} ({endpoint.security}){limit}; nothing was sent"
    return [Finding("fine", words)]
