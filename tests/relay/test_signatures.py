"""Every vendor's signature, by examples signed here, and what makes one webhook the same as another."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest

from omnitui.core.times import MINUTE, SECOND, Instant
from omnitui.relay.keys import Source
from omnitui.relay.settings import SourceSettings
from omnitui.relay.signatures import Forged, digest, meta_challenge, slack_challenge, verify

NOW = Instant(1_700_000_000_000)
URL = "https://hooks.shop.example/in/sms"
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def source(kind: str, **settings: str) -> Source:
    return Source(SourceSettings(name="one", kind=kind, **settings), secret="s3cret", token="t" * 16, verify="v" * 16)


def mac(data: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(b"s3cret", data, algorithm).digest()


def slack(body: bytes, at: int = NOW) -> dict[str, str]:
    stamp = str(at // SECOND)
    signed = "v0=" + mac(f"v0:{stamp}:".encode() + body).hex()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signed}


def twilio(text: str) -> dict[str, str]:
    return {"x-twilio-signature": base64.b64encode(mac(text.encode(), "sha1")).decode(), **FORM}


GOOD = [
    ("meta", {}, {"x-hub-signature-256": "sha256=" + mac(b"{}").hex()}, "", b"{}"),
    ("telegram", {}, {"x-telegram-bot-api-secret-token": "s3cret"}, "", b"{}"),
    ("slack", {}, slack(b"{}"), "", b"{}"),
    ("slack", {}, slack(b"{}", NOW - 4 * MINUTE), "", b"{}"),
    ("twilio", {"url": URL}, twilio(URL + "BodyhiFrom+49"), "", urlencode({"From": "+49", "Body": "hi"}).encode()),
    ("twilio", {"url": URL}, twilio("https://hooks.shop.example:443/in/smsBodyü"), "", b"Body=%C3%BC"),
    ("twilio", {"url": URL}, twilio(URL + "?a=1Empty"), "a=1", b"Empty="),
    ("hmac", {}, {"x-signature": mac(b"raw").hex().upper()}, "", b"raw"),
    (
        "hmac",
        {"header": "X-Line-Signature", "encoding": "base64"},
        {"x-line-signature": base64.b64encode(mac(b"raw")).decode()},
        "",
        b"raw",
    ),
    ("hmac", {"algorithm": "sha512", "prefix": "v="}, {"x-signature": "v=" + mac(b"raw", "sha512").hex()}, "", b"raw"),
]


@pytest.mark.parametrize(("kind", "settings", "headers", "query", "body"), GOOD)
def test_what_the_vendor_signed_is_taken_and_nothing_near_it(
    kind: str, settings: dict[str, str], headers: dict[str, str], query: str, body: bytes
) -> None:
    one = source(kind, **settings)
    verify(one, headers, query, body, NOW)
    for name in [name for name in headers if "sign" in name or "token" in name]:
        for wrong in ("", headers[name][:-1], headers[name] + "0", "é" * 64):
            with pytest.raises(Forged):
                verify(one, {**headers, name: wrong}, query, body, NOW)
    with pytest.raises(Forged):
        verify(one, {}, query, body, NOW)
    other = Source(one.settings, secret="another", token=one.token)
    with pytest.raises(Forged):
        verify(other, headers, query, body, NOW)
    if kind != "telegram":
        with pytest.raises(Forged):
            verify(one, headers, query, body + b"&x=1", NOW)


def test_twilio_signs_a_json_body_by_its_digest_in_the_address() -> None:
    query = "bodySHA256=" + hashlib.sha256(b"{}").hexdigest()
    headers = {**twilio(f"{URL}?{query}"), "content-type": "application/json"}
    verify(source("twilio", url=URL), headers, query, b"{}", NOW)
    with pytest.raises(Forged):
        verify(source("twilio", url=URL), headers, query, b"[]", NOW)


@pytest.mark.parametrize("at", [NOW - 6 * MINUTE, NOW + 6 * MINUTE])
def test_slack_requests_of_another_time_are_replays(at: int) -> None:
    with pytest.raises(Forged, match="five minutes"):
        verify(source("slack"), slack(b"{}", at), "", b"{}", NOW)


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "９", "9" * 40])
def test_slack_timestamps_that_are_none(stamp: str) -> None:
    with pytest.raises(Forged):
        verify(source("slack"), {**slack(b"{}"), "x-slack-request-timestamp": stamp}, "", b"{}", NOW)


def test_a_redelivery_is_the_same_webhook() -> None:
    first, again = (json.dumps({"event_id": "Ev1", "at": at}).encode() for at in (1, 2))
    assert digest(source("slack"), {}, "", first) == digest(source("slack"), {}, "", again)
    other = json.dumps({"event_id": "Ev2", "at": 1}).encode()
    assert digest(source("slack"), {}, "", first) != digest(source("slack"), {}, "", other)
    updates = [json.dumps({"update_id": 7, "pad": pad}).encode() for pad in ("", "x")]
    assert len({digest(source("telegram"), {}, "", one) for one in updates}) == 1


def test_an_unsigned_change_makes_no_other_webhook() -> None:
    """Twilio signs its fields sorted, so whoever has heard one may send them in another order."""
    one = source("twilio", url=URL)
    assert digest(one, FORM, "", b"A=1&B=2") == digest(one, FORM, "", b"B=2&A=1&A=1")
    assert digest(one, FORM, "", b"A=1&B=2") != digest(one, FORM, "", b"A=1&B=3")
    meta = source("meta")
    assert digest(meta, {}, "x=1", b"{}") == digest(meta, {}, "", b"{}")
    assert digest(meta, {}, "", b"{}") != digest(meta, {}, "", b"{} ")


def test_challenges() -> None:
    assert slack_challenge(b'{"type": "url_verification", "challenge": "abc"}') == "abc"
    assert slack_challenge(b'{"type": "event_callback", "challenge": "abc"}') is None
    assert slack_challenge(b"[" * 100_000) is None
    good = urlencode({"hub.mode": "subscribe", "hub.verify_token": "v" * 16, "hub.challenge": "42"})
    assert meta_challenge(source("meta"), good) == "42"
    for wrong in ("", "hub.mode=subscribe", good.replace("subscribe", "x"), good.replace("vvvv", "w")):
        with pytest.raises(Forged):
            meta_challenge(source("meta"), wrong)
