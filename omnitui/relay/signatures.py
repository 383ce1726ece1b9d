"""Whether a webhook is from whom it says: each vendor's signature over the raw body. Pure; compares in constant time.

Also what tells one webhook from another (`digest`), so that the same one is kept once however often it comes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from omnitui.core.times import SECOND, Instant
from omnitui.relay.keys import Source

SLACK_WINDOW = 5 * 60 * SECOND
"""How old a signed request may be (docs.slack.dev, "Verifying requests from Slack")."""


class Forged(Exception):
    """Not signed by the vendor, or too old. The text is for the relay's own log."""


def verify(source: Source, headers: Mapping[str, str], query: str, body: bytes, now: Instant) -> None:
    """Raises Forged. `headers` by name in small letters, `query` as it came."""
    *earlier, last = source.secrets
    for secret in earlier:
        try:
            _verify(source, secret, headers, query, body, now)
        except Forged:
            continue
        return
    _verify(source, last, headers, query, body, now)


def _verify(source: Source, secret: str, headers: Mapping[str, str], query: str, body: bytes, now: Instant) -> None:
    kind = source.settings.kind
    if kind == "meta":
        # developers.facebook.com, "Webhooks: Validating payloads"
        _same("sha256=" + _hex(secret, body, "sha256"), headers.get("x-hub-signature-256", ""))
    elif kind == "telegram":
        # core.telegram.org/bots/api#setwebhook, secret_token
        _same(secret, headers.get("x-telegram-bot-api-secret-token", ""))
    elif kind == "slack":
        _slack(secret, headers, body, now)
    elif kind == "twilio":
        _twilio(source.settings.url, secret, headers, query, body)
    else:
        own = source.settings
        raw = hmac.digest(secret.encode(), body, own.algorithm)
        written = raw.hex() if own.encoding == "hex" else base64.b64encode(raw).decode("ascii")
        given = headers.get(own.header.lower(), "")
        _same(own.prefix + written, given.lower() if own.encoding == "hex" and not own.prefix else given)


def _slack(secret: str, headers: Mapping[str, str], body: bytes, now: Instant) -> None:
    stamp = headers.get("x-slack-request-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 12:
        raise Forged("no timestamp")
    _same(
        "v0=" + _hex(secret, b"v0:" + stamp.encode("ascii") + b":" + body, "sha256"),
        headers.get("x-slack-signature", ""),
    )
    if abs(now - int(stamp) * SECOND) > SLACK_WINDOW:
        raise Forged("signed more than five minutes ago: a replay, or a clock that is wrong")


def _twilio(address: str, secret: str, headers: Mapping[str, str], query: str, body: bytes) -> None:
    """HMAC-SHA1 over the address and the sorted form fields, name and value (twilio.com/docs/usage/security)."""
    fields = ""
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        fields = "".join(name + value for name, value in _form(body))
    else:
        # A body that is no form is signed by its SHA-256 in the address.
        asked = dict(parse_qsl(query)).get("bodySHA256", "")
        _same(hashlib.sha256(body).hexdigest(), asked.lower())
    given = headers.get("x-twilio-signature", "")
    tail = f"?{query}" if query else ""
    # Both are tried: some of its parts sign with the port, some without.
    expected = [_base64_sha1(secret, url + tail + fields) for url in _with_and_without_port(address)]
    right = [hmac.compare_digest(one.encode(), given.encode()) for one in expected]
    if not any(right):
        raise Forged("the signature is not right")


def _form(body: bytes) -> list[tuple[str, str]]:
    """As Twilio signs it: sorted, each field once."""
    try:
        fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=1000)
        return sorted(set(fields))
    except ValueError:
        raise Forged("the form cannot be read") from None


def _with_and_without_port(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    usual = 443 if parts.scheme == "https" else 80
    if parts.port in (None, usual) and parts.hostname:
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return tuple(parts._replace(netloc=place).geturl() for place in (host, f"{host}:{usual}"))
    return (url,)


def _hex(secret: str, data: bytes, algorithm: str) -> str:
    return hmac.digest(secret.encode(), data, algorithm).hex()


def _base64_sha1(secret: str, text: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode("utf-8"), "sha1")).decode("ascii")


def _same(expected: str, given: str) -> None:
    if not hmac.compare_digest(expected.encode("utf-8"), given.encode("utf-8")):
        raise Forged("the signature is not right" if given else "there is no signature")


def same_secret(expected: str, given: str) -> bool:
    """Whether a token is the right one; takes as long for a wrong one."""
    return bool(expected) and hmac.compare_digest(expected.encode("utf-8"), given.encode("utf-8"))


def digest(source: Source, headers: Mapping[str, str], query: str, body: bytes) -> bytes:
    """What is the same when a webhook comes again: the vendor's own event id where every delivery has one (Slack signs
    a redelivery anew), else what was signed, whatever the order in which an unsigned copy puts it."""
    own = {"slack": "event_id", "telegram": "update_id"}.get(source.settings.kind)
    found = _record(body).get(own) if own else None
    if isinstance(found, str | int) and not isinstance(found, bool):
        return hashlib.sha256(f"id\0{found}".encode("utf-8", "surrogatepass")).digest()
    if source.settings.kind == "twilio":
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = repr(_form(body)).encode("utf-8")
        body = query.encode("utf-8") + b"\0" + body
    return hashlib.sha256(body).digest()


def slack_challenge(body: bytes) -> str | None:
    """What Slack wants back when the address is entered (`url_verification`); None for anything else."""
    found = _record(body)
    challenge = found.get("challenge")
    return challenge if found.get("type") == "url_verification" and isinstance(challenge, str) else None


def meta_challenge(source: Source, query: str) -> str:
    """What Meta wants back when the address is entered. Raises Forged when the verify token is another."""
    asked = dict(parse_qsl(query, max_num_fields=20))
    if asked.get("hub.mode") != "subscribe" or not same_secret(source.verify, asked.get("hub.verify_token", "")):
        raise Forged("the verify token is not right")
    return asked.get("hub.challenge", "")[:1000]


def _record(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
