"""`omnitui import` and `backup`: mail from files, once."""

from __future__ import annotations

import mailbox
import sqlite3
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.run import documents, omnitui


def letter(number: int, reply_to: int | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Customer {number} <c{number}@example.org>", "support@shop.example"
    mail["Subject"], mail["Message-ID"] = f"Question {number}", f"<{number}@example.org>"
    mail["Date"] = "Mon, 02 Nov 2026 10:00:00 +0000"
    if reply_to is not None:
        mail["In-Reply-To"] = f"<{reply_to}@example.org>"
    mail.set_content(f"From the start: where is parcel {number}?\n")
    return mail


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    box = mailbox.Maildir(tmp_path / "Mail")
    for number in range(5):
        message = mailbox.MaildirMessage(letter(number, reply_to=0 if number == 4 else None))
        message.set_flags("SF" if number == 1 else "")
        box.add(message)
    box.add_folder("Sent").add(letter(9))
    return tmp_path / "Mail"


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "data" / "cache.db") as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def test_a_maildir_is_read_once(tmp_path: Path, maildir: Path) -> None:
    home = tmp_path / "home"
    done = omnitui(home, "import", "maildir", maildir, "--json")
    assert done.returncode == 0, done.stderr
    inbox, sent = documents(done)
    assert (inbox["folder"], inbox["added"], inbox["already_here"]) == ("Mail", 5, 0)
    assert (sent["folder"], sent["added"]) == ("Sent", 1)
    assert rows(home, "SELECT count(*) FROM message") == [(6,)]
    assert rows(home, "SELECT count(DISTINCT conversation_id) FROM message") == [(5,)]
    assert rows(home, "SELECT role FROM folder ORDER BY name") == [("inbox",), ("sent",)]
    assert rows(home, "SELECT seen, flagged FROM message WHERE mid = '1@example.org'") == [(1, 1)]
    again = documents(omnitui(home, "import", "maildir", maildir, "--json"))
    assert [(d["added"], d["already_here"]) for d in again] == [(0, 5), (0, 1)]
    box = mailbox.Maildir(maildir)
    box.add(letter(20))
    assert documents(omnitui(home, "import", "maildir", maildir, "--json"))[0]["added"] == 1
    assert rows(home, "SELECT uid FROM ledger WHERE folder_id = 1 ORDER BY uid") == [(n,) for n in range(1, 7)]


def test_an_mbox_is_read_once_and_what_cannot_be_parsed_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "old.mbox"
    box = mailbox.mbox(file)
    for number in range(3):
        box.add(letter(number))
    box.close()
    home = tmp_path / "home"
    (one,) = documents(omnitui(home, "import", "mbox", file, "--account", "old", "--json"))
    assert one == {"account": "old", "folder": "old", "added": 3, "already_here": 0, "unreadable": []}
    (two,) = documents(omnitui(home, "import", "mbox", file, "--account", "old", "--json"))
    assert two["added"] == 0
    assert "From the start" in str(rows(home, "SELECT text FROM body LIMIT 1"))


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["maildir", "missing"], 5, "there is no folder"),
        (["maildir", "."], 7, "is no Maildir"),
        (["mbox", "missing"], 5, "there is no file"),
    ],
)
def test_what_is_no_mailbox_is_refused(tmp_path: Path, args: list[str], code: int, words: str) -> None:
    (tmp_path / "empty").mkdir()
    kind, name = args
    done = omnitui(tmp_path / "home", "import", kind, tmp_path / "empty" / name)
    assert done.returncode == code
    assert words in done.stderr


def test_a_backup_is_whole_private_and_never_overwrites(tmp_path: Path, maildir: Path) -> None:
    home = tmp_path / "home"
    omnitui(home, "import", "maildir", maildir)
    copy = tmp_path / "copy.db"
    assert omnitui(home, "backup", copy).returncode == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (6,)
    connection.close()
    assert omnitui(home, "backup", copy).returncode == 7
    assert omnitui(home, "backup", tmp_path / "no" / "such" / "copy.db").returncode == 9
    assert list(tmp_path.glob("*.part")) == []


def test_no_server_is_told_of_what_is_done_with_imported_mail(tmp_path: Path, maildir: Path) -> None:
    home = tmp_path / "home"
    omnitui(home, "import", "maildir", maildir)
    for deed in (["close", 1, 2], ["reopen", 1], ["tag", 1, "+kept"], ["star", 3], ["read", 2], ["spam", 4]):
        omnitui(home, *deed)
    assert rows(home, "SELECT count(*) FROM outbox") == [(0,)]
    assert rows(home, "SELECT tags FROM conversation WHERE id = 1") == [(" kept ",)]
