"""A file out of a mail by its hash: as a part, inside a winmail.dat, uuencoded in the text."""

from __future__ import annotations

import base64
import hashlib
from email.message import EmailMessage

import pytest

from omnitui.sync.mail import opening
from omnitui.sync.mail.extract import extract
from omnitui.sync.mail.parse import parse_mail
from tests.sync.mail.winmail import winmail


def with_files() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "files"
    mail.set_content("See below")
    for number in range(3):
        content = bytes(range(256)) * (number + 1)
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{number}.bin")
    return mail.as_bytes()


def with_winmail() -> bytes:
    head = b"From: a@example.org\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    return head + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(winmail(b"%PDF-1.4 plan" * 50))


def with_uuencoded() -> bytes:
    return (
        b"From: a@example.org\n\nbefore\nbegin 644 cat.txt\n#0V%T\n`\nend\nbetween\nbegin 644 c2.txt\n#0V%U\n`\nend\n"
    )


@pytest.mark.parametrize(("raw", "count"), [(with_files(), 3), (with_winmail(), 1), (with_uuencoded(), 2)])
def test_each_listed_file_can_be_taken_out(raw: bytes, count: int) -> None:
    parsed = parse_mail(raw)
    assert len(parsed.attachments) == count
    for file in parsed.attachments:
        content = extract(raw, file.sha256)
        assert content is not None
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)


def test_what_is_not_there_is_none() -> None:
    assert extract(b"Subject: x\r\n\r\nbody", "0" * 64) is None
    assert extract(b"\x00\xff garbage", "0" * 64) is None


def test_the_child_gives_the_same() -> None:
    raw = with_winmail()
    (file,) = parse_mail(raw).attachments
    assert opening.file_of(raw, file.sha256) == extract(raw, file.sha256)
    assert opening.file_of(raw, "0" * 64) is None
