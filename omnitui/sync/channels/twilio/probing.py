"""Trying an account before it is saved: what works, what is missing, and what to do about it. Changes nothing."""

from __future__ import annotations

import shutil

from omnitui.core.channel_events import Person
from omnitui.core.errors import LoginRefused, NotFound
from omnitui.sync.channels.contract import Finding, Probe
from omnitui.sync.channels.twilio.addresses import split
from omnitui.sync.channels.twilio.client import Declined, Twilio
from omnitui.sync.channels.twilio.fields import Item, text
from omnitui.sync.channels.twilio.settings import TwilioSettings

SAMPLE = "demo.twilio.com"
"""Where Twilio's own sample answers stand, which a new number gives to everybody."""


async def probe(client: Twilio, settings: TwilioSettings) -> Probe:
    """Raises LoginRefused and Offline; everything else is a finding."""
    findings = await _reading(client, settings)
    name = await _account(client, findings)
    if settings.numbers:
        await _numbers(client, settings, findings)
    else:
        findings.append(
            Finding("warning", "No numbers are named: the whole account is read, and no conversation can be begun.")
        )
    if "whatsapp" in settings.kinds:
        await _templates(client, findings)
    findings += _publishing(settings)
    if all(finding.grade == "fine" for finding in findings):
        findings.append(Finding("fine", "Messages, calls and templates can be read."))
    address = settings.numbers[0] if settings.numbers else settings.account_sid
    return Probe(Person(address, name or address, phone=split(address)[1] if "+" in address else ""), tuple(findings))


async def _reading(client: Twilio, settings: TwilioSettings) -> list[Finding]:
    wanted = {"Messages": {"sms", "whatsapp"}, "Calls": {"calls"}, "Recordings": {"calls"}}
    findings = []
    for resource, kinds in wanted.items():
        if not kinds & set(settings.kinds):
            continue
        try:
            await client.page(resource, {"PageSize": "1"})
        except NotFound:
            findings.append(Finding("missing", "Twilio has no account of this SID for this login; check account_sid."))
            break
        except Declined as declined:
            findings.append(
                Finding("missing", f"{resource} cannot be read ({declined}); use a Standard key or allow it.")
            )
    return findings


async def _account(client: Twilio, findings: list[Finding]) -> str:
    """The account's name; a standard key may not ask for it, which is no trouble."""
    try:
        account = await client.account()
    except (Declined, LoginRefused, NotFound):
        return ""
    status = text(account, "status")
    if status in ("suspended", "closed"):
        findings.append(Finding("missing", f"The Twilio account is {status}; the console says why."))
    if text(account, "type") == "Trial":
        findings.append(
            Finding("warning", "It is a trial account: it writes to verified numbers only, under a line of Twilio's.")
        )
    return text(account, "friendly_name")


async def _numbers(client: Twilio, settings: TwilioSettings, findings: list[Finding]) -> None:
    """Whether our numbers are there and can do it. WhatsApp senders and short codes are in no list for this."""
    for address in settings.numbers:
        kind, number = split(address)
        if kind != "sms" or not number.startswith("+"):
            continue
        try:
            found, _ = await client.page("IncomingPhoneNumbers", {"PhoneNumber": number, "PageSize": "20"})
        except (Declined, NotFound) as refused:
            findings.append(Finding("warning", f"Whether {number} is yours cannot be checked: {refused}."))
            continue
        own = next((item for item in found if text(item, "phone_number") == number), None)
        findings.extend(_of_number(number, own, settings))


def _of_number(number: str, own: Item | None, settings: TwilioSettings) -> list[Finding]:
    if own is None:
        return [Finding("missing", f"{number} is not a number of this account; check it, or buy it in the console.")]
    findings = []
    can = own.get("capabilities")
    if "sms" in settings.kinds and isinstance(can, dict) and can.get("sms") is False:
        findings.append(Finding("missing", f"{number} can do no SMS; take another number, or leave sms out of kinds."))
    if SAMPLE in text(own, "sms_url"):
        findings.append(
            Finding("warning", f"{number} answers everybody with Twilio's sample text; empty its webhook for messages.")
        )
    return findings


def _publishing(settings: TwilioSettings) -> list[Finding]:
    """Whether files can be sent."""
    if not settings.publish_command:
        words = (
            "mms is set, and no publish_command that puts files where Twilio can fetch them; set it, or leave mms out."
        )
        return [Finding("warning", words)] if settings.mms else []
    if shutil.which(settings.publish_command[0]) is None:
        return [Finding("missing", f"publish_command names {settings.publish_command[0]}, which is no program here.")]
    return []


async def _templates(client: Twilio, findings: list[Finding]) -> None:
    try:
        await client.contents()
    except (Declined, LoginRefused, NotFound):
        findings.append(Finding("warning", "Templates cannot be read: after 24 hours no WhatsApp answer is possible."))
