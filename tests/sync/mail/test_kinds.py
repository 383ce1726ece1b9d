"""Delivery reports, automatic answers, lists and invitations are recognised for what they are."""

from __future__ import annotations

import pytest

from omnitui.core.mail import MailKind
from omnitui.sync.mail.parse import parse_mail

REPORT = b"""From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: support@example.net
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b
Message-ID: <r1@mx.example.net>

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; nobody@example.org
Original-Recipient: rfc822;nobody@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: text/rfc822-headers

From: support@example.net
Message-ID: <ours-1@example.net>
Subject: Re: your order

--b--
"""

QMAIL = b"""Return-Path: <>
From: MAILER-DAEMON@qmail.example
To: support@example.net
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<nobody@example.org>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.7.1 no such user

--- Below this line is a copy of the message.

Return-Path: <support@example.net>
Message-ID: <ours-2@example.net>
Subject: Re: your order
"""

EXIM = b"""From: Mail Delivery System <Mailer-Daemon@exim.example>
X-Failed-Recipients: nobody@example.org
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered.
  nobody@example.org
    550 Unrouteable address
------ This is a copy of the message, including all the headers. ------
Message-ID:
 <ours-3@example.net>
"""

DELAY = b"""From: postmaster@example.org
Subject: Warning: message delayed 4 hours

Your message to nobody@example.org has not yet been delivered; we will keep trying.
> Message-Id: <ours-4@example.net>
"""

BOUNCES = [
    (REPORT, "ours-1@example.net", ("nobody@example.org",), "5.1.1", "failed", "550 5.1.1 User unknown"),
    (QMAIL, "ours-2@example.net", ("nobody@example.org",), "5.7.1", "failed", "192.0.2.1 does not like recipient."),
    (EXIM, "ours-3@example.net", ("nobody@example.org",), "", "failed", "550 Unrouteable address"),
    (DELAY, "ours-4@example.net", (), "", "delayed", ""),
]


@pytest.mark.parametrize(("raw", "original", "who", "status", "action", "reason"), BOUNCES, ids=lambda v: str(v)[:12])
def test_delivery_report(
    raw: bytes, original: str, who: tuple[str, ...], status: str, action: str, reason: str
) -> None:
    mail = parse_mail(raw)
    assert mail.kind is MailKind.BOUNCE
    assert mail.bounce is not None
    assert mail.bounce.original_message_id == original
    assert mail.bounce.recipients == who
    assert (mail.bounce.status, mail.bounce.action, mail.bounce.reason) == (status, action, reason)


KINDS = [
    (b"Subject: hello", MailKind.MAIL),
    (b"Auto-Submitted: auto-replied", MailKind.AUTO),
    (b"Auto-Submitted: auto-generated; owner-email=x", MailKind.AUTO),
    (b"Auto-Submitted: no", MailKind.MAIL),
    (b"X-Autoreply: yes", MailKind.AUTO),
    (b"Precedence: auto_reply", MailKind.AUTO),
    (b"X-Auto-Response-Suppress: All", MailKind.AUTO),
    (b"X-Auto-Response-Suppress: OOF\nSubject: Automatic reply: away", MailKind.AUTO),
    (b"Subject: Out of office until Monday", MailKind.MAIL),
    (b"Return-Path: <>\nSubject: Out of office until Monday", MailKind.AUTO),
    (b"Return-Path: <>\nSubject: Afwezig: Re: bestelling", MailKind.AUTO),
    (b"List-Id: R help <r-help.example.org>", MailKind.LIST),
    (b"Precedence: bulk", MailKind.LIST),
    (b"Subject: undelivered parcel", MailKind.MAIL),
]


@pytest.mark.parametrize(("header", "kind"), KINDS, ids=lambda v: str(v)[:40])
def test_kind_by_headers(header: bytes, kind: MailKind) -> None:
    assert parse_mail(b"From: a@example.org\n" + header + b"\n\nHello\n").kind is kind


def test_list_id() -> None:
    assert parse_mail(b"List-Id: R help <r-help.example.org>\n\nx\n").list_id == "r-help.example.org"


def test_invitation() -> None:
    raw = b"""From: anna@example.org
Subject: Call
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

Please join.
--b
Content-Type: text/calendar; method=REQUEST; charset=utf-8

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:About your order\\, part 2 and a long line that the sender has
  folded
DTSTART;TZID=Europe/Amsterdam:20260203T140000
DTEND:20260203T133000Z
LOCATION:Room 4\\nfirst floor
ORGANIZER;CN="Jansen: Anna":mailto:anna@example.org
BEGIN:VALARM
SUMMARY:not this
END:VALARM
END:VEVENT
END:VCALENDAR
--b--
"""
    mail = parse_mail(raw)
    invitation = mail.invitation
    assert invitation is not None
    assert invitation.method == "REQUEST"
    assert invitation.summary == "About your order, part 2 and a long line that the sender has folded"
    assert (invitation.starts, invitation.ends) == ("2026-02-03T14:00:00 Europe/Amsterdam", "2026-02-03T13:30:00Z")
    assert invitation.place == "Room 4 first floor"
    assert "anna@example.org" in invitation.organiser
    assert mail.text.strip() == "Please join."
    assert [a.type for a in mail.attachments] == ["text/calendar"]
