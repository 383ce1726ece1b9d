"""What goes out is what was meant: read back by an independent parser, and the same bytes each time."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.outgoing import Outgoing, OutgoingFile, from_json, to_json
from omnitui.core.text.clean import safe_text
from omnitui.core.times import Instant
from omnitui.sync.outbox.compose import compose

MAIL = Outgoing(
    id="0198aa-7",
    mid="abc.def@shop.test",
    date=Instant(1_793_718_300_123),
    sender=Address("Shop Support", "support@shop.test"),
    to=(Address("Anna", "anna@x.test"),),
    subject="Re: Invoice",
    body="Dear Anna,\n\n.it is paid.\nFrom here on",
)


def no_file(sha256: str) -> bytes:
    raise AssertionError(sha256)


def read(raw: bytes) -> EmailMessage:
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    message = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_a_plain_answer() -> None:
    mail = replace(MAIL, in_reply_to=("1@x",), references=("0@x", "1@x"), bcc=(Address("", "boss@shop.test"),))
    raw = compose(mail, no_file)
    assert raw == (
        b"Date: Tue, 03 Nov 2026 15:05:00 +0000\r\n"
        b"From: Shop Support <support@shop.test>\r\n"
        b"To: Anna <anna@x.test>\r\n"
        b"Subject: Re: Invoice\r\n"
        b"Message-ID: <abc.def@shop.test>\r\n"
        b"In-Reply-To: <1@x>\r\n"
        b"References: <0@x> <1@x>\r\n"
        b"X-Omni-Id: 0198aa-7\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=us-ascii\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Dear Anna,\r\n\r\n.it is paid.\r\nFrom here on\r\n"
    )
    assert mail.recipients == ("anna@x.test", "boss@shop.test")


def test_signature_and_quote_follow_the_answer() -> None:
    mail = replace(MAIL, body="Yes.\n\n", signature="Anna\nShop", quote="On Monday B wrote:\n> ok?\n")
    assert mail.text == "Yes.\n\n-- \nAnna\nShop\n\nOn Monday B wrote:\n> ok?\n"


@pytest.mark.parametrize(
    ("body", "coding"),
    [("short", "7bit"), ("x" * 300, "quoted-printable"), ("Café, señor", "quoted-printable"), ("中文" * 100, "base64"),
     ("trailing \nCafé =3D\t\n", "quoted-printable")],
)  # fmt: skip
def test_body_in_any_language(body: str, coding: str) -> None:
    message = read(compose(replace(MAIL, body=body), no_file))
    assert message["Content-Transfer-Encoding"] == coding
    assert message.get_content().replace("\r\n", "\n") == body.rstrip() + "\n"


@pytest.mark.parametrize(
    "subject",
    ["plain", "Café au lait", "中文" * 60, "Re: ünï " + "word " * 60, "x" * 990, "=?utf-8?q?fake?=", "a  b", "🎉" * 40,
     "hi\r\nBcc: evil@x.test", "hi\x00\x1b]52;c;x\x07", "end\\ \"quote\" <x@y>"],
)  # fmt: skip
def test_subject_is_read_back_and_starts_no_other_header(subject: str) -> None:
    message = read(compose(replace(MAIL, subject=subject), no_file))
    assert message["Subject"] == safe_text(subject, lines=False)
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "name", ["Anna", "Anna, B.", 'A "B" C\\', "Zoë", "张伟" * 20, "=?utf-8?q?x?=", "a\r\nBcc: b@c", "x" * 300]
)
def test_names_are_read_back(name: str) -> None:
    person = Address(name, "anna@x.test")
    message = read(
        compose(replace(MAIL, to=(person, Address("", "b@y.test")), sender=person, cc=(person,) * 30), no_file)
    )
    found = message["To"].addresses
    assert [a.addr_spec for a in found] == ["anna@x.test", "b@y.test"]
    seen = found[0].display_name  # this parser sets a space between encoded words of a phrase
    assert seen.replace(" ", "") == safe_text(name, lines=False).replace(" ", "")
    assert len(message["Cc"].addresses) == 30


def test_domains_go_out_in_ascii_and_bad_addresses_are_refused() -> None:
    raw = compose(replace(MAIL, to=(Address("", "x@münchen.test"),)), no_file)
    assert b"To: x@xn--mnchen-3ya.test\r\n" in raw
    with pytest.raises(Refused, match="not a mail address"):
        compose(replace(MAIL, to=(Address("", "x@y\r\nBcc: z@z"),)), no_file)


def test_a_reply_to_a_hostile_mail_works() -> None:
    mail = replace(
        MAIL, in_reply_to=("x\r\nX1 DELETE",), references=("a>b", "c d", "good@x", "ü@x", ""), subject="\r\n\x1b[31m"
    )
    message = read(compose(mail, no_file))
    assert message["In-Reply-To"] is None
    assert message["References"] == "<good@x>"


def test_many_references_keep_the_first_and_the_latest() -> None:
    mail = replace(MAIL, references=tuple(f"{n}@x.test" for n in range(500)))
    found = read(compose(mail, no_file))["References"].split()
    assert (found[0], found[-1], len(found)) == ("<0@x.test>", "<499@x.test>", 40)


FILES = {
    "h1": b"\x00\x01\xff" * 5000,
    "h2": b"From: x@y\nSubject: in\n\nbody\n.\n",
    "h3": b"From: x\r\n\r\n" + b"\xfc" * 2000,
}


def test_files_and_a_forwarded_mail() -> None:
    files = (
        OutgoingFile("report.pdf", "application/pdf", 3, "h1"),
        OutgoingFile("Rechnung für März – sehr langer Name 发票发票发票发票发票.pdf", "application/pdf", 3, "h1"),
        OutgoingFile("in.eml", "message/rfc822", 3, "h2"),
        OutgoingFile("long.eml", "message/rfc822", 3, "h3"),
        OutgoingFile('we"ird; name.txt', "no type\r\nX: y", 3, "h1"),
    )
    mail = replace(MAIL, files=files)
    raw = compose(mail, FILES.__getitem__)
    parts = list(read(raw).iter_parts())
    assert [part.get_content_type() for part in parts] == [
        "text/plain", "application/pdf", "application/pdf", "message/rfc822", "application/octet-stream",
        "application/octet-stream",
    ]  # fmt: skip
    assert [part.get_filename() for part in parts[1:]] == [file.name for file in files]
    assert parts[1].get_content() == FILES["h1"]
    assert parts[3].get_content()["Subject"] == "in"
    assert parts[4].get_content() == FILES["h3"]
    assert raw.isascii()
    assert compose(from_json(to_json(mail)), FILES.__getitem__) == raw


TEXTS = st.text(st.one_of(st.characters(), st.sampled_from('\r\n\t .=?<>"\\@,;:\x00\u2028é中')), max_size=200)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=3))
def test_whatever_is_typed_makes_one_mail(subject: str, body: str, name: str, file: str, ids: list[str]) -> None:
    files = (OutgoingFile(file, "text/plain", 1, "h1"),)
    mail = replace(
        MAIL, subject=subject, body=body, to=(Address(name, "a@b.test"),), references=tuple(ids), files=files
    )
    raw = compose(mail, FILES.__getitem__)
    message = read(raw)
    assert message["Subject"] == safe_text(subject, lines=False)
    assert [a.addr_spec for a in message["To"].addresses] == ["a@b.test"]
    allowed = {"Date", "From", "To", "Subject", "Message-ID", "References", "X-Omni-Id", "MIME-Version", "Content-Type"}
    assert set(message.keys()) <= allowed
    assert len(list(message.iter_parts())) == 2
    assert raw == compose(from_json(to_json(mail)), FILES.__getitem__)
