"""One relay for every vendor: each webhook by its own signature through the real process, and secrets that change."""

from __future__ import annotations

import base64
import hmac
import json
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.relay.running import SECRET, TOKEN, RelayProcess, signature

PUBLIC = "https://hooks.shop.example/in/sms"
SOURCES = f"""
[[source]]
name = "sms"
kind = "twilio"
url = "{PUBLIC}"

[[source]]
name = "bot"
kind = "telegram"

[[source]]
name = "team"
kind = "slack"

[[source]]
name = "line"
kind = "hmac"
header = "X-Line-Signature"
encoding = "base64"
"""
KEY = "a-secret-of-the-vendor"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SMS", "BOT", "TEAM", "LINE"):
        monkeypatch.setenv(f"OMNITUI_RELAY_{name}_SECRET", KEY)
        monkeypatch.setenv(f"OMNITUI_RELAY_{name}_TOKEN", f"{TOKEN}-{name}")


def mac(data: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(KEY.encode(), data, algorithm).digest()


@pytest.mark.usefixtures("secrets")
def test_each_vendor_s_webhook_is_taken_by_its_own_signature(tmp_path: Path) -> None:
    """Behind a proxy that ends TLS: Twilio signs the public address, whatever Host and scheme come here."""
    form = urlencode({"From": "+31611", "Body": "hi"}).encode()
    signed = base64.b64encode(mac(f"{PUBLIC}Bodyhi".encode() + b"From+31611", "sha1")).decode()
    stamp = str(int(time.time()))
    event = json.dumps({"event_id": "Ev1"}).encode()
    webhooks = {
        "sms": (form, {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}),
        "bot": (b'{"update_id": 1}', {"X-Telegram-Bot-Api-Secret-Token": KEY}),
        "team": (
            event,
            {
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": "v0=" + mac(f"v0:{stamp}:".encode() + event).hex(),
            },
        ),
        "line": (b'{"events": []}', {"X-Line-Signature": base64.b64encode(mac(b'{"events": []}')).decode()}),
    }
    with RelayProcess(tmp_path, more=SOURCES) as relay:
        for name, (body, headers) in webhooks.items():
            forged = {one: "0" + value for one, value in headers.items() if "Type" not in one and "stamp" not in one}
            for given, status in ((headers, 200), (headers, 200), ({**headers, **forged}, 404)):
                answer = httpx.post(f"{relay.url}/in/{name}", content=body, headers=given, timeout=20)
                assert answer.status_code == status, name
                assert status == 404 or answer.text == (
                    '<?xml version="1.0" encoding="UTF-8"?><Response/>' * (name == "sms")
                )
            bearer = {"Authorization": f"Bearer {TOKEN}-{name.upper()}"}
            told = httpx.get(f"{relay.url}/events?source={name}", headers=bearer, timeout=20).json()
            assert [base64.b64decode(one["body"]) for one in told["events"]] == [body], name
            assert httpx.get(f"{relay.url}/events?source=whatsapp", headers=bearer, timeout=20).status_code == 404


@pytest.mark.usefixtures("secrets")
def test_the_address_is_confirmed_to_slack_only_when_it_signs(tmp_path: Path) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "4711"}).encode()
    stamp = str(int(time.time()))
    signed = "v0=" + mac(f"v0:{stamp}:".encode() + body).hex()
    with RelayProcess(tmp_path, more=SOURCES) as relay:
        for given, answer in ((signed, (200, "4711")), (signed[:-1] + "x", (404, ""))):
            headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": given}
            got = httpx.post(f"{relay.url}/in/team", content=body, headers=headers, timeout=20)
            assert (got.status_code, got.text) == answer


def test_secrets_change_without_a_webhook_or_a_worker_being_turned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RelayProcess gives the new ones; those that are being replaced stand beside them for a while."""
    old_secret, old_token = "the-app-secret-of-before", "the-token-of-before-0123"
    monkeypatch.setenv("OMNITUI_RELAY_WHATSAPP_SECRET_OLD", old_secret)
    monkeypatch.setenv("OMNITUI_RELAY_WHATSAPP_TOKEN_OLD", old_token)
    with RelayProcess(tmp_path) as relay:
        assert relay.post(b"1", signed=signature(b"1", SECRET)).status_code == 200
        assert relay.post(b"2", signed=signature(b"2", old_secret)).status_code == 200
        assert relay.post(b"3", signed=signature(b"3", "another")).status_code == 404
        assert [relay.events(token=one).status_code for one in (TOKEN, old_token, "another-token-0123456")] == [
            200, 200, 404,
        ]  # fmt: skip
        relay.kill()
        monkeypatch.delenv("OMNITUI_RELAY_WHATSAPP_SECRET_OLD")
        monkeypatch.delenv("OMNITUI_RELAY_WHATSAPP_TOKEN_OLD")
        relay.start()
        assert relay.post(b"4", signed=signature(b"4", old_secret)).status_code == 404
        assert relay.events(token=old_token).status_code == 404
        assert relay.events().json()["last_id"] == 2
