"""What `relay.toml` may hold, declared once; no secret stands in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from omnitui.config.check import Mistake, build
from omnitui.config.load import with_lines
from omnitui.config.schema import NAME, Shape, setting
from omnitui.core.dataclass import dataclass
from omnitui.core.errors import ConfigError

_PUBLIC = Shape(re.compile(r"https?://[^\s@?#]+"), "an address such as https://hooks.shop.example/in/sms")
_HEADER = Shape(re.compile(r"[A-Za-z0-9-]{1,64}"), "the name of a header, such as X-Signature")
KINDS = ("meta", "twilio", "telegram", "slack", "hmac")


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """One vendor's webhook. Its address is `/in/<name>` on the relay."""

    name: str = setting("Name of the source; it stands in the webhook's address.", example="whatsapp", shape=NAME)
    kind: str = setting(
        "Whose signature: meta (WhatsApp, Messenger, Instagram), twilio, telegram, slack, or hmac.", choices=KINDS
    )
    url: str = setting("The webhook's address as the vendor knows it; Twilio signs it.", "", shape=_PUBLIC)
    header: str = setting("hmac: the header with the signature.", "X-Signature", shape=_HEADER)
    algorithm: str = setting("hmac: sha256, sha1 or sha512.", "sha256", choices=("sha256", "sha1", "sha512"))
    encoding: str = setting("hmac: how the signature is written, hex or base64.", "hex", choices=("hex", "base64"))
    prefix: str = setting("hmac: what stands before the signature in the header, such as sha256=.", "")
    per_minute: int = setting(
        "Genuine webhooks taken in a minute at most; more are answered 429.", 6000, least=1, most=10**6
    )
    secret_command: tuple[str, ...] = setting("A program that prints the signing secret.", ())
    verify_command: tuple[str, ...] = setting("meta: a program that prints the verify token.", ())
    token_command: tuple[str, ...] = setting("A program that prints the token with which a worker fetches.", ())
    secret_old_command: tuple[str, ...] = setting("The same for a signing secret that is being replaced.", ())
    token_old_command: tuple[str, ...] = setting("The same for a token that is being replaced.", ())


@dataclass(frozen=True, kw_only=True)
class RelaySettings:
    """The relay."""

    host: str = setting("Address to listen on; keep it on this machine behind a reverse proxy.", "127.0.0.1")
    port: int = setting("Port to listen on; 0 takes a free one.", 8787, least=0, most=65535)
    certificate: str = setting("PEM file of a certificate, to speak TLS without a reverse proxy.", "")
    certificate_key: str = setting("PEM file of its key.", "")
    database: str = setting("File that keeps the webhooks; empty: relay.db in the service's state folder.", "")
    most_body: int = setting(
        "Bytes of one webhook at most; Meta sends up to 3 MB.", 4 * 1024 * 1024, least=1024, most=64 * 1024 * 1024
    )
    most_waiting: int = setting(
        "Webhooks not yet fetched at most; more are answered 503.", 200_000, least=1, most=10**8
    )
    most_megabytes: int = setting("The same in megabytes.", 2048, least=1, most=10**7)
    slow_seconds: int = setting(
        "Seconds in which the head of a request must have come, and then its body.", 15, least=1, most=3600
    )
    most_connections: int = setting("Connections at one time at most.", 200, least=2, most=100_000)
    keep_days: int = setting("Days for which webhooks stay that were fetched and confirmed.", 7, least=0, most=3650)
    replay_days: int = setting("Days for which the same webhook is not taken again.", 30, least=1, most=3650)
    source: tuple[SourceSettings, ...] = setting("The webhooks.", ())


def read_settings(path: Path) -> RelaySettings:
    """The settings in the file. Raises ConfigError naming every problem with its line."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; docs/guide/relay.md says what it holds") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: must be UTF-8 text") from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    mistakes: list[Mistake] = []
    settings: RelaySettings | None = build(RelaySettings, table, (), mistakes)
    if settings is not None:
        mistakes += _between(settings)
    if settings is None or mistakes:
        raise ConfigError("\n".join(str(problem) for problem in with_lines(mistakes, text, path)))
    return settings


def _between(settings: RelaySettings) -> list[Mistake]:
    """Rules between settings."""
    found = []
    if not settings.source:
        found.append(Mistake((), "there is no [[source]]; the relay would have nothing to take"))
    if bool(settings.certificate) != bool(settings.certificate_key):
        found.append(Mistake(("certificate",), "certificate and certificate_key are given together"))
    names: set[str] = set()
    for index, source in enumerate(settings.source):
        if source.name.lower() in names:
            found.append(Mistake(("source", index, "name"), f"there are two sources named {source.name}"))
        names.add(source.name.lower())
        if source.kind == "twilio" and not source.url:
            found.append(Mistake(("source", index), "twilio signs the address of the webhook: set url"))
    return found
