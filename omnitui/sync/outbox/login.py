"""SMTP AUTH (RFC 4954): PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER (RFC 7628). No secret is ever in an error or a log."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from omnitui.core.errors import LoginRefused, Offline
from omnitui.sync.outbox.wire import Reply, SmtpWire


async def log_in(wire: SmtpWire, methods: Sequence[str], auth: str, username: str, secret: str, seconds: float) -> None:
    """Log in by the way the config asks for. Raises LoginRefused, or Offline when it may work later."""
    if auth not in ("xoauth2", "oauthbearer"):
        reply = await _with_password(wire, methods, username, secret, seconds)
    else:
        token = _bearer(auth, username, secret)
        reply = await wire.command(f"AUTH {auth.upper()} {_packed(token)}", seconds)
        if reply.code == 334:  # the error in detail; the client says that it has read it (RFC 7628 3.2.3)
            reply = await wire.command("AQ==" if auth == "oauthbearer" else "", seconds)
    _judge(reply)


async def _with_password(wire: SmtpWire, methods: Sequence[str], username: str, secret: str, seconds: float) -> Reply:
    if "PLAIN" in methods:
        return await wire.command(f"AUTH PLAIN {_packed(f'{chr(0)}{username}{chr(0)}{secret}')}", seconds)
    if "LOGIN" not in methods:
        offered = ", ".join(methods) or "none"
        raise LoginRefused(f"the server offers no login with a password (it offers {offered})")
    reply = await wire.command("AUTH LOGIN", seconds)
    for answer in (username, secret):
        if reply.code == 334:
            reply = await wire.command(_packed(answer), seconds)
    return reply


def _bearer(auth: str, username: str, token: str) -> str:
    if auth == "xoauth2":
        return f"user={username}\x01auth=Bearer {token}\x01\x01"
    user = username.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={user},\x01auth=Bearer {token}\x01\x01"


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _judge(reply: Reply) -> None:
    if 200 <= reply.code < 300:
        return
    if 400 <= reply.code < 500:
        raise Offline(f"the server cannot check the login now: {reply.text}")
    raise LoginRefused(f"the server refuses the login: {reply.text}")
