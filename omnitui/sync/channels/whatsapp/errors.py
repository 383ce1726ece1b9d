"""What Meta's errors mean, in plain words, and which of ours they are.

Codes: developers.facebook.com, "Cloud API: error codes".
"""

from __future__ import annotations

import json
from typing import Any

from omnitui.core.errors import LoginRefused, NotFound, OmnituiError, ProtocolError, Refused
from omnitui.sync.http.messages import Answer, TooMany, said

TOKEN = frozenset({0, 102, 190, 463, 467})
PERMISSION = frozenset({3, 10, 131005, *range(200, 300)})
RATE = {4: 300.0, 80007: 300.0, 130429: 10.0, 131048: 600.0, 131056: 10.0, 133016: 600.0}
"""Seconds to wait where Meta does not say for how long."""
TRANSIENT = frozenset({1, 2, 131000, 131016, 131057, 133004})
WORDS = {
    130429: "more messages than this number may send at one time",
    131005: "the access token may not do that; give its system user the right at Meta",
    131008: "something that WhatsApp needs was missing from the message",
    131009: "WhatsApp does not take a value of the message",
    131016: "WhatsApp is out of order for the moment",
    131021: "the sender and the receiver are the same number",
    131026: "WhatsApp cannot deliver to this number: it may not be on WhatsApp, have an old version, or not have "
    "agreed to WhatsApp's terms; nothing was delivered",
    131030: "the number is not among those that a test number may write to; add it in the app's settings at Meta",
    131031: "WhatsApp has locked the business account; look at the account's quality page at Meta",
    131037: "the number's display name is not approved yet; Meta does not let it send",
    131042: "there is a problem with the payment method of the WhatsApp Business account; mend it in Meta's business "
    "settings",
    131045: "the number is not registered for the Cloud API; register it at Meta",
    131047: "the customer's last message is more than 24 hours old; only a template can be sent now",
    131049: "Meta did not deliver it, to keep the customer from getting too many such messages; try again much later",
    131050: "the customer has stopped marketing messages from you",
    131051: "WhatsApp does not know this kind of message",
    131052: "the file that the customer sent cannot be fetched",
    131053: "WhatsApp does not take this file: look at its type and size",
    131048: "too many of your messages were blocked or taken for spam; look at the number's quality at Meta",
    131055: "WhatsApp does not let this number do that",
    131056: "too many messages to this customer in a short time",
    131057: "the number is under maintenance at Meta; try again in some minutes",
    131062: "a template with a code for logging in needs a phone number, and this customer shows none",
    132000: "the template needs another number of variables",
    132001: "there is no such template in this language, or it is not approved",
    132005: "the template with these variables is too long",
    132007: "the template breaks WhatsApp's rules",
    132012: "a variable of the template is not as it must be",
    132015: "the template is paused because of its quality; use another",
    132018: "a variable of the template holds something that WhatsApp does not take",
    132068: "the form of the template is blocked",
    132069: "the form of the template is used too much for the moment",
    132016: "the template has been switched off for good because of its quality",
    133004: "WhatsApp's server is out of order for the moment",
    133010: "the number is not registered for the Cloud API; register it at Meta",
    368: "Meta has blocked the account for breaking its rules",
    130472: "Meta did not deliver it, since the customer is part of an experiment with marketing messages",
    130497: "Meta does not let this business write to people in that country",
}


def explain(error: Any) -> str:
    """One error of Meta's, of an answer or of a status, in words for the agent."""
    error = error if isinstance(error, dict) else {}
    code = error.get("code")
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    theirs = next((text for text in (details, error.get("message"), error.get("title")) if isinstance(text, str)), "")
    plain = WORDS.get(code, "") if isinstance(code, int) else ""
    number = f" ({code})" if isinstance(code, int) else ""
    return f"{plain}{number}" if plain else f"WhatsApp says: {said(theirs) or 'an error without words'}{number}"


def error_of(answer: Answer, secrets: tuple[str, ...]) -> OmnituiError:
    """An answer that is no success, as ours (the contract's table says what becomes of each)."""
    try:
        record = answer.record()
    except ProtocolError as error:
        return LoginRefused(f"{answer.host} refuses the access token") if answer.status == 401 else error
    found = record.get("error")
    code = found.get("code") if isinstance(found, dict) else None
    words = said(explain(found), secrets)
    if code in RATE:
        return TooMany(f"WhatsApp allows no more calls now: {words}", asked_wait(answer) or RATE[code])
    if code in TOKEN or answer.status == 401:
        return LoginRefused(
            f"WhatsApp refuses the access token; make a new one and keep it with omnitui secret. {words}"
        )
    if code in PERMISSION or answer.status == 403:
        return LoginRefused(f"the access token lacks a permission for this number. {words}")
    if answer.status >= 500 or code in TRANSIENT:
        return ProtocolError(f"WhatsApp is in trouble (HTTP {answer.status}): {words}")
    if answer.status == 404 or (code == 100 and isinstance(found, dict) and found.get("error_subcode") == 33):
        return NotFound(f"WhatsApp does not have it, or the token may not see it: {words}")
    return Refused(words)


def asked_wait(answer: Answer) -> float | None:
    """Seconds for which Meta wants us to wait: `estimated_time_to_regain_access` (minutes) of the usage header."""
    try:
        usage = json.loads(answer.headers.get("x-business-use-case-usage", ""))
        waits = [float(one["estimated_time_to_regain_access"]) for several in usage.values() for one in several]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    longest = max(waits, default=0.0)
    return min(longest, 24 * 60) * 60 if longest > 0 else None
