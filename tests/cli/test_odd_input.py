"""The command line on input that nobody meant: never a fault of the program, never a raw byte to the terminal, and
each time words and the exit code that the table names."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from omnitui.cli.exits import Exit
from omnitui.cli.root import main
from omnitui.cli.root import omnitui as root
from omnitui.store.connection import Role, open_cache
from omnitui.store.migrate import newest
from tests.cli.run import ROOT, omnitui

HUGE, ODD, HOSTILE = "9" * 30, os.fsdecode(b"caf\xe9"), "\x1b]0;own\x07\x9bred"
LONG = "a" * 5_000


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every subcommand that does something by itself."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = [(path, command) for path, command in leaves(root) if path not in {("demo",), ("run",), ("sync",)}]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("odd")
    open_cache(made / "data" / "cache.db", Role.OPERATIONS).close()
    return made


def typed(command: click.Command, value: str) -> list[str]:
    """The value for each argument and each option that is needed."""
    words = []
    for param in command.params:
        if isinstance(param, click.Option) and param.required and not param.is_flag:
            words += [f"{param.opts[0]}={value}"]
    return words + ["--"] + [value] * sum(1 for p in command.params if isinstance(p, click.Argument))


@pytest.mark.parametrize("value", ["", HUGE, ODD, HOSTILE, LONG, "'; DROP TABLE message; --", "-0", "²"])
def test_every_command_takes_anything(
    home: Path, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDITOR", "true")
    wrong = []
    for path, command in COMMANDS:
        with open(os.devnull, encoding="utf-8") as nothing:
            monkeypatch.setattr("sys.stdin", nothing)
            code = main(["--home", str(home), *path, *typed(command, value)])
        out, err = capfd.readouterr()
        raw = {char for char in out + err if char < " " or "\x7f" <= char <= "\x9f"} - {"\n"}
        if code not in set(Exit) - {Exit.BUG} or "Traceback" in err or raw:
            wrong.append((path, code, err[-200:], raw))
    assert not wrong


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["show", HUGE], Exit.USAGE, "higher than any number"),
        (["log", HUGE], Exit.USAGE, "is not the number of a conversation"),
        (["tag", ""], Exit.USAGE, "neither a conversation's number"),
        (["tag", "²", "+a"], Exit.USAGE, "neither a conversation's number"),
        (["new", "--account="], Exit.REFUSED, "none can send"),
        (["outbox", "again", ""], Exit.MISSING, "Say which item"),
        (["setup", "--password-command", '"'], Exit.REFUSED, "is not closed"),
        (["backup", LONG], Exit.REFUSED, "File name too long"),
        (["import", "mbox", LONG], Exit.REFUSED, "File name too long"),
        (["keys", HOSTILE], Exit.USAGE, "unexpected extra argument"),
        (["keys", "--watch"], Exit.REFUSED, "needs a terminal"),
        (["demo"], Exit.REFUSED, "needs a terminal"),
        (["sync", "--json"], Exit.USAGE, "--json goes with --once"),
        (["run"], Exit.REFUSED, "needs a terminal"),
        ([], Exit.REFUSED, "needs a terminal"),
        (["--home", "", "list"], Exit.USAGE, "the name is empty"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, words: list[str], code: Exit, said: str) -> None:
    done = omnitui(tmp_path, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "fault of the program" not in done.stderr
    assert "\x1b" not in done.stderr


def test_a_file_may_have_a_name_that_is_no_text(tmp_path: Path) -> None:
    mail = os.fsencode(tmp_path) + b"/caf\xe9.eml"
    Path(os.fsdecode(mail)).write_bytes(b"Subject: here\r\n\r\nwords\r\n")
    done = omnitui(tmp_path, "mail", "parse", os.fsdecode(mail), "--jsonl")
    assert done.returncode == 0
    assert '"subject": "here"' in done.stdout


def test_the_screen_opens_where_there_is_a_terminal(tmp_path: Path) -> None:
    """The refusal looks at the terminal, not at something that is always missing here."""
    main_end, end = pty.openpty()
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "keys", "--watch"]
    process = subprocess.Popen(command, stdin=end, stdout=end, stderr=end, env=surroundings, start_new_session=True)
    os.close(end)
    seen = b""
    try:
        while b"Press keys" not in seen:
            seen += os.read(main_end, 4096)
        os.write(main_end, b"\x03")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(main_end)


def test_a_fault_is_written_down_under_the_home_that_was_named(tmp_path: Path) -> None:
    """A cache that lacks a table of its own schema: a fault, and nothing is made in the user's own folders."""
    own, home = tmp_path / "own", tmp_path / "home"
    open_cache(home / "data" / "cache.db", Role.OPERATIONS).close()
    broken = sqlite3.connect(home / "data" / "cache.db")
    broken.execute("DROP TABLE operation")
    broken.close()
    done = omnitui(home, "log", HOME=str(own))
    assert done.returncode == Exit.BUG
    assert str(home / "state" / "omnitui.log") in done.stderr
    assert "no such table" in (home / "state" / "omnitui.log").read_text()
    assert not own.exists()


def empty(path: Path) -> None:
    path.touch()


def older(path: Path) -> None:
    """As a former omnitui left it: the first migration only."""
    from omnitui.store.migrate import APPLICATION_ID, migrations, statements

    made = sqlite3.connect(path, isolation_level=None)
    number, sql = migrations()[0]
    for statement in statements(sql):
        made.execute(statement)
    made.execute(f"PRAGMA user_version = {number}")
    made.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    made.close()


@pytest.mark.parametrize("make", [empty, older])
def test_a_cache_of_an_older_program_is_read_at_once(tmp_path: Path, make: object) -> None:
    (tmp_path / "data").mkdir()
    assert callable(make)
    make(tmp_path / "data" / "cache.db")
    done = omnitui(tmp_path, "list", "--json", "is:open")
    assert done.returncode == 0, done.stderr
    check = sqlite3.connect(tmp_path / "data" / "cache.db")
    assert check.execute("PRAGMA user_version").fetchone()[0] == newest()
    check.close()


def foreign(path: Path) -> None:
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE message (x)")
    made.close()


def newer(path: Path) -> None:
    open_cache(path, Role.OPERATIONS).close()
    made = sqlite3.connect(path)
    made.execute("PRAGMA user_version = 9999")
    made.close()


def garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


@pytest.mark.parametrize(
    ("make", "said"),
    [(foreign, "is not an omnitui cache"), (newer, "by a newer omnitui"), (garbage, "omnitui doctor")],
)
@pytest.mark.parametrize("words", [["list"], ["search", "x"], ["show", "1"], ["close", "1"], ["backup", "copy.db"]])
def test_what_is_no_cache_of_ours_is_left_alone(tmp_path: Path, make: object, said: str, words: list[str]) -> None:
    cache = tmp_path / "data" / "cache.db"
    cache.parent.mkdir()
    assert callable(make)
    make(cache)
    before = cache.read_bytes()
    done = omnitui(tmp_path, *words)
    assert done.returncode == Exit.CACHE
    assert said in done.stderr
    assert cache.read_bytes() == before
    assert omnitui(tmp_path, "doctor", "--offline").returncode == Exit.FOUND


def test_a_fault_that_cannot_be_written_down_shows_no_traceback(tmp_path: Path) -> None:
    open_cache(tmp_path / "data" / "cache.db", Role.OPERATIONS).close()
    broken = sqlite3.connect(tmp_path / "data" / "cache.db")
    broken.execute("DROP TABLE operation")
    broken.close()
    (tmp_path / "state" / "omnitui.log").mkdir(parents=True)
    done = omnitui(tmp_path, "log")
    assert done.returncode == Exit.BUG
    assert "could not be written down" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
