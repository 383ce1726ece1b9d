"""What of a mail is text to read and what is an attachment, by both parsers alike."""

from __future__ import annotations

import base64
import hashlib

import pytest

from omnitui.core.blocks import BlockKind
from omnitui.core.mail import ParsedMail
from omnitui.sync.mail.charsets import codec_for, decode
from omnitui.sync.mail.parse import parse_carefully, parse_mail
from tests.sync.mail.winmail import winmail

PNG = b"\x89PNG not really"
MIXED = b"""From: anna@example.org
Subject: broken
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=alt

--alt
Content-Type: text/plain; charset=utf-8

It is broken.
> what is?
--alt
Content-Type: multipart/related; boundary=rel

--rel
Content-Type: text/html; charset=iso-8859-1

<meta charset="iso-8859-1"><p>It is <b>br\xf6ken</b>.<img src="cid:one">
--rel
Content-Type: image/png
Content-ID: <one>
Content-Transfer-Encoding: base64

%b
--rel--
--alt--
--outer
Content-Type: text/plain; name="=?utf-8?q?r=C3=A9sum=C3=A9.txt?="
Content-Disposition: attachment

my log
--outer
Content-Type: message/rfc822

From: x@example.org
Subject: the first mail

old
--outer
Content-Type: text/plain

The footer.
--outer--
""" % base64.b64encode(PNG)


@pytest.mark.parametrize("parse", [parse_mail, parse_carefully])
def test_text_and_attachments(parse: object) -> None:
    mail: ParsedMail = parse(MIXED)  # type: ignore[operator]
    assert mail.text == "It is broken.\n> what is?\n\nThe footer."
    assert "brö" in mail.html
    assert 'charset="utf-8"' in mail.html
    assert [(a.name, a.type, a.part, a.inline, a.named) for a in mail.attachments] == [
        ("image-1.2.2.png", "image/png", "1.2.2", True, False),
        ("résumé.txt", "text/plain", "2", False, True),
        ("the first mail.eml", "message/rfc822", "3", False, False),
    ]
    picture = mail.attachments[0]
    assert (picture.size, picture.sha256) == (len(PNG), hashlib.sha256(PNG).hexdigest())
    assert picture.content_id == "one"
    assert "It is broken." in mail.reply_text
    assert {block.kind for block in mail.blocks} >= {BlockKind.PARAGRAPH, BlockKind.QUOTE}


def one_part(kind: str, body: bytes, encoding: str = "8bit") -> ParsedMail:
    head = f"From: a@example.org\nContent-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n"
    return parse_mail(head.encode() + body)


def test_stub_text_gives_way_to_the_html() -> None:
    html = b"<p>" + b"The real words. " * 60 + b"</p>"
    body = b"--b\nContent-Type: text/plain\n\nYour mail client does not support HTML.\n--b\nContent-Type: text/html\n\n"
    mail = one_part("multipart/alternative; boundary=b", body + html + b"\n--b--\n")
    assert "The real words." in mail.reply_text
    assert "support" not in mail.reply_text


def test_html_alone_gives_text() -> None:
    mail = one_part("text/html", b"<p>Hello<script>no()</script>")
    assert (mail.text, mail.text_from_html) == ("Hello", True)


def test_flowed() -> None:
    mail = one_part("text/plain; format=flowed", b"one \ntwo\n\nthree\n")
    assert [block.text for block in mail.blocks] == ["one two", "three"]


def test_mail_that_only_carries_another_shows_it() -> None:
    mail = one_part("message/rfc822", b"Subject: in\n\nthe words inside\n")
    assert "the words inside" in mail.text
    assert mail.attachments[0].name == "in.eml"
    assert mail.notices


def test_uuencoded_file_in_the_text() -> None:
    mail = one_part("text/plain", b"before\nbegin 644 cat.txt\n#0V%T\n`\nend\nafter\n")
    assert mail.text == "before\nafter"
    assert [(a.name, a.size) for a in mail.attachments] == [("cat.txt", 3)]
    assert one_part("text/plain", b"we begin 644 x\nhere\n").attachments == ()


def test_winmail_is_unpacked() -> None:
    data = winmail()
    mail = one_part("application/ms-tnef; name=winmail.dat", base64.b64encode(data), "base64")
    assert [(a.name, a.size) for a in mail.attachments] == [("café plan.pdf", 4)]
    assert mail.text == "words in the wrapper"
    for cut in range(0, len(data), 7):
        assert one_part("application/ms-tnef; name=winmail.dat", base64.b64encode(data[:cut]), "base64").error is None


@pytest.mark.parametrize(
    ("kind", "notice"),
    [
        ("multipart/signed; boundary=b", "signature"),
        ("multipart/encrypted; boundary=b", "encrypted"),
        ("multipart/mixed", "without parts"),
        ("text/plain; charset=no-such", "character set"),
    ],
)
def test_notices(kind: str, notice: str) -> None:
    mail = one_part(kind, b"--b\n\ncaf\xe9 and some more words\n--b--\n")
    assert any(notice in text for text in mail.notices), mail.notices
    assert "some more words" in mail.text


CHARSETS = [
    (b"caf\xe9", "iso-8859-1", "café"),
    (b"\x80 5", "iso-8859-1", "€ 5"),
    ("中文".encode("gb18030"), "gb2312", "中文"),
    ("한국".encode("cp949"), "ks_c_5601-1987", "한국"),
    ("日本".encode("cp932"), "shift_jis", "日本"),
    ("日本".encode("iso2022_jp"), "iso-2022-jp", "日本"),
    (b"\x1b$B-!4];z%F\x1b(B!", "iso-2022-jp", "①丸字テ!"),
    ("Tiếng Việt".encode(), "us-ascii", "Tiếng Việt"),
    ("ß".encode("utf-16"), "utf-16", "ß"),
    (rb"\x1b", "unicode_escape", r"\x1b"),
    (b"\x00\xff\xfe", "zlib_codec", None),
]


@pytest.mark.parametrize(("data", "charset", "expected"), CHARSETS, ids=lambda v: str(v)[:20])
def test_charsets(data: bytes, charset: str, expected: str | None) -> None:
    text, _ = decode(data, charset)
    assert expected is None or text == expected


NONE = ("unicode_escape", "raw_unicode_escape", "zlib", "zlib_codec", "hex", "rot13", "idna", "punycode", "base64")


@pytest.mark.parametrize("name", [*NONE, "undefined", "x" * 99, ""])
def test_what_is_no_character_set_is_refused(name: str) -> None:
    assert codec_for(name) == ""
