"""`omnitui doctor`: what is right, what is wrong, and that nothing private is in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from omnitui.demo.home import demo_home
from omnitui.store.connection import Role, open_cache
from tests.cli.run import documents, omnitui


def findings(home: Path, *args: str) -> tuple[int, list[dict[str, str]]]:
    done = omnitui(home, "doctor", "--json", *args)
    assert done.stderr == ""
    (document,) = documents(done)
    assert document["ok"] == (done.returncode == 0)
    return done.returncode, document["findings"]


def problems(found: list[dict[str, str]]) -> list[str]:
    return [f"{f['area']}: {f['words']}" for f in found if f["verdict"] == "problem"]


def test_a_new_home_is_healthy(tmp_path: Path) -> None:
    code, found = findings(tmp_path)
    assert code == 0
    assert problems(found) == []
    assert {"versions", "terminal", "folders", "config", "cache", "worker"} <= {f["area"] for f in found}
    assert any(f["area"] == "pictures" and f["words"].startswith("are shown in the terminal") for f in found)
    text = omnitui(tmp_path, "doctor")
    assert text.stdout.rstrip().endswith("0 problems.")


def test_both_servers_are_tried(tmp_path: Path) -> None:
    with demo_home() as home:
        code, found = findings(home.path)
        password = (home.path / "state" / "demo-password").read_text().strip()
        assert code == 0, found
        words = [f["words"] for f in found if f["area"] == "account shop"]
        assert any(w.startswith("IMAP login on port") and "IDLE" in w for w in words)
        assert any(w.startswith("SMTP login on port") for w in words)
        assert "IMAP secret from password_command (cat)" in words
        assert password not in str(found)
        (home.path / "state" / "demo-password").write_text("wrong\n")
        code, found = findings(home.path)
        assert code == 1
        assert len(problems(found)) == 2
        assert findings(home.path, "--offline")[0] == 0


def test_servers_that_are_away_and_secrets_that_are_missing(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    server = 'host = "127.0.0.1"\nport = 1\nsecurity = "plain"\n'
    text = f'[[account]]\nname = "a"\naddress = "a@b.example"\n[account.imap]\n{server}[account.smtp]\n{server}'
    (tmp_path / "config" / "config.toml").write_text(text)
    code, found = findings(tmp_path)
    assert code == 1
    assert all("no password for account a" in p for p in problems(found))
    done = omnitui(tmp_path, "doctor", OMNITUI_PASSWORD_A="hunter2")
    assert "hunter2" not in done.stdout + done.stderr
    assert done.stdout.count("!!") == 2
    assert "check host, port and security" in done.stdout


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("config", "config: line 2: them is not a setting"),
        ("rights", "folders: others may read"),
        ("damage", "cache: the database is damaged"),
        ("not ours", "cache: "),
        ("stuck", "outbox: 1 to go, the oldest for"),
        ("clock", "clock: mail has come from"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, harm: str, words: str) -> None:
    home = tmp_path / "home"
    mbox = tmp_path / "one.mbox"
    mail = "From: a@b.example\nDate: Mon, 02 Nov 2026 10:00:00 +0000\nSubject: x\n\n" + "text\n" * 2000
    mbox.write_text(f"From a@b.example Mon Nov  2 10:00:00 2026\n{mail}\n")
    assert omnitui(home, "import", "mbox", mbox).returncode == 0
    file = home / "data" / "cache.db"
    match harm:
        case "config":
            (home / "config" / "config.toml").write_text("[ui]\nthem = 1\n")
        case "rights":
            file.chmod(0o644)
        case "damage":
            data = bytearray(file.read_bytes())
            data[-32768:-8192] = b"\xa5" * 24576
            file.write_bytes(data)
        case "not ours":
            file.write_bytes(b"not a database, but long enough to be looked at " * 100)
        case "stuck":
            run(
                file, "INSERT INTO outbox(id, kind, account_id, state, created_at) VALUES ('x', 'send', 1, 'queued', 1)"
            )
        case "clock":
            run(file, "UPDATE message SET at = fetched_at + 3600000")
    code, found = findings(home)
    assert code == 1
    assert any(p.startswith(words) for p in problems(found)), problems(found)


def run(file: Path, sql: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(sql)
    connection.close()


def test_the_ledger_is_compared_with_the_server() -> None:
    with demo_home() as home:
        assert omnitui(home.path, "sync", "--once").returncode == 0
        code, found = findings(home.path)
        assert code == 0, problems(found)
        words = [f["words"] for f in found if f["area"] == "account shop"]
        assert any(w.startswith("folder inbox: all ") for w in words)
        assert any(w.startswith("folder sent: all ") for w in words)
        cache = home.path / "data" / "cache.db"
        run(cache, "DELETE FROM ledger WHERE uid = 103 AND folder_id = (SELECT id FROM folder WHERE role = 'inbox')")
        run(cache, "UPDATE folder SET uidvalidity = 7 WHERE role = 'sent'")
        code, found = findings(home.path)
        assert code == 1
        told = " ".join(problems(found))
        assert "folder inbox: 1 on the server are not here (UID 103)" in told
        assert "folder sent was numbered anew on the server" in told


@pytest.mark.parametrize("damage", ["older", "garbage"])
def test_accounts_are_looked_at_beside_a_cache_that_cannot_be_read(tmp_path: Path, damage: str) -> None:
    cache = tmp_path / "data" / "cache.db"
    open_cache(cache, Role.OPERATIONS).close()
    if damage == "older":
        connection = sqlite3.connect(cache)
        connection.execute("PRAGMA user_version = 1")
        connection.close()
    else:
        cache.write_bytes(b"no database" * 1000)
    (tmp_path / "config").mkdir()
    text = '[[account]]\nname = "chat"\nchannel = "telegram"\n[account.telegram]\napi = "http://127.0.0.1:1"\n'
    (tmp_path / "config" / "config.toml").write_text(text)
    code, found = findings(tmp_path)
    assert code == 1
    told = [f for f in found if f["area"] == "account chat"]
    assert any("omnitui secret set chat --only bot_token" in f["advice"] for f in told)
    said = {f["verdict"] for f in found if f["area"] == "cache"}
    assert said == ({"note"} if damage == "older" else {"problem"})
