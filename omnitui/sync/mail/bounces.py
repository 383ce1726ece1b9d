"""Delivery reports: the standard ones (RFC 3464) and the ones servers write in their own words."""

from __future__ import annotations

import re

from omnitui.core.mail import Bounce
from omnitui.core.text.clean import safe_text
from omnitui.sync.mail.charsets import decode
from omnitui.sync.mail.fields import Fields, split_head
from omnitui.sync.mail.ids import message_id
from omnitui.sync.mail.part import Part

_READ = 64 * 1024
_DAEMON = re.compile(r"(?i)mailer-daemon|postmaster|mail delivery (?:sub)?system|mailerdaemon|mdaemon")
_FAILED = re.compile(
    r"(?i)undeliver|returned mail|delivery (?:status notification|failure|has failed|problem)|failure notice|"
    r"mail delivery failed|could not be delivered|delivery report|returned to sender|message delayed|"
    r"unzustellbar|unbestellbar|non remis|no se (?:pudo|ha podido) entregar|niet (?:worden )?(?:afgeleverd|bezorgd)|"
    r"warning: message|delayed|退信|übermittlungsstatus"
)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ORIGINAL = re.compile(r"(?im)^[> \t]*(?:x-original-)?message-id:[ \t]*(?:\r?\n[> \t]+)?(<[^<>\s]{1,500}>)")
_QMAIL = re.compile(r"(?m)^<([^<>\s]+@[^<>\s]+)>:[ \t]*\r?\n?(.{0,400})")
_LOOSE = re.compile(r"(?m)^[ \t]*<?([^<>\s@]{1,64}@[^<>\s@:]{1,255})>?:?[ \t]*$")
_CODE = re.compile(r"(?m)\b([45]\d\d)[ -][^\n]{3,200}")


def bounce_of(parts: list[Part], fields: Fields, sender: str, subject: str, text: str) -> Bounce | None:
    """The delivery report in a mail (all its parts, the root first), or None.

    A standard one is believed by its shape, others need evidence.
    """
    status = next((p for p in parts if p.type in ("message/delivery-status", "message/global-delivery-status")), None)
    if status is not None and (parts[0].type == "multipart/report" or _from_daemon(fields, sender)):
        return _standard(status, parts, text)
    failed_for = fields.text("x-failed-recipients")
    if failed_for or (_from_daemon(fields, sender) and _FAILED.search(subject)):
        return _own_words(parts, failed_for, text)
    return None


def _from_daemon(fields: Fields, sender: str) -> bool:
    return bool(_DAEMON.search(sender)) or fields.first("return-path") == "<>"


def _groups(data: bytes) -> list[Fields]:
    """The groups of fields of a delivery-status part, the first about the mail, the others one a recipient."""
    groups = [split_head(group)[0] for group in re.split(rb"\r?\n[ \t]*\r?\n", data.strip()[:_READ])]
    return [group for group in groups if group.values]


def _typed(value: str) -> str:
    """The value after its type: `rfc822; anna@example.org` or `smtp; 550 no`."""
    kind, semicolon, rest = value.partition(";")
    return (rest if semicolon else kind).strip().strip("<>")


def _standard(status: Part, parts: list[Part], text: str) -> Bounce:
    groups = _groups(status.content())
    recipients, action, code, reason = [], "", "", ""
    for group in groups:
        who = _typed(group.text("original-recipient")) or _typed(group.text("final-recipient"))
        if who:
            recipients.append(safe_text(who, lines=False)[:320])
        action = action or group.text("action").lower().split(" ")[0]
        found = _STATUS.search(group.text("status"))
        code = code or (found[1] if found else "")
        reason = reason or _typed(group.text("diagnostic-code"))
    return Bounce(
        original_message_id=_original(parts, text),
        recipients=tuple(dict.fromkeys(recipients[:200])),
        status=code,
        action=safe_text(action, lines=False)[:40],
        reason=safe_text(reason or _first_reason(text), lines=False)[:500],
    )


def _own_words(parts: list[Part], failed_for: str, text: str) -> Bounce:
    """qmail, Exim, Exchange and others: addresses and codes are looked for in what they wrote."""
    head = text[:_READ]
    named = [word.strip() for word in failed_for.split(",") if "@" in word]
    qmail = _QMAIL.findall(head)
    recipients = named or [who for who, _ in qmail] or _LOOSE.findall(head[:8192])[:20]
    status = _STATUS.search(head)
    late = re.search(r"(?i)delayed|will keep trying|not yet been delivered|warning: message", head[:4096])
    return Bounce(
        original_message_id=_original(parts, text),
        recipients=tuple(dict.fromkeys(safe_text(who, lines=False)[:320] for who in recipients[:200])),
        status=status[1] if status else "",
        action="delayed" if late else "failed",
        reason=safe_text(qmail[0][1] if qmail else _first_reason(head), lines=False)[:500],
    )


def _first_reason(text: str) -> str:
    found = _CODE.search(text[:_READ])
    return found[0] if found else ""


def _original(parts: list[Part], text: str) -> str:
    """The Message-ID of the mail the report is about: from the returned mail or its headers, else from the text."""
    for part in parts:
        if part.type in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"):
            fields, _ = split_head(part.content()[:_READ])
            if found := message_id(fields.first("message-id")):
                return found
    for body in [text, *(decode(p.content()[:_READ])[0] for p in parts if p.type == "text/plain" and p.name)]:
        if match := _ORIGINAL.search(body):
            return message_id(match[1])
    return ""
