"""`omnitui replies` and `omnitui reply --saved`, through the real command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import documents, omnitui


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_written_listed_shown_deleted_and_taken_back(home: Path) -> None:
    done = omnitui(home, "replies", "set", "delay", "-", stdin="Sorry, {{contact.first_name|there}}.\n")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Saved the reply “delay”")
    (listed,) = documents(omnitui(home, "replies", "--json"))
    assert [(r["name"], r["body"]) for r in listed["replies"]] == [("delay", "Sorry, {{contact.first_name|there}}.")]
    assert set(listed["replies"][0]) == {"name", "subject", "body", "author", "updated_at"}
    assert omnitui(home, "replies", "show", "DELAY").stdout == "Sorry, {{contact.first_name|there}}.\n"
    assert omnitui(home, "replies", "delete", "delay").returncode == 0
    gone = omnitui(home, "replies", "show", "delay")
    assert gone.returncode != 0
    assert "no saved reply" in gone.stderr
    assert omnitui(home, "undo").returncode == 0
    assert omnitui(home, "replies", "show", "delay").returncode == 0


def test_a_wrong_variable_is_told_and_nothing_kept(home: Path) -> None:
    done = omnitui(home, "replies", "set", "delay", "-", stdin="{{contact.frist_name}}")
    assert done.returncode != 0
    assert "did you mean {{contact.first_name}}?" in done.stderr
    assert omnitui(home, "replies").stdout == ""


def test_they_go_to_files_and_come_back(home: Path, tmp_path: Path) -> None:
    for name, text in (("delay", 'Sorry.\n\n"Soon" \\o/'), ("收到", "謝謝您")):
        omnitui(home, "replies", "set", name, "-", "--subject", "Re: you", stdin=text)
    before = omnitui(home, "replies", "--json").stdout
    folder, file = tmp_path / "replies", tmp_path / "replies.toml"
    assert omnitui(home, "replies", "export", folder).returncode == 0
    assert omnitui(home, "replies", "export", file).returncode == 0
    assert sorted(p.name for p in folder.iterdir()) == ["delay.md", "收到.md"]
    assert omnitui(home, "replies", "export").stdout == file.read_text(encoding="utf-8")
    for number, source in enumerate((folder, file)):
        other = tmp_path / f"other{number}"
        done = omnitui(other, "replies", "import", source, "--json")
        assert documents(done)[0]["step"]["label"] == "Saved 2 replies"
        texts = [[(r["name"], r["body"], r["subject"]) for r in documents_of(text)] for text in (before, listed(other))]
        assert texts[0] == texts[1]
        omnitui(other, "undo")
        assert omnitui(other, "replies").stdout == ""


def listed(home: Path) -> str:
    return omnitui(home, "replies", "--json").stdout


def documents_of(text: str) -> list[dict[str, str]]:
    import json

    found: list[dict[str, str]] = json.loads(text)["replies"]
    return found


def test_files_that_cannot_be_read_are_named(home: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.md"
    bad.write_bytes(b"\xff\xfe")
    assert f"{bad} cannot be read: it is not UTF-8" in omnitui(home, "replies", "import", bad).stderr
    (tmp_path / "empty").mkdir()
    assert "There is no .toml or .md file" in omnitui(home, "replies", "import", tmp_path / "empty").stderr
