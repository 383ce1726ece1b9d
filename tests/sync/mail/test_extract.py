"""A file out of a mail by its hash."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage

from omnitui.sync.mail.extract import extract
from omnitui.sync.mail.parse import parse_mail


def test_each_listed_file_can_be_taken_out() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "files"
    mail.set_content("See below")
    for number in range(3):
        content = bytes(range(256)) * (number + 1)
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{number}.bin")
    raw = mail.as_bytes()
    parsed = parse_mail(raw)
    assert len(parsed.attachments) == 3
    for file in parsed.attachments:
        content = extract(raw, file.sha256)
        assert content is not None
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)


def test_what_is_not_there_is_none() -> None:
    assert extract(b"Subject: x\r\n\r\nbody", "0" * 64) is None
    assert extract(b"\x00\xff garbage", "0" * 64) is None
