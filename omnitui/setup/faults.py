"""Why a login failed, in plain words, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from omnitui.config.schema import ServerSettings
from omnitui.setup.providers import by_host


class Fault(Enum):
    """What stood in the way."""

    HOST = auto()
    CLOSED = auto()
    SLOW = auto()
    NOT_TLS = auto()
    CERTIFICATE = auto()
    NO_STARTTLS = auto()
    PASSWORD = auto()
    APP_PASSWORD = auto()
    OAUTH = auto()
    TOKEN = auto()
    SENDING_OFF = auto()
    LATER = auto()
    STRANGE = auto()

    @property
    def is_network(self) -> bool:
        """It may be the network here, not what was typed."""
        return self in (Fault.HOST, Fault.CLOSED, Fault.SLOW, Fault.LATER)

    @property
    def is_login(self) -> bool:
        """The server was found and refuses who we say we are."""
        return self in (Fault.PASSWORD, Fault.APP_PASSWORD, Fault.OAUTH, Fault.TOKEN)


@dataclass(frozen=True)
class Trial:
    """How a login went: without a fault it went well, and `words` say what the server offers, else what it said."""

    words: str
    fault: Fault | None = None


def explain(fault: Fault, server: ServerSettings, username: str) -> tuple[str, str]:
    """What happened, and the next step."""
    host, where = server.host, f"{server.host}:{server.port}"
    provider = by_host(host)
    match fault:
        case Fault.HOST:
            return f"There is no server {host}.", "Look at the spelling, and whether this machine is online."
        case Fault.CLOSED:
            return f"{host} does not answer on port {server.port}.", "Try another port, or look whether it is online."
        case Fault.SLOW:
            return f"{where} gave no answer in time.", "A firewall may drop it; try another port or network."
        case Fault.NOT_TLS:
            return f"{where} does not speak TLS from the first byte.", "Try it with starttls, or on the usual port."
        case Fault.CERTIFICATE:
            return (
                f"The certificate of {host} cannot be trusted.",
                "Look at the name of the server; trust the certificate only if its fingerprint is known to you.",
            )
        case Fault.NO_STARTTLS:
            return f"{where} offers no STARTTLS.", "Nothing was sent in clear text. Try tls on the usual port."
        case Fault.APP_PASSWORD:
            return f"{host} wants a password made for this program.", _advice(server, _APP)
        case Fault.OAUTH:
            return f"{host} takes no password, only OAuth.", _advice(server, _OAUTH)
        case Fault.TOKEN:
            return (
                f"{host} refuses the sign-in of {username}.",
                "Sign in again as somebody who may open this mailbox, and look at the scopes of the registration.",
            )
        case Fault.SENDING_OFF:
            return (
                f"{host} has sending by SMTP turned off for this mailbox.",
                "An administrator must allow Authenticated SMTP for it; until then the account can only read.",
            )
        case Fault.PASSWORD:
            hint = provider.advice if provider and provider.takes == "app" else _APP
            return f"{host} refuses the user name {username} or the password.", hint
        case Fault.LATER:
            return f"{host} cannot check logins now.", "Try again in a minute."
        case Fault.STRANGE:
            return f"{where} answers something else than mail servers do.", "Look at the name and the port."


def _advice(server: ServerSettings, usual: str) -> str:
    provider = by_host(server.host)
    return (provider.advice if provider else "") or usual


_APP = "Type it again; some hosters want a password made for programs (app password), some another user name."
_OAUTH = "Give a program that prints a token (password_command) and set auth in the config."
