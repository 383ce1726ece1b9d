"""Interrupted and disturbed: cut connections, a killed worker, mails expunged meanwhile; failures known of others."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.errors import OmnituiError
from omnitui.store import ingest
from omnitui.sync.imap import pull
from omnitui.sync.imap.login import Login
from tests.servers.cutproxy import CutProxy
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.sync.imap.desk import Desk, mail
from tests.sync.imap.test_imap_orders import server_flags

pytestmark = pytest.mark.servers
ROOT = Path(__file__).resolve().parents[3]


def through(desk: Desk, port: int) -> Desk:
    desk.login = replace(desk.login, port=port)
    return desk


@pytest.mark.parametrize("upstream", [False, True], ids=["answers", "commands"])
def test_cut_anywhere_the_next_sync_brings_only_the_rest(dovecot: Dovecot, desk: Desk, upstream: bool) -> None:
    """Zammad #78: an interrupted fetch imports nothing twice. Every cut is followed by one at a later byte."""
    dovecot.append(desk.user, *(mail(n) for n in range(40)))
    dovecot.append(desk.user, mail(50), folder="Sent")
    port, total = desk.login.port, 0
    with CutProxy(port) as whole:
        with_all = through(Desk(_folder(desk.home), desk.login), whole.port)
        assert with_all.sync() == 41
        with_all.close()
        size = whole.passed["up" if upstream else "down"]
    for cut in sorted(random.Random(3).sample(range(size), 12)):
        with CutProxy(port, cut_after=cut, upstream=upstream) as proxy:
            loop = through(desk, proxy.port).loop(once=True)
            with contextlib.suppress(OmnituiError):
                loop.run()
            total += loop.new
    total += through(desk, port).sync()
    assert desk.count("message") == 41
    assert total <= 41
    assert desk.in_step()
    assert desk.sync() == 0


def _folder(home: Path) -> Path:
    folder = home / "other"
    folder.mkdir()
    return folder


def test_kill_9_in_the_middle_repeats_nothing_and_loses_nothing(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    dovecot.fill(user, [mail(n) for n in range(1500)])
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.toml").write_text(
        f'[[account]]\nname = "desk"\naddress = "desk@shop.example"\npassword_command = ["echo", "{PASSWORD}"]\n'
        f'[account.imap]\nhost = "{dovecot.name}"\nport = {dovecot.port}\nsecurity = "plain"\nusername = "{user}"\n'
    )
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "sync", "--once"]
    for wait in (0.7, 0.9, 1.1):
        process = subprocess.Popen(command, cwd=ROOT)
        time.sleep(wait)
        process.kill()
        process.wait()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    desk = Desk(tmp_path / "data", Login(dovecot.name, dovecot.port, "plain", user, "password", PASSWORD))
    assert desk.count("message") == 1500
    assert desk.in_step()
    desk.close()


def test_expunged_while_it_is_being_fetched(dovecot: Dovecot, desk: Desk) -> None:
    """A UID that the server no longer has when its turn comes: no error, no row, and the rest arrives."""
    text = "x" * 20_000
    dovecot.append(desk.user, *(mail(n, text=text) for n in range(120)))

    def expunge() -> None:
        with dovecot.client(desk.user) as other:
            other.uid("STORE", "1:30,119", "+FLAGS", "(\\Deleted)")
            other.expunge()

    port = desk.login.port
    with CutProxy(port, cut_after=300_000, at=expunge) as proxy:
        through(desk, proxy.port).sync()
    assert proxy.cut
    through(desk, port).sync()
    assert desk.in_step()
    assert desk.folder("INBOX").known == 89
    assert desk.sync() == 0


def test_a_transaction_that_fails_is_done_again_whole(
    dovecot: Dovecot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nextcloud #5440: a chunk that was stored by half must not make every later sync fail."""
    dovecot.append(desk.user, *(mail(n) for n in range(60)))
    real, calls = ingest.store_batch, []

    def failing(*given: object, **named: object) -> object:
        calls.append(1)
        stored = real(*given, **named)  # type: ignore[arg-type]
        if len(calls) == 2:
            raise OmnituiError("the disk is full")
        return stored

    monkeypatch.setattr(pull, "store_batch", failing)
    with pytest.raises(OmnituiError, match="disk is full"):
        desk.sync()
    assert 0 < desk.count("message") < 60
    desk.sync()
    assert desk.count("message") == 60
    assert desk.in_step()


def test_nothing_on_the_server_is_touched_by_reading(dovecot: Dovecot, desk: Desk) -> None:
    """Zammad #243, #5192: mail was deleted or marked read by a fetch that then failed."""
    dovecot.append(desk.user, *(mail(n) for n in range(5)))
    before = server_flags(dovecot, desk.user)
    desk.sync()
    dovecot.append(desk.user, mail(9))
    desk.sync()
    assert {uid: server_flags(dovecot, desk.user)[uid] for uid in before} == before


def test_a_mail_the_server_cannot_hand_out_stops_nothing(dovecot: Dovecot, desk: Desk) -> None:
    """Chatwoot #5081: one bad mail was fetched for ever and stopped all others."""
    dovecot.append(desk.user, *(mail(n) for n in range(6)))
    desk.sync()
    places = [dovecot.maildir(desk.user) / name for name in ("cur", "new")]
    before = {path.name.partition(":")[0] for place in places for path in place.iterdir()}
    dovecot.append(desk.user, mail(6), mail(7), mail(8))
    # Names of files do not sort by time: the microseconds in them have no leading zeros.
    added = [path for place in places for path in place.iterdir() if path.name.partition(":")[0] not in before]
    added[1].chmod(0)
    hung_up = 0
    for _ in range(8):
        try:
            desk.sync()
        except OmnituiError:
            hung_up += 1
    assert desk.count("message") == 9
    assert desk.ledger() == {("INBOX", "stored"): 8, ("INBOX", "quarantined"): 1}
    assert "hung up" in desk.ask("SELECT reason FROM ledger WHERE outcome = 'quarantined'")[0][0]
    assert 0 < hung_up <= 6
    assert desk.in_step()


def test_closed_work_stays_closed_when_uids_change(dovecot: Dovecot, desk: Desk) -> None:
    """Chatwoot #12054: what was done with must not come back because the server has numbered its mails anew."""
    dovecot.append(desk.user, mail(1), mail(2))
    desk.sync()
    with desk.writer.transaction() as cache:
        cache.execute("UPDATE conversation SET state = 'closed', waiting_since = NULL WHERE subject LIKE '%1'")
        cache.execute("INSERT INTO conversation_tag SELECT id, 'kept' FROM conversation WHERE subject LIKE '%1'")
    dovecot.change_validity(desk.user)
    assert desk.sync() == 0
    rows = {row["subject"]: row["state"] for row in desk.ask("SELECT subject, state FROM conversation")}
    assert rows == {"Parcel 1": "closed", "Parcel 2": "open"}
    assert desk.count("conversation_tag") == 1


def test_a_folder_deleted_and_one_renamed_lose_no_message(dovecot: Dovecot, desk: Desk) -> None:
    with dovecot.client(desk.user) as other:
        other.create("Orders")
        other.create("Returns")
    dovecot.append(desk.user, mail(1), folder="Orders")
    dovecot.append(desk.user, mail(2), folder="Returns")
    assert desk.sync() == 2
    with dovecot.client(desk.user) as other:
        other.delete("Orders")
        other.rename("Returns", "Back")
    assert desk.sync() == 0
    assert desk.count("message") == 2
    assert desk.ledger() == {("Back", "duplicate"): 1}
    assert desk.folder("Orders").known == 0


@pytest.mark.parametrize("name", ["Crème & café", "收件", "a.b.c", 'quo"te', "back\\slash", "per cent %", "tilde~&-"])
def test_folders_of_any_name(dovecot: Dovecot, desk: Desk, name: str) -> None:
    from imapclient import imap_utf7

    wire = imap_utf7.encode(name).decode().replace("\\", "\\\\").replace('"', '\\"')
    with dovecot.client(desk.user) as other:
        made = other.create(f'"{wire}"')[0]
    if made != "OK":
        pytest.skip(f"Dovecot refuses a folder named {name}")
    dovecot.append(desk.user, mail(1), folder=wire)
    assert desk.sync() == 1
    assert desk.ledger() == {(name, "stored"): 1}
