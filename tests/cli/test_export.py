"""`omnitui export`: what went in comes out, as an mbox and as documents."""

from __future__ import annotations

import json
import mailbox
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.cli.export import mbox_entry
from omnitui.core.times import Instant
from omnitui.sync.mail.mbox import messages
from tests.cli.run import omnitui

MAILS = [
    b"From: Anna <anna@client.example>\nTo: s@shop.example\nSubject: Parcel\nMessage-ID: <1@x>\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 +0000\n\nFrom here on:\n>From there.\nlast line\n",
    b"From: Bo <bo@other.example>\nTo: s@shop.example\nSubject: Refund\nMessage-ID: <2@x>\n"
    b"Date: Tue, 03 Nov 2026 10:00:00 +0000\n\nno end of line",
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    box = tmp_path / "Mail"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    for number, raw in enumerate(MAILS):
        (box / "new" / f"{number}.host").write_bytes(raw)
    assert omnitui(tmp_path / "home", "import", "maildir", box).returncode == 0
    return tmp_path / "home"


def test_an_mbox_brings_the_mails_back(home: Path, tmp_path: Path) -> None:
    done = omnitui(home, "export", "--format", "mbox")
    assert done.returncode == 0
    assert "2 mails written." in done.stderr
    file = tmp_path / "out.mbox"
    file.write_text(done.stdout)
    box = mailbox.mbox(file, create=False)
    assert [mail["Subject"] for mail in box] == ["Parcel", "Refund"]
    box.close()
    assert [raw.strip() for raw in messages(file.read_bytes())] == [raw.strip() for raw in MAILS]
    again = omnitui(tmp_path / "other", "import", "mbox", file)
    assert "2 added" in again.stderr


def test_documents_of_what_a_query_finds(home: Path) -> None:
    done = omnitui(home, "export", "from:anna", "--format", "jsonl")
    (document,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert document["schema"] == 1
    assert document["message_id"] == "1@x"
    assert document["from"] == {"name": "Anna", "email": "anna@client.example"}
    assert document["text"].startswith("From here on:")
    assert omnitui(home, "export", "nothing-like-it").stdout == ""
    assert omnitui(home, "export", "frm:anna").returncode == 6


@given(st.binary(max_size=300).map(lambda body: b"Subject: x\n\n" + body.replace(b"\r", b"")))
def test_quoting_is_undone_exactly(raw: bytes) -> None:
    entry = mbox_entry(raw, "a b@c", Instant(0)) + mbox_entry(b"Subject: next\n\n", "", Instant(0))
    first, second = messages(entry)
    assert first.rstrip(b"\n") == raw.rstrip(b"\n")
    assert second.startswith(b"Subject: next")
