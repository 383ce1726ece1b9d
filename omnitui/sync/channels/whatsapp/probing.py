"""Looking before an account is saved: what is there, and everything that is missing. Changes nothing."""

from __future__ import annotations

from typing import Any

from omnitui.core.channel_events import Person
from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused
from omnitui.core.times import DAY, SECOND, Instant, iso
from omnitui.sync.channels.contract import Finding, Probe
from omnitui.sync.channels.whatsapp.client import Graph
from omnitui.sync.channels.whatsapp.contents import items, words
from omnitui.sync.channels.whatsapp.settings import WhatsAppSettings
from omnitui.sync.relay_client import RelayClient

SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
QUIET_DAYS = 7
"""A relay that has heard nothing for so long may have been forgotten at Meta."""


async def probe(graph: Graph, relay: RelayClient, settings: WhatsAppSettings, now: Instant) -> Probe:
    """Raises LoginRefused when Meta refuses the token, Offline when it cannot be reached."""
    findings: list[Finding] = []
    number: dict[str, Any] = {}
    try:
        number = await graph.number()
        findings += _number(number)
    except (NotFound, Refused):
        words_ = (
            f"the token may not see the number {settings.phone_number_id}: is it its phone number id, not the number?"
        )
        findings.append(Finding("missing", words_))
    findings += await _token(graph, now)
    findings += await _subscribed(graph, settings)
    findings += await _relay(relay, now)
    shown = words(number.get("display_phone_number"))
    digits = "".join(c for c in shown if c.isdigit())
    phone = f"+{digits}" if digits else ""
    identity = Person(phone or settings.phone_number_id, words(number.get("verified_name")), phone=phone)
    return Probe(identity, tuple(findings))


def _number(number: dict[str, Any]) -> list[Finding]:
    found = []
    status = words(number.get("status")).upper()
    if status in ("BANNED", "DISCONNECTED", "DELETED", "MIGRATED"):
        found.append(Finding("missing", f"the number is {status.lower()} at Meta: it can neither send nor receive"))
    elif status in ("RESTRICTED", "FLAGGED", "RATE_LIMITED"):
        found.append(Finding("warning", f"the number is {status.lower()} at Meta: look at its quality there"))
    elif status in ("PENDING", "UNVERIFIED"):
        found.append(Finding("missing", "the number is not registered for the Cloud API: register it at Meta"))
    if words(number.get("code_verification_status")) == "UNVERIFIED":
        found.append(Finding("warning", "the number is not verified: verify it at Meta by SMS or call"))
    if words(number.get("name_status")) in ("DECLINED", "EXPIRED"):
        found.append(Finding("warning", "the number's display name is not approved: name another at Meta"))
    if words(number.get("quality_rating")) == "RED":
        found.append(Finding("warning", "the number's quality is low: Meta may limit how much it may send"))
    return found or [Finding("fine", f"the number {words(number.get('display_phone_number'))} is ready")]


async def _token(graph: Graph, now: Instant) -> list[Finding]:
    try:
        told = await graph.token()
    except (LoginRefused, NotFound, Refused, ProtocolError):
        return [Finding("warning", "Meta does not say what the token may do; that shows with the first message")]
    scopes = {words(one) for one in items(told.get("scopes"))}
    found = [
        Finding("missing", f"the token lacks the permission {scope}: make a new one with it")
        for scope in SCOPES
        if scopes and scope not in scopes
    ]
    ends = told.get("expires_at")
    if isinstance(ends, int) and ends > 0:
        left = (ends * SECOND - now) // DAY
        found.append(
            Finding(
                "warning",
                f"the token ends {f'in {left} days' if left > 0 else 'today'}: make one of a system user, "
                "which does not end",
            )
        )
    return found


async def _subscribed(graph: Graph, settings: WhatsAppSettings) -> list[Finding]:
    if not settings.waba_id:
        return [Finding("warning", "waba_id is not set: there will be no templates to answer with after 24 hours")]
    try:
        apps = await graph.subscribed()
    except (LoginRefused, NotFound, Refused, ProtocolError):
        words_ = (
            f"the token may not see the WhatsApp Business account {settings.waba_id}: give the system user access to it"
        )
        return [Finding("missing", words_)]
    if not apps:
        return [
            Finding(
                "missing", "no app gets the account's webhooks: subscribe your app to it at Meta, else nothing comes in"
            )
        ]
    return [Finding("fine", "an app gets the account's webhooks")]


async def _relay(relay: RelayClient, now: Instant) -> list[Finding]:
    try:
        page = await relay.page(0, 0)
    except (LoginRefused, ProtocolError) as error:
        return [Finding("missing", str(error))]
    except Offline as error:
        return [Finding("missing", f"the relay cannot be reached: {error}")]
    found = []
    if not page.last_at:
        found.append(
            Finding(
                "warning",
                "the relay has not got anything from WhatsApp yet: write a message to the number; if nothing comes, "
                "enter the relay's address at Meta and subscribe to the field messages",
            )
        )
    elif now - page.last_at > QUIET_DAYS * DAY:
        since = iso(page.last_at)
        found.append(Finding("warning", f"the relay got nothing since {since}: is its address still set at Meta?"))
    if page.refusals and now - page.refusals[-1].until < DAY:
        found.append(Finding("warning", "the relay has turned messages away in the last day: look at its log"))
    return found or [Finding("fine", "the relay is there and has got messages")]
