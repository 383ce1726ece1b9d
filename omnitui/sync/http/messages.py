"""What is asked of an HTTP server and what it answered: values that know no network, and show no secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from omnitui.core.errors import Offline, ProtocolError
from omnitui.core.text.clean import safe_text
from omnitui.sync.redact import HIDDEN, clean_patterns

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Methods that do the same when they arrive twice (RFC 9110 9.2.2)."""
LARGEST = 8 * 1024 * 1024
"""Bytes of an answer that is read whole into memory, unless the request says another number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `secrets` are the values in it (tokens in the path or the body) that nobody may ever read."""

    url: str = field(repr=False)
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    repeatable: bool | None = None
    """May arrive twice without harm; None: as its method says. True for a POST that the server knows by a key."""
    urgent: bool = False
    """Somebody waits for it (a send): goes before polls."""
    elsewhere: bool = False
    """A redirect may lead to another host, which then gets none of our headers (downloads from a CDN)."""
    silence: float = 30.0
    """Seconds without a byte after which the server counts as gone; longer for a long poll."""
    largest: int = LARGEST
    patience: float = 30.0
    """Seconds that may be spent waiting for a turn or another try, all together."""

    @property
    def may_repeat(self) -> bool:
        """Whether it is safe to send it again when nobody knows if it arrived."""
        return self.method in REPEATABLE if self.repeatable is None else self.repeatable

    @property
    def whole_url(self) -> str:
        """The address with the parameters. Holds secrets: never to be shown."""
        if not self.params:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(self.params)}"


def form(url: str, fields: Mapping[str, str], *, secrets: tuple[str, ...] = (), **others: Any) -> Request:
    """A POST of a form (application/x-www-form-urlencoded)."""
    return Request(
        url=url,
        method="POST",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        body=urlencode(fields).encode("ascii"),
        secrets=secrets,
        **others,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `headers` by name in small letters. Any status: what it means is the caller's to say."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    host: str = ""

    @property
    def good(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON. Raises ProtocolError."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise ProtocolError(f"{self.host} answered (HTTP {self.status}) something that is not JSON") from None

    def record(self) -> dict[str, Any]:
        """The body as a JSON object. Raises ProtocolError."""
        found = self.json()
        if not isinstance(found, dict):
            raise ProtocolError(f"{self.host} answered (HTTP {self.status}) something else than was asked for")
        return found


class Unanswered(Offline):
    """The request may have arrived and been done, and no answer came: never to be sent again unseen."""


class TooMany(Offline):
    """The credential has used up what the server allows; `wait` says for how many seconds."""

    def __init__(self, words: str, wait: float) -> None:
        super().__init__(words)
        self.wait = wait


class TooLarge(ProtocolError):
    """The answer is larger than was asked for."""


def shown(url: str, secrets: tuple[str, ...] = ()) -> str:
    """An address for messages and logs: host and path only; tokens stand in user parts, queries and some paths."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return said(f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}", secrets)


def said(words: str, secrets: tuple[str, ...] = ()) -> str:
    """Words from outside or of an exception, made fit for a message: one line, short, without these secrets."""
    for secret in filter(None, secrets):
        for form_ in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
            words = words.replace(form_, HIDDEN)
    return clean_patterns(safe_text(words, lines=False)).strip()[:300]
