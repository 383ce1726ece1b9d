"""One mail in, one `ParsedMail` out."""

from __future__ import annotations

from omnitui.sync.mail.parse import parse_mail

PLAIN = b"""From: =?utf-8?q?Ann=C3=A9?= <anne@example.org>\r
To: Support <support@example.net>, team@example.net\r
Subject: My order =?utf-8?b?4oKs?= 12\r
Date: Tue, 3 Feb 2026 10:15:00 +0100\r
Message-ID: <abc@example.org>\r
References: <one@example.net> <two@example.net>\r
In-Reply-To: <two@example.net>\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
\r
Hello,=20\r
\r
where is my caf=E9?\r
"""


def test_plain_mail() -> None:
    mail = parse_mail(PLAIN)
    assert (mail.subject, mail.message_id) == ("My order € 12", "abc@example.org")
    assert mail.sender is not None
    assert (mail.sender.name, mail.sender.email) == ("Anné", "anne@example.org")
    assert [a.email for a in mail.to] == ["support@example.net", "team@example.net"]
    assert mail.references == ("one@example.net", "two@example.net")
    assert mail.in_reply_to == ("two@example.net",)
    assert mail.date == "2026-02-03T10:15:00+01:00"
    assert mail.sent_at == 1770110100000
    assert "where is my café?" in mail.text
    assert mail.error is None
