"""The check against vendors' OpenAPI files can fail, and passes what is right."""

from __future__ import annotations

import json

from tests.channels.openapi import needed

TWILIO = "twilio/twilio_api_v2010.json"
CHATWOOT = "chatwoot/chatwoot-application-api-openapi.yml"
ACCOUNT = "AC" + "0" * 32
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
BASIC = {"authorization": "Basic dTpw"}
FORM = {**BASIC, "content-type": "application/x-www-form-urlencoded"}


def test_twilio_requests_are_told_apart() -> None:
    needed(TWILIO).tell_apart(
        ("POST", MESSAGES, FORM, b"To=%2B3161&From=%2B3162&Body=hi"),
        ("POST", MESSAGES, FORM, b"From=%2B3162&Body=hi"),
        ("POST", MESSAGES, FORM, b"To=%2B3161&From=%2B3162&Bod=hi"),
        ("POST", MESSAGES, {"content-type": FORM["content-type"]}, b"To=%2B3161&Body=hi"),
        ("GET", MESSAGES + "?PageSize=2000", BASIC, b""),
        ("GET", MESSAGES + "?DateSent%3E=yesterday", BASIC, b""),
        ("GET", MESSAGES + "?Since=2026-01-01", BASIC, b""),
        ("GET", MESSAGES.replace(ACCOUNT, "nobody"), BASIC, b""),
        ("GET", "/2010-04-01/Nothing.json", BASIC, b""),
    )


def test_chatwoot_requests_are_told_apart() -> None:
    token = {"api_access_token": "x", "content-type": "application/json"}
    messages = "/api/v1/accounts/1/conversations/5/messages"
    needed(CHATWOOT).tell_apart(
        ("POST", messages, token, b'{"content": "x", "message_type": "outgoing", "private": true}'),
        ("POST", messages, token, b'{"content": "x", "message_type": "sideways"}'),
        ("POST", messages, {"content-type": "application/json"}, b'{"content": "x"}'),
        ("GET", "/api/v1/accounts/1/conversations?statu=open", token, b""),
    )


def test_answers_are_told_apart() -> None:
    check = needed(TWILIO)
    right = {"messages": [{"sid": "SM" + "0" * 32, "status": "sent", "date_sent": None}], "next_page_uri": None}
    wrong = {"messages": [{"sid": "SM" + "0" * 32, "status": "flying"}]}
    assert check.response(("GET", MESSAGES), 200, json.dumps(right).encode()) == []
    found = check.response(("GET", MESSAGES), 200, json.dumps(wrong).encode())
    assert len(found) == 1
    assert "messages/0/status: 'flying'" in found[0]


def test_it_is_loaded_once() -> None:
    assert needed(TWILIO) is needed(TWILIO)
