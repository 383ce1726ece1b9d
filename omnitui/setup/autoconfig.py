"""Reading an autoconfig file (the format of Mozilla's ISPDB, config 1.1), as written by strangers.

Bounded in size and depth; a document type, and with it every entity of its own, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from omnitui.config.schema import HOST, ServerSettings
from omnitui.core.errors import ProtocolError
from omnitui.core.text.clean import safe_text
from omnitui.setup.offers import Offer, Sureness
from omnitui.setup.providers import by_host

LARGEST = 64 * 1024
"""Bytes; the files one meets have two or three thousand."""
DEEPEST = 12
MOST_ELEMENTS = 1000
_SECURITY = {"SSL": "tls", "TLS": "tls", "STARTTLS": "starttls"}
_OAUTH = "oauth2"


def read_autoconfig(data: bytes, address: str, source: str) -> Offer | None:
    """The servers the file names for `address`; None when it names none that are safe and that we speak with.

    Raises ProtocolError for what is no such file.
    """
    servers = _parse(data)
    imap = [found for one in servers if one.use == "imap" if (found := _settings(one, address))]
    smtp = [found for one in servers if one.use == "smtp" if (found := _settings(one, address))]
    if not imap:
        return None
    provider = by_host(imap[0].host)
    return Offer(imap[0], smtp[0] if smtp else None, source, Sureness.AUTOCONFIG, provider.id if provider else "")


@dataclass
class _Server:
    use: str
    texts: dict[str, str] = field(default_factory=dict)
    ways: list[str] = field(default_factory=list)
    """How one may log in, the file's favourite first."""


class _Reader:
    """What expat calls."""

    def __init__(self) -> None:
        self.servers: list[_Server] = []
        self._path: list[str] = []
        self._text = ""
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        self._path.append(name)
        if self._count > MOST_ELEMENTS or len(self._path) > DEEPEST:
            raise ProtocolError("the autoconfig file is too large or too deep")
        if len(self._path) == 1 and name != "clientConfig":
            raise ProtocolError("what was sent is no autoconfig file")
        self._text = ""
        if self._path[1:] in (["emailProvider", "incomingServer"], ["emailProvider", "outgoingServer"]):
            self.servers.append(_Server(attributes.get("type", "").lower()))

    def text(self, text: str) -> None:
        self._text += text

    def end(self, name: str) -> None:
        if len(self._path) == 4 and self._path[2] in ("incomingServer", "outgoingServer"):
            words = self._text.strip()[:255]
            if name == "authentication":
                self.servers[-1].ways.append(words.lower())
            else:
                self.servers[-1].texts.setdefault(name, words)
        self._path.pop()


def _refuse(*_: object) -> None:
    raise ProtocolError("the autoconfig file has a document type or entities; it was not read")


def _parse(data: bytes) -> list[_Server]:
    if len(data) > LARGEST:
        raise ProtocolError("the autoconfig file is too large")
    reader, parser = _Reader(), expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise ProtocolError(f"the autoconfig file is not right: {safe_text(str(error), lines=False)}") from error
    return reader.servers


def _settings(server: _Server, address: str) -> ServerSettings | None:
    """None for a server without encryption, with an impossible name, or with no way to log in that we know."""
    host = _filled(server.texts.get("hostname", ""), address).lower()
    port = server.texts.get("port", "")
    security = _SECURITY.get(server.texts.get("socketType", "").upper())
    known = [way for way in server.ways if way in ("password-cleartext", "plain", "password-encrypted", _OAUTH)]
    if security is None or not HOST.pattern.fullmatch(host) or host != safe_text(host, lines=False):
        return None
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536) or (server.ways and not known):
        return None
    username = safe_text(_filled(server.texts.get("username", ""), address), lines=False)
    only_oauth = bool(known) and all(way == _OAUTH for way in known)
    return ServerSettings(
        host=host,
        port=int(port),
        security=security,
        username="" if username == address else username,
        auth="xoauth2" if only_oauth else "auto",
    )


def _filled(text: str, address: str) -> str:
    local, _, domain = address.rpartition("@")
    for name, value in (("ADDRESS", address), ("LOCALPART", local), ("DOMAIN", domain)):
        text = text.replace(f"%EMAIL{name}%", value)
    return text
