"""`reply`, `new` and `outbox` without any server: what they put in, show, decide and take back."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from omnitui.cli.root import main
from omnitui.core.times import Instant
from omnitui.store import outbox
from omnitui.store.connection import Role, open_cache
from tests.cli.run import documents
from tests.store.desk import make


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.toml").write_text(
        '[agent]\nname = "ana"\ntimezone = "UTC"\n[[account]]\nname = "support"\naddress = "support@shop.example"\n'
        'signature = "The shop"\n[account.imap]\nhost = "localhost"\n[account.smtp]\nhost = "localhost"\n'
    )
    (tmp_path / "data").mkdir()
    make(tmp_path / "data/cache.db").close()
    return tmp_path


def omnitui(home: Path, *args: object, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """The command in this process, which is twenty times as fast; tests/sync runs it in one of its own."""
    typed = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    words = ["--home", str(home), *map(str, args)]
    out, told = io.StringIO(), io.StringIO()
    with patch("sys.stdin", typed), patch.dict(os.environ, environ), redirect_stdout(out), redirect_stderr(told):
        mask = os.umask(0o077)
        try:
            code = main(words)
        finally:
            os.umask(mask)
    return subprocess.CompletedProcess(words, code, out.getvalue(), told.getvalue())


def reply(home: Path, text: str = "It comes tomorrow.", *words: str) -> dict[str, Any]:
    """Answer conversation 1; the document."""
    done = omnitui(home, "reply", 1, "-", "--json", *words, stdin=text)
    assert done.returncode == 0, done.stderr
    (found,) = documents(done)
    return found


def listed(home: Path, *words: str) -> list[dict[str, Any]]:
    """The outbox."""
    return list(documents(omnitui(home, "outbox", "--json", *words))[0]["items"])


def cache(home: Path) -> sqlite3.Connection:
    """The cache, as the worker would have it."""
    return open_cache(home / "data/cache.db", Role.OPERATIONS)


def leave(home: Path, item: str, state: str, phase: str) -> None:
    """A worker had it and left it so."""
    with_cache = cache(home)
    outbox.claim(with_cache, ["send"], 1, owner="w", now=Instant(2**45), lease=1)
    outbox.set_phase(with_cache, item, phase, "w")
    outbox.settle(with_cache, item, state, "in words", Instant(2**45))
    with_cache.close()


def payload(home: Path) -> dict[str, Any]:
    """What the one item in the outbox says."""
    opened = cache(home)
    (text,) = opened.execute("SELECT payload FROM outbox WHERE state <> 'cancelled'").fetchone()
    opened.close()
    return dict(json.loads(text))


def test_an_answer_with_everything(home: Path) -> None:
    (home / "list.txt").write_text("prices")
    found = reply(
        home, "Ünïcode and\nlines", "--cc", "Ben <ben@example.org>", "--bcc", "boss@shop.example", "--attach",
        str(home / "list.txt"), "--subject", "Prices", "--no-quote", "--at", "in 2 hours",
    )  # fmt: skip
    assert (found["state"], found["worker"]) == ("held", False)
    mail = payload(home)
    assert (mail["subject"], mail["body"], mail["quote"]) == ("Prices", "Ünïcode and\nlines", "")
    assert (mail["to"], mail["cc"]) == ([["Anna", "anna@example.org"]], [["Ben", "ben@example.org"]])
    (kept,) = (home / "data/attachments").iterdir()
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("prices", 0o600)
    (item,) = listed(home)
    assert item["recipients"] == "anna@example.org, ben@example.org, boss@shop.example"


def test_undo_takes_it_back_and_cancel_too(home: Path) -> None:
    first, second = reply(home, "one"), reply(home, "two")
    assert omnitui(home, "outbox", "cancel", second["outbox"][:8]).returncode == 0
    assert [item["id"] for item in listed(home)] == [first["outbox"]]
    opened = cache(home)
    assert [row[0] for row in opened.execute("SELECT body FROM draft")] == ["two"]
    opened.close()


def test_edit_writes_it_anew(home: Path, tmp_path: Path) -> None:
    reply(home, "an old draft stays")
    assert omnitui(home, "outbox", "cancel", listed(home)[0]["id"]).returncode == 0
    first = reply(home, "wrong word")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i s/wrong/right/ "$1"\n')
    editor.chmod(0o755)
    done = omnitui(home, "outbox", "edit", first["outbox"], EDITOR=str(editor), VISUAL=str(editor))
    assert done.returncode == 0, done.stderr
    (item,) = listed(home)
    assert (item["id"] != first["outbox"], payload(home)["body"].strip()) == (True, "right word")


@pytest.mark.parametrize(
    ("state", "phase", "words", "code", "becomes"),
    [
        ("failed", "dot", "retry", 0, "queued"),
        ("asking", "", "retry", 0, "queued"),
        ("asking", "dot", "retry", 7, "asking"),
        ("asking", "dot", "again", 0, "queued"),
        ("unknown", "dot", "sent", 0, "sent"),
        ("failed", "dot", "sent", 7, "failed"),
        ("asking", "dot", "cancel", 0, "cancelled"),
        ("asking", "dot", "edit", 7, "asking"),
        ("asking", "", "cancel", 0, None),
    ],
)
def test_decisions(home: Path, state: str, phase: str, words: str, code: int, becomes: str | None) -> None:
    item = reply(home)["outbox"]
    leave(home, item, state, phase)
    done = omnitui(home, "outbox")
    assert (done.returncode, "in words" in done.stdout) == (1, True)
    json_ = [] if words == "edit" else ["--json"]
    done = omnitui(home, "outbox", words, item[:8], *json_, EDITOR="false")
    assert done.returncode == code, done.stderr
    if not code:
        assert [row["state"] for row in documents(done)[0]["items"]] == ([becomes] if becomes else [])
    states = {row["id"]: row["state"] for row in listed(home, "--all")}
    assert states.get(item) == becomes


def test_retry_ends_the_wait_of_a_held_one(home: Path) -> None:
    item = reply(home)["outbox"]
    assert omnitui(home, "outbox", "retry", item).returncode == 0
    opened = cache(home)
    assert outbox.claim(opened, ["send"], 1, owner="w", now=Instant(2**45), lease=1) is not None
    opened.close()


def test_new_mail_needs_to_know_from_where(home: Path) -> None:
    done = omnitui(home, "new", "-", "--to", "eva@example.org", "--subject", "Hello", "--json", stdin="Hi")
    assert documents(done)[0]["state"] == "held"
    config = home / "config/config.toml"
    config.write_text(config.read_text() + config.read_text().partition("[[account]]")[2].replace("support", "second")
                      .join(["[[account]]", ""]))  # fmt: skip
    done = omnitui(home, "new", "-", "--to", "eva@example.org", stdin="Hi")
    assert (done.returncode, "--account" in done.stderr) == (7, True)
