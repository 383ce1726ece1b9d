"""Our changes to the server and everybody else's to us: flags, moves, attachments; on rich and on poor servers."""

from __future__ import annotations

import base64
import hashlib
import random
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.store import messages, outbox
from omnitui.store.outbox import OutboxItem
from omnitui.sync.imap.account import AccountSync, Wake
from omnitui.sync.imap.login import Login
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.sync.imap.desk import Desk, mail, now

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def poor() -> Iterator[Dovecot]:
    """A server that offers next to nothing."""
    if reason := Dovecot.missing():
        pytest.skip(reason)
    hidden = ["CONDSTORE", "QRESYNC", "MOVE", "ESEARCH", "UNSELECT", "ENABLE", "IDLE", "SPECIAL-USE", "LIST-STATUS"]
    with Dovecot(hide=hidden) as server:
        yield server


@pytest.fixture(params=["rich", "poor"])
def either(request: pytest.FixtureRequest, dovecot: Dovecot, poor: Dovecot) -> Dovecot:
    return dovecot if request.param == "rich" else poor


@pytest.fixture
def there(either: Dovecot, user: str, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path, Login(either.name, either.port, "plain", user, "password", PASSWORD))
    yield one
    one.close()


def order(desk: Desk, kind: str, payload: dict[str, object], mid: str = "") -> str:
    row = desk.ask("SELECT id, conversation_id FROM message WHERE mid = ?", mid)[0] if mid else (None, None)
    item = OutboxItem(
        id=str(uuid.uuid4()),
        kind=kind,
        account_id=desk.account_id,
        conversation_id=row[1],
        message_id=row[0],
        payload=payload,
        created_at=now(),
    )
    with desk.writer.transaction() as cache:
        outbox.enqueue(cache, item)
    return item.id


def state(desk: Desk, item: str) -> tuple[str, str]:
    row = desk.ask("SELECT state, detail FROM outbox WHERE id = ?", item)[0]
    return row[0], row[1]


def server_flags(server: Dovecot, user: str, folder: str = "INBOX") -> dict[int, set[str]]:
    with server.client(user, folder) as other:
        found = other.uid("FETCH", "1:*", "(FLAGS)")[1]
    lines = [line.decode() for line in found if isinstance(line, bytes)]
    return {
        int(line.split("UID ")[1].split()[0].rstrip(")")): set(line.split("FLAGS (")[1].split(")")[0].split())
        - {"\\Recent"}
        for line in lines
    }


def test_flags_of_others_arrive_and_ours_leave(either: Dovecot, there: Desk) -> None:
    either.append(there.user, mail(1), mail(2), mail(3))
    there.sync()
    with either.client(there.user) as other:
        other.uid("STORE", "1", "+FLAGS", "(\\Seen \\Flagged)")
    one = order(there, "flag", {"add": ["\\Seen"], "remove": []}, "m2@mail.example")
    two = order(there, "flag", {"add": ["\\Flagged", "$Urgent"], "remove": ["\\Seen"]}, "m3@mail.example")
    there.sync()
    assert state(there, one) == state(there, two) == ("sent", "")
    assert there.flags("m1@mail.example") == {"seen": True, "flagged": True, "answered": False}
    assert server_flags(either, there.user) == {1: {"\\Seen", "\\Flagged"}, 2: {"\\Seen"}, 3: {"\\Flagged", "$Urgent"}}
    with either.client(there.user) as other:
        other.uid("STORE", "1", "-FLAGS", "(\\Seen)")
    there.sync()
    assert there.flags("m1@mail.example") == {"seen": False, "flagged": True, "answered": False}
    assert there.in_step()


def test_two_clients_at_one_mail_merge_flag_by_flag(either: Dovecot, there: Desk) -> None:
    """Ours wins on the flags it touched, theirs on the others; nothing they set is wiped."""
    either.append(there.user, mail(1))
    there.sync()
    with either.client(there.user) as other:
        other.uid("STORE", "1", "+FLAGS", "(\\Answered $Theirs)")
    order(there, "flag", {"add": ["\\Flagged"], "remove": []}, "m1@mail.example")
    there.sync()
    assert server_flags(either, there.user)[1] == {"\\Answered", "\\Flagged", "$Theirs"}
    assert there.flags("m1@mail.example")["answered"]


def test_many_flags_are_one_command(dovecot: Dovecot, desk: Desk) -> None:
    dovecot.append(desk.user, *(mail(n) for n in range(30)))
    desk.sync()
    items = [order(desk, "flag", {"add": ["\\Seen"]}, f"m{n}@mail.example") for n in range(30)]
    desk.sync()
    assert {state(desk, item)[0] for item in items} == {"sent"}
    assert all(flags == {"\\Seen"} for flags in server_flags(dovecot, desk.user).values())


@pytest.mark.parametrize("role", ["archive", "junk"])
def test_moves_take_one_mail_and_no_other(either: Dovecot, there: Desk, role: str) -> None:
    either.append(there.user, mail(1), mail(2), mail(3))
    with either.client(there.user) as other:
        other.uid("STORE", "3", "+FLAGS", "(\\Deleted)")
    there.sync()
    item = order(there, "move", {"role": role}, "m2@mail.example")
    there.sync()
    assert state(there, item)[0] == "sent"
    assert set(server_flags(either, there.user)) == {1, 3}, "the mail that somebody else has marked stays"
    there.sync()
    assert there.ledger()[role.capitalize(), "duplicate"] == 1
    assert there.count("message") == 3
    again = order(there, "move", {"role": role}, "m2@mail.example")
    there.sync()
    assert state(there, again)[0] == "sent"
    assert there.in_step()


def test_a_move_without_such_a_folder_says_so(dovecot: Dovecot, desk: Desk) -> None:
    dovecot.append(desk.user, mail(1))
    desk.sync()
    item = order(desk, "move", {"role": "attic"}, "m1@mail.example")
    desk.sync()
    assert "no attic folder" in state(desk, item)[1]


def test_an_order_about_a_mail_that_is_gone_is_settled(dovecot: Dovecot, desk: Desk) -> None:
    """Zammad #1662: a mail that no longer exists is no error and starts nothing anew."""
    dovecot.append(desk.user, mail(1), mail(2))
    desk.sync()
    with dovecot.client(desk.user) as other:
        other.uid("STORE", "1", "+FLAGS", "(\\Deleted)")
        other.expunge()
    items = [
        order(desk, "flag", {"add": ["\\Seen"]}, "m1@mail.example"),
        order(desk, "move", {"role": "archive"}, "m1@mail.example"),
    ]
    desk.sync()
    assert {state(desk, item)[0] for item in items} == {"sent"}
    assert desk.count("message") == 2


@pytest.mark.parametrize("flag", ["\\Seen) X DELETE INBOX (", "a\r\nX1 DELETE INBOX", "a b", "{3}", 7, ""])
def test_a_flag_that_is_none_never_reaches_the_server(dovecot: Dovecot, desk: Desk, flag: object) -> None:
    dovecot.append(desk.user, mail(1))
    desk.sync()
    item = order(desk, "flag", {"add": [flag]}, "m1@mail.example")
    desk.sync()
    assert state(desk, item)[0] == "sent"
    assert server_flags(dovecot, desk.user) == {1: set()}


def big_mail(size: int) -> tuple[bytes, bytes]:
    """A mail with a text, a small picture and an attachment of `size` bytes; and that attachment."""
    blob = random.Random(5).randbytes(size)
    lines = base64.encodebytes(blob).replace(b"\n", b"\r\n")
    head = [
        b"From: Ann <ann@mail.example>",
        b"To: desk@shop.example",
        b"Subject: A big one",
        b"Message-ID: <big@mail.example>",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="out"',
    ]
    text = b"Content-Type: text/plain; charset=utf-8\r\n\r\nPlease see the film of my parcel.\r\n"
    html = b"Content-Type: text/html\r\n\r\n<p>Please see the film.</p>\r\n"
    film = (
        b'Content-Type: video/mp4; name="film.mp4"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="film.mp4"\r\n\r\n' + lines + b"\r\n"
    )
    both = b'Content-Type: multipart/alternative; boundary="in"\r\n\r\n--in\r\n%b--in\r\n%b--in--\r\n' % (text, html)
    raw = b"\r\n".join(head) + b"\r\n\r\n--out\r\n" + both + b"--out\r\n" + film + b"--out--\r\n"
    return raw, blob


def test_a_big_mail_comes_without_its_attachment_and_that_when_asked_for(dovecot: Dovecot, desk: Desk) -> None:
    raw, blob = big_mail(3_000_000)
    desk.limit = 500_000
    dovecot.append(desk.user, mail(1), raw)
    assert desk.sync() == 2
    assert desk.in_step()
    row = desk.ask("SELECT id, subject, error FROM message WHERE mid = 'big@mail.example'")[0]
    assert (row["subject"], row["error"]) == ("A big one", None)
    assert "film of my parcel" in desk.ask("SELECT text FROM body WHERE message_id = ?", row["id"])[0][0]
    assert len(desk.ask("SELECT data FROM original WHERE message_id = ? AND complete = 0", row["id"])[0][0]) < 5000
    with desk.writer.reading() as cache:
        attachment = messages.attachments([row["id"]]).all(cache)[0]
    assert (attachment.name, attachment.here) == ("film.mp4", False)
    assert abs(attachment.size - len(blob)) < 50_000
    item = order(desk, "fetch", {"attachment_id": attachment.id})
    desk.sync()
    assert state(desk, item)[0] == "sent"
    digest = hashlib.sha256(blob).hexdigest()
    path = desk.home / "attachments" / digest
    assert path.read_bytes() == blob
    assert path.stat().st_mode & 0o777 == 0o600
    kept = desk.ask("SELECT here, sha256, size FROM attachment WHERE id = ?", attachment.id)[0]
    assert tuple(kept) == (1, digest, len(blob))
    assert desk.sync() == 0


def test_a_long_text_is_cut_and_said_to_be(dovecot: Dovecot, desk: Desk) -> None:
    desk.limit = 400_000
    text = "".join(f"Line {n} of a very long log.\r\n" for n in range(40_000))
    dovecot.append(desk.user, f"Subject: log\r\nMessage-ID: <l@x.example>\r\n\r\n{text}".encode())
    assert desk.sync() == 1
    row = desk.ask("SELECT id, notices FROM message")[0]
    assert "only the beginning" in row["notices"]
    assert "Line 100 of" in desk.ask("SELECT text FROM body WHERE message_id = ?", row["id"])[0][0]


def test_a_loop_carries_orders_out_while_it_runs_and_stops_when_told(dovecot: Dovecot, desk: Desk) -> None:
    dovecot.append(desk.user, mail(1))
    loop = desk.loop()
    with running(loop):
        wait_for(lambda: desk.count("message") == 1)
        item = order(desk, "flag", {"add": ["\\Seen"]}, "m1@mail.example")
        loop.wake(Wake.OUTBOX)
        wait_for(lambda: state(desk, item)[0] == "sent")
        dovecot.append(desk.user, mail(2))
        wait_for(lambda: desk.count("message") == 2)


class running:
    """The loop in a thread, until the end of the block."""

    def __init__(self, loop: AccountSync) -> None:
        self._loop = loop
        self._thread = threading.Thread(target=loop.run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._loop.wake(Wake.STOP)
        self._thread.join(10)
        assert not self._thread.is_alive()


def wait_for(true: object, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.01)
