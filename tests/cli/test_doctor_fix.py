"""`doctor --fix` puts right what is safe, says each thing, and touches nothing else."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from omnitui.config.places import places
from tests.cli.run import documents, omnitui


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    mbox = tmp_path / "one.mbox"
    mbox.write_text("From a@b.example Mon Nov  2 10:00:00 2026\nFrom: a@b.example\nSubject: x\n\nparcel\n")
    assert omnitui(home, "import", "mbox", mbox).returncode == 0
    return home


def findings(home: Path, *args: str) -> list[tuple[str, str]]:
    (document,) = documents(omnitui(home, "doctor", "--json", "--offline", *args))
    return [(found["verdict"], found["words"]) for found in document["findings"] if found["verdict"] != "good"]


def schema(home: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(home / "data" / "cache.db")) as cache:
        return cache.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def harm(home: Path) -> None:
    """Rights, leftovers old and new, a dead socket, a lost index."""
    (home / "data" / "cache.db").chmod(0o644)
    for name, age in (
        ("config/.config.toml.abc", 7200),
        ("data/cache.before-0002.db.part", 7200),
        ("data/.9-1-2.part", 0),
    ):
        file = home / name
        file.write_text("half")
        file.chmod(0o600)
        os.utime(file, (file.stat().st_atime - age, file.stat().st_mtime - age))
    # Where the folder's name is too long for a socket, it stands elsewhere.
    places(home).socket.touch(0o600)
    with closing(sqlite3.connect(home / "data" / "cache.db")) as cache:
        name = cache.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        ).fetchone()[0]
        cache.execute(f"DROP INDEX {name}")


def test_each_thing_is_told_then_mended_then_gone(home: Path) -> None:
    before, healthy = schema(home), findings(home)
    harm(home)
    told = " ".join(words for _, words in findings(home))
    for words in ("others may read", "2 half-written files", "socket of one that is gone", "the index ", "is missing"):
        assert words in told
    assert schema(home) != before
    fixed = [words for verdict, words in findings(home, "--fix") if verdict == "fixed"]
    assert len(fixed) == 5, fixed
    assert schema(home) == before
    assert findings(home) == healthy
    assert (home / "data" / ".9-1-2.part").exists(), "somebody may be writing it now"
    assert "1 " in omnitui(home, "list").stdout
    assert not [words for verdict, words in findings(home, "--fix") if verdict == "fixed"]


def test_a_lost_table_is_told_and_never_made_anew(home: Path) -> None:
    with closing(sqlite3.connect(home / "data" / "cache.db")) as cache:
        cache.execute("PRAGMA foreign_keys = OFF")
        cache.execute("DROP TABLE draft")
    found = findings(home, "--fix")
    assert ("problem", "the table draft is missing") in found
    assert "draft" not in {name for name, _ in schema(home)}


def test_the_path_of_the_log(home: Path) -> None:
    done = omnitui(home, "log", "path")
    assert done.stdout.strip() == str(home / "state" / "omnitui.log")
    assert omnitui(home, "log").returncode == 0
    assert omnitui(home, "log", "1").returncode == 0
    wrong = omnitui(home, "log", "paths")
    assert (wrong.returncode, "not the number of a conversation" in wrong.stderr) == (2, True)
