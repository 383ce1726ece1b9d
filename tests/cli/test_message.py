"""`omnitui message`: reacting, changing and taking back in a chat, down to the service; mails have none of it."""

from __future__ import annotations

import json
import mailbox
from pathlib import Path
from typing import Any

import pytest

from omnitui.cli.exits import Exit
from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.times import Instant
from omnitui.sync.channels.file.lines import to_line
from tests.cli.run import documents, omnitui


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A chat in which a customer has asked and we have answered."""
    service, made = tmp_path / "service", tmp_path / "home"
    service.mkdir()
    (made / "config").mkdir(parents=True)
    asked = MessageEvent(
        conversation="c1", remote_id="m1", at=Instant(1_763_900_000_000), direction=Direction.IN,
        author=Person("ana", "Ana Lee"), text="Is it here?",
    )  # fmt: skip
    (service / "in.jsonl").write_text(to_line(asked) + "\n")
    (made / "config" / "config.toml").write_text(
        f'[[account]]\nname = "desk"\nchannel = "fake"\nundo_seconds = 0\n[account.fake]\nfolder = "{service}"\n'
    )
    assert omnitui(made, "sync", "--once").returncode == 0
    assert omnitui(made, "reply", 1, "-", stdin="It is hear").returncode == 0
    assert omnitui(made, "sync", "--once").returncode == 0
    return made


def shown(home: Path) -> list[dict[str, Any]]:
    (found,) = documents(omnitui(home, "show", 1, "--json"))
    messages: list[dict[str, Any]] = found["messages"]
    return messages


def told(home: Path) -> list[str]:
    """What the service was asked for beside messages."""
    assert omnitui(home, "sync", "--once").returncode == 0
    lines = (home.parent / "service" / "out.jsonl").read_text().splitlines()
    return [json.loads(line)["type"] for line in lines][1:]


def test_a_reaction_a_change_and_a_message_taken_back(home: Path) -> None:
    theirs, ours = shown(home)
    (reacted,) = documents(omnitui(home, "message", "react", theirs["id"], "👍", "--json"))
    assert reacted["step"]["label"] == "Reacted with 👍"
    assert omnitui(home, "message", "edit", ours["id"], "It", "is", "here").returncode == 0
    theirs, ours = shown(home)
    assert theirs["reactions"] == [{"emoji": "👍", "count": 1, "ours": True}]
    assert (ours["text"].strip(), bool(ours["edited_at"])) == ("It is here", True)
    plain = omnitui(home, "show", 1).stdout
    assert "· 👍 1" in plain
    assert "· changed" in plain
    assert told(home) == ["react", "edit"]
    assert omnitui(home, "message", "react", theirs["id"], "👍", "--off").returncode == 0
    assert shown(home)[0]["reactions"] == []
    assert omnitui(home, "message", "delete", ours["id"]).returncode == 0
    assert shown(home)[1]["deleted_at"]
    assert "· taken back" in omnitui(home, "show", 1).stdout
    assert told(home) == ["react", "edit", "react", "delete"]


def test_what_cannot_be_is_refused_in_words(home: Path, tmp_path: Path) -> None:
    theirs, ours = shown(home)
    for words, said in (
        (("edit", theirs["id"], "x"), "Only messages of ours"),
        (("delete", theirs["id"]), "Only messages of ours"),
        (("edit", ours["id"], " "), "to take it back, delete it"),
    ):
        done = omnitui(home, "message", *words)
        assert (done.returncode, said in done.stderr) == (Exit.REFUSED, True), done.stderr
    assert omnitui(home, "message", "react", 999, "👍").returncode == Exit.MISSING
    box = mailbox.Maildir(tmp_path / "Mail")
    box.add(b"From: Anna <anna@client.example>\nTo: s@shop.example\nSubject: Parcel\nMessage-ID: <1@x>\n\nHello\n")
    assert omnitui(home, "import", "maildir", tmp_path / "Mail").returncode == 0
    (found,) = documents(omnitui(home, "list", "parcel", "--json"))
    mail = found["conversations"][0]["id"]
    (thread,) = documents(omnitui(home, "show", mail, "--json"))
    done = omnitui(home, "message", "react", thread["messages"][0]["id"], "👍")
    assert (done.returncode, "this is none" in done.stderr) == (Exit.REFUSED, True), done.stderr
