"""Trying a login for reading and for sending; nothing is read, nothing is sent."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace

from omnitui.config.load import auth_of
from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import LoginRefused, Offline, OmnituiError, ProtocolError
from omnitui.setup.faults import Fault, Trial
from omnitui.setup.providers import by_host
from omnitui.sync.discovery.aside import aside

STEP_SECONDS = 10.0
"""The longest wait for one answer of the server."""
SECONDS = 45.0
"""The longest that a whole try takes."""
_APP = ("application-specific password", "app password", "app-specific password", "app specific password")
_OAUTH = ("basic authentication is disabled", "basicauthblocked")
_OFF = "smtpclientauthentication is disabled"


async def try_reading(account: AccountSettings, server: ServerSettings, secret: str) -> Trial:
    """Log in by IMAP and leave."""
    return await _tried(lambda: _imap(account, server, secret), account, server)


async def try_sending(account: AccountSettings, server: ServerSettings, secret: str) -> Trial:
    """Log in by SMTP and leave without a mail."""
    return await _tried(lambda: _smtp(account, server, secret), account, server)


async def _tried(work: Callable[[], str], account: AccountSettings, server: ServerSettings) -> Trial:
    try:
        return Trial(await aside(work, SECONDS))
    except OmnituiError as error:
        return Trial(str(error), fault_of(error, server, by_token=auth_of(account, server) != "password"))


def _imap(account: AccountSettings, server: ServerSettings, secret: str) -> str:
    from omnitui.sync.imap.login import log_in, login_for

    transport, client, capabilities = log_in(login_for(account, _plain(account, server), secret), STEP_SECONDS)
    try:
        client.logout()
    except (OSError, client.Error):
        pass  # it let us in; how it says goodbye does not matter
    finally:
        transport.abort()
    return "new mail is announced" if "IDLE" in capabilities else "new mail is looked for every two minutes"


def _smtp(account: AccountSettings, server: ServerSettings, secret: str) -> str:
    from omnitui.sync.outbox.account import endpoint_for
    from omnitui.sync.outbox.smtp import Waits, try_login

    waits = Waits(STEP_SECONDS, STEP_SECONDS, STEP_SECONDS, STEP_SECONDS, STEP_SECONDS, STEP_SECONDS, 2)
    endpoint = replace(endpoint_for(account, _plain(account, server)), waits=waits)
    offers = asyncio.run(try_login(endpoint, secret))
    size = offers.get("SIZE", "")
    return f"mails up to {int(size) // 2**20} MB" if size.isdecimal() and int(size) >= 2**20 else "nothing was sent"


def _plain(account: AccountSettings, server: ServerSettings) -> ServerSettings:
    """With the way to log in that `auto` means."""
    return replace(server, auth=auth_of(account, server))


def fault_of(error: OmnituiError, server: ServerSettings, *, by_token: bool = False) -> Fault:
    """What kind of failure an error of a login is."""
    words = str(error).lower()
    if "starttls" in words:
        return Fault.NO_STARTTLS
    if isinstance(error, LoginRefused):
        return Fault.SENDING_OFF if _OFF in words else Fault.TOKEN if by_token else _refusal(words, server)
    if isinstance(error, Offline):
        return _network(_cause(error), words)
    return Fault.STRANGE if isinstance(error, ProtocolError) else Fault.LATER


def _refusal(words: str, server: ServerSettings) -> Fault:
    provider = by_host(server.host)
    if any(mark in words for mark in _APP):
        return Fault.APP_PASSWORD
    oauth = "no way to log in with a password" in words or "no login with a password" in words
    if oauth or any(mark in words for mark in _OAUTH) or (provider and provider.takes == "oauth"):
        return Fault.OAUTH
    return Fault.PASSWORD


def _network(cause: BaseException | None, words: str) -> Fault:
    if isinstance(cause, ssl.SSLCertVerificationError) or "certificate" in words:
        return Fault.CERTIFICATE
    if isinstance(cause, ssl.SSLError):
        return Fault.NOT_TLS
    if isinstance(cause, socket.gaierror):
        return Fault.HOST
    if isinstance(cause, TimeoutError) or "in time" in words or "within" in words or "no answer" in words:
        return Fault.SLOW
    if isinstance(cause, OSError) or "closed the connection" in words:
        return Fault.CLOSED
    return Fault.LATER


def _cause(error: BaseException) -> BaseException | None:
    """The first error underneath that is not one of ours."""
    cause = error.__cause__ or error.__context__
    while isinstance(cause, OmnituiError):
        cause = cause.__cause__ or cause.__context__
    return cause
