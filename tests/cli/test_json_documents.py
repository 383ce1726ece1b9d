"""What commands print as JSON is what docs/json.md says, field by field."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import documents, omnitui

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
MAIL = (
    "From: Anna <anna@client.example>\nTo: s@shop.example\nSubject: Parcel\nMessage-ID: <1@x>\n"
    "Date: Mon, 02 Nov 2026 10:00:00 +0000\nContent-Type: text/csv; name=a.csv\n"
    "Content-Disposition: attachment\n\na;b\n"
)


def documented(thing: str) -> set[str]:
    """The fields in the row of a thing or a command; those in parentheses belong to what stands before them."""
    row = next(
        line for line in PAGE.splitlines() if re.match(rf"\| (?:{re.escape(thing)} |`{re.escape(thing)}`)", line)
    )
    return set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)|:.*", "", row.split("|")[2])))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("json")
    (top / "one.mbox").write_text(f"From anna@client.example Mon Nov  2 10:00:00 2026\n{MAIL}\n")
    assert omnitui(top / "home", "import", "mbox", top / "one.mbox").returncode == 0
    return top / "home"


def one(home: Path, *args: object, stdin: str = "") -> dict[str, Any]:
    done = omnitui(home, *args, "--json", stdin=stdin)
    (document,) = documents(done)
    return document


def test_lists_and_threads(home: Path) -> None:
    listed = one(home, "list")
    assert set(listed) == documented("list")
    assert set(listed["conversations"][0]) == documented("conversation")
    shown = one(home, "show", 1)
    assert set(shown) == documented("show")
    (message,) = shown["messages"]
    assert set(message) == documented("message")
    assert set(message["from"]) == documented("person")
    assert set(message["attachments"][0]) == documented("attachment")
    assert set(shown["contact"]) == documented("contact")
    found = one(home, "search", "parcel")
    assert set(found) == documented("search")
    assert set(found["results"][0]["match"]) == {"id", "at", "from", "preview"}


def test_reasons(home: Path) -> None:
    told = one(home, "why", 1)
    assert set(told) == documented("why")
    assert set(told["messages"][0]) == {"id", "at", "who", "joined_by", "words"}
    assert told["messages"][0]["joined_by"] == "root"
    said = omnitui(home, "why", 1)
    assert "begins the conversation" in said.stdout
    assert omnitui(home, "why", 999).returncode == omnitui(home, "show", 999).returncode != 0


def test_people(home: Path) -> None:
    (anna,) = one(home, "contacts", "--find", "ann")["contacts"]
    assert set(one(home, "contacts", "show", anna["id"])["contact"]) == documented("contact")
    told = one(home, "contacts", "timeline", anna["id"])
    assert [message["conversation"] for message in told["messages"]] == [1]
    assert "#1 --- Anna" in omnitui(home, "contacts", "timeline", anna["id"]).stdout


def test_deeds_and_their_record(home: Path) -> None:
    step = one(home, "tag", 1, "+refund")
    assert set(step) == documented("close")
    assert set(step["step"]) == documented("step")
    logged = one(home, "log")
    assert set(logged) == documented("log")
    assert set(logged["operations"][0]) == documented("operation")
    assert set(one(home, "outbox")) == documented("outbox")


def test_the_others(home: Path, tmp_path: Path) -> None:
    doctor = one(home, "doctor", "--offline")
    assert set(doctor) == documented("doctor")
    assert set(doctor["findings"][0]) == {"area", "verdict", "words", "advice"}
    assert set(one(home, "config", "check")) == documented("config check")
    assert set(one(home, "keys")["keys"][0]) == {"id", "title", "help", "keys", "where", "group", "args", "undoable"}
    exported = [json.loads(line) for line in omnitui(home, "export").stdout.splitlines()]
    assert set(exported[0]) == documented("message") | {"schema", "conversation", "account"}
    file = tmp_path / "one.eml"
    file.write_text(MAIL)
    parsed = json.loads(omnitui(home, "mail", "parse", "--jsonl", file).stdout)
    assert set(parsed) == set(re.findall(r"`(\w+)`", PAGE.partition("| `mail parse` |")[2].partition("\n")[0])) | {
        "schema"
    }
    imported = one(home, "import", "mbox", home.parent / "one.mbox")
    assert set(imported) == {"account", "folder", "added", "already_here", "unreadable"}
