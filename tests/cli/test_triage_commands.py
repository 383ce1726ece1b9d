"""Triage from the command line, through the real command on a cache filled by `omnitui import`."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import documents, omnitui

WORDS = {
    1: ("Anna de Vries", "Where is my parcel?", "Order 4711 should have come on Friday."),
    2: ("陳怡君", "訂單 8812 的發票", "請問發票什麼時候會寄出？"),
    3: ("Ngọc Trần", "Đổi địa chỉ giao hàng", "Tôi muốn đổi địa chỉ của đơn hàng."),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three conversations, made once and copied by nobody: each test undoes what it does."""
    top = tmp_path_factory.mktemp("desk")
    box = mailbox.Maildir(top / "Mail")
    for number, (name, subject, text) in WORDS.items():
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{name} <c{number}@example.org>", "support@shop.example"
        mail["Subject"], mail["Message-ID"] = subject, f"<{number}@example.org>"
        mail["Date"] = f"Mon, 02 Nov 2026 1{number}:00:00 +0000"
        mail.set_content(text + "\n")
        box.add(mail)
    home = top / "home"
    assert omnitui(home, "import", "maildir", top / "Mail").returncode == 0
    return home


def one(home: Path, *words: object, **more: Any) -> dict[str, Any]:
    """The one document of a command that succeeds."""
    done = omnitui(home, *words, "--json", **more)
    assert done.returncode == 0, done.stderr
    (found,) = documents(done)
    return found


def ids(home: Path, query: str) -> set[int]:
    return {row["id"] for row in one(home, "list", query)["conversations"]}


def number_of(home: Path, query: str) -> int:
    (found,) = ids(home, query)
    return found


@pytest.mark.parametrize(
    ("query", "who"),
    [("parcel", "Anna de Vries"), ("發票", "陳怡君"), ("dia chi", "Ngọc Trần"), ("from:anna", "Anna de Vries")],
)
def test_search_finds_the_conversation_and_the_message(filled: Path, query: str, who: str) -> None:
    (result,) = one(filled, "search", query)["results"]
    assert result["conversation"]["contact"] == who
    assert result["match"]["preview"]


def test_closing_and_reopening_by_undo(filled: Path) -> None:
    anna = number_of(filled, "parcel")
    assert one(filled, "close", anna)["step"]["label"].startswith("Closed")
    assert ids(filled, "is:closed") == {anna}
    assert one(filled, "undo")["step"]["label"]
    assert ids(filled, "is:closed") == set()
    assert one(filled, "redo")["step"]
    assert ids(filled, "is:closed") == {anna}
    one(filled, "reopen", anna)
    assert ids(filled, "is:open") >= {anna}


def test_taking_back_says_so(filled: Path) -> None:
    anna = number_of(filled, "parcel")
    assert omnitui(filled, "star", anna).stderr.startswith("Star")
    assert omnitui(filled, "undo").stderr.startswith("Took back: Star")
    assert omnitui(filled, "redo").stderr.startswith("Done again: Star")
    assert omnitui(filled, "undo").returncode == 0


def test_nothing_found_says_what_was_meant(filled: Path) -> None:
    anna = number_of(filled, "parcel")
    one(filled, "tag", anna, "+refund")
    for command in ("list", "search"):
        done = omnitui(filled, command, "tag:refnud")
        assert (done.stdout, done.stderr) == ("", "Nothing found. tag:refnud: did you mean tag:refund?\n")
        assert omnitui(filled, command, "tag:refund").stderr == ""
    one(filled, "undo")


def test_a_query_is_one_step(filled: Path) -> None:
    step = one(filled, "tag", "--query", "is:open", "+peak", "+Monday")["step"]
    assert "3 conversations" in step["label"]
    assert len(ids(filled, "tag:peak")) == len(ids(filled, "tag:monday")) == 3
    one(filled, "undo")
    assert ids(filled, "tag:peak") == set()


def test_labels_show_in_the_list(filled: Path) -> None:
    anna = number_of(filled, "parcel")
    one(filled, "assign", anna, "--to", "ben")
    one(filled, "priority", anna, "--to", "urgent")
    one(filled, "star", anna)
    (row,) = one(filled, "list", f"id:{anna}")["conversations"]
    assert (row["assignee"], row["priority"], row["starred"]) == ("ben", "urgent", True)
    for _ in range(3):
        one(filled, "undo")
    (row,) = one(filled, "list", f"id:{anna}")["conversations"]
    assert (row["assignee"], row["priority"], row["starred"]) == ("", "normal", False)


def test_snooze_says_the_time_back(filled: Path) -> None:
    anna = number_of(filled, "parcel")
    label = one(filled, "snooze", anna, "--until", "3d")["step"]["label"]
    assert label.startswith("Snoozed")
    assert "until" in label
    (row,) = one(filled, "list", "is:snoozed")["conversations"]
    assert row["snoozed_until"] > row["last_at"]
    one(filled, "undo")
    done = omnitui(filled, "snooze", anna, "--until", "someday")
    assert done.returncode == 6
    assert "someday" in done.stderr


def test_notes_merge_and_split(filled: Path) -> None:
    anna, ngoc = number_of(filled, "parcel"), number_of(filled, "dia chi")
    one(filled, "note", anna, "-", stdin="Carrier case 88-120\n")
    shown = one(filled, "show", anna)
    assert [m["text"].strip() for m in shown["messages"] if m["class"] == "note"] == ["Carrier case 88-120"]
    one(filled, "merge", ngoc, "--into", anna)
    both = one(filled, "show", anna)["messages"]
    assert {m["message_id"] for m in both} >= {"1@example.org", "3@example.org"}
    moved = next(m["id"] for m in both if m["message_id"] == "3@example.org")
    one(filled, "split", anna, moved)
    assert len(ids(filled, "is:open")) == 3
    for _ in range(3):
        one(filled, "undo")
    assert number_of(filled, "dia chi") == ngoc


def test_the_log_tells_who_did_what(filled: Path) -> None:
    anna = number_of(filled, "parcel")
    one(filled, "close", anna)
    one(filled, "undo")
    newest = one(filled, "log", anna)["operations"][:2]
    assert [row["undoes"] for row in newest] == [True, False]
    assert newest[1]["actor"]


def test_plain_text_and_the_original(filled: Path) -> None:
    anna = number_of(filled, "parcel")
    listed = omnitui(filled, "list", "parcel")
    assert listed.stdout.startswith(f"#{anna} · ")
    assert "Anna de Vries: Where is my parcel?" in listed.stdout
    shown = omnitui(filled, "show", anna)
    assert "Order 4711 should have come on Friday." in shown.stdout
    message = one(filled, "show", anna)["messages"][0]["id"]
    raw = omnitui(filled, "show", anna, "--raw", message)
    assert "Message-ID: <1@example.org>" in raw.stdout
    assert omnitui(filled, "list", "--count", "is:open").stdout.strip() == "3"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["show", "999"], 5),
        (["close"], 2),
        (["close", "999"], 5),
        (["list", "tag:"], 6),
        (["tag", "1", "refund"], 2),
        (["note", "1", "-"], 7),
    ],
)
def test_mistakes_have_exit_codes(filled: Path, words: list[str], code: int) -> None:
    done = omnitui(filled, *words)
    assert done.returncode == code, done.stderr
    assert done.stderr.strip()
    assert not done.stdout
