"""Views, contacts, drafts and files from the command line, through the real command."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from omnitui.cli.exits import Exit
from tests.cli.run import documents, omnitui

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two customers with one conversation each; the first sent a picture."""
    top = tmp_path_factory.mktemp("desk")
    box = mailbox.Maildir(top / "Mail")
    for number, name in enumerate(("Anna de Vries", "Ben Carter"), 1):
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{name} <c{number}@firm{number}.example>", "support@shop.example"
        mail["Subject"], mail["Message-ID"] = f"Question {number}", f"<{number}@x.example>"
        mail["Date"] = f"Mon, 02 Nov 2026 1{number}:00:00 +0000"
        mail.set_content("Where is it?\n")
        if number == 1:
            mail.add_attachment(PNG, maintype="image", subtype="png", filename="../box.png")
        box.add(mail)
    home = top / "home"
    assert omnitui(home, "import", "maildir", top / "Mail").returncode == 0
    return home


def one(home: Path, *words: object, **more: Any) -> dict[str, Any]:
    done = omnitui(home, *words, "--json", **more)
    assert done.returncode == 0, done.stderr
    (found,) = documents(done)
    return found


def conversation_of(home: Path, words: str) -> int:
    (row,) = one(home, "list", words)["conversations"]
    return int(row["id"])


def test_a_view_is_saved_renamed_placed_and_forgotten(home: Path) -> None:
    assert omnitui(home, "views", "save", "Parcels", "subject:question").returncode == 0
    assert omnitui(home, "views", "save", "Old", "before:2w", "--order", "newest").returncode == 0
    assert omnitui(home, "views", "rename", "Old", "Stale").returncode == 0
    assert omnitui(home, "views", "place", "Stale", 1).returncode == 0
    saved = [view for view in one(home, "views")["views"] if view["saved"]]
    assert [(view["name"], view["order"]) for view in saved] == [("Stale", "newest"), ("Parcels", "waiting")]
    assert omnitui(home, "views", "delete", "Stale").returncode == 0
    assert [view["name"] for view in one(home, "views")["views"] if view["saved"]] == ["Parcels"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("save", "Waiting", "x"), Exit.REFUSED, "every desk"),
        (("save", "x" * 30, "x"), Exit.REFUSED, "24 characters"),
        (("save", "Broken", "has:"), Exit.QUERY, ""),
        (("delete", "Nobody"), Exit.MISSING, "no saved view Nobody"),
        (("place", "Nobody", 1), Exit.MISSING, "no saved view Nobody"),
    ],
)
def test_a_wrong_view_is_refused(home: Path, words: tuple[object, ...], code: Exit, said: str) -> None:
    done = omnitui(home, "views", *words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_a_contact_is_found_mended_merged_and_all_of_it_undone(home: Path) -> None:
    (anna,) = one(home, "contacts", "--find", "anna")["contacts"]
    (ben,) = one(home, "contacts", "--find", "carter")["contacts"]
    one(home, "contacts", "set", "c1@firm1.example", "--notes", "Prefers mail")
    one(home, "contacts", "merge", ben["id"], anna["id"])
    both = one(home, "contacts", "show", anna["id"])
    assert both["contact"]["notes"] == "Prefers mail"
    assert {who["address"] for who in both["contact"]["identities"]} == {"c1@firm1.example", "c2@firm2.example"}
    assert len(both["conversations"]) == 2
    assert "Prefers mail" in omnitui(home, "contacts", "show", anna["id"]).stdout
    for _ in range(2):
        one(home, "undo")
    apart = one(home, "contacts", "show", anna["id"])
    assert (apart["contact"]["notes"], len(apart["conversations"])) == ("", 1)


def test_who_may_be_the_same_person_is_told_until_somebody_says_no(home: Path) -> None:
    for number in (1, 2):
        one(
            home, "contacts", "set", f"c{number}@firm{number}.example", "--name", "Kim Lee", "--organisation", "Lee Ltd"
        )
    kim, lee = one(home, "contacts", "--find", "kim")["contacts"]
    (seen,) = one(home, "contacts", "show", kim["id"])["matches"]
    assert (seen["contact"], seen["why"]) == (lee["id"], "same name and firm")
    assert f"perhaps also {lee['id']} · Kim Lee" in omnitui(home, "contacts", "show", kim["id"]).stdout
    one(home, "contacts", "apart", kim["id"], lee["id"])
    assert one(home, "contacts", "show", kim["id"])["matches"] == []
    for _ in range(3):
        one(home, "undo")
    assert one(home, "contacts", "--find", "kim")["contacts"] == []


def test_blocking_hides_and_shows_again(home: Path) -> None:
    one(home, "contacts", "block", "c2@firm2.example")
    assert one(home, "list", "from:ben")["conversations"] == []
    one(home, "contacts", "block", "c2@firm2.example", "--off")
    assert len(one(home, "list", "from:ben")["conversations"]) == 1


def test_no_such_contact(home: Path) -> None:
    assert omnitui(home, "contacts", "show", 999).returncode == Exit.MISSING
    assert omnitui(home, "contacts", "set", "c1@firm1.example").returncode == Exit.USAGE


def test_a_file_is_listed_and_saved_once(home: Path, tmp_path: Path) -> None:
    (file,) = one(home, "files", "list", conversation_of(home, "from:anna"))["files"]
    assert (file["name"], file["size"]) == ("box.png", len(PNG))
    done = omnitui(home, "files", "save", file["id"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "box.png").read_bytes() == PNG
    assert (tmp_path / "box.png").stat().st_mode & 0o777 == 0o600
    again = omnitui(home, "files", "save", file["id"], tmp_path)
    assert (again.returncode, "nothing was overwritten" in again.stderr) == (Exit.REFUSED, True)
    assert omnitui(home, "files", "save", 999).returncode == Exit.MISSING


def test_drafts_are_listed_shown_and_thrown_away(home: Path) -> None:
    from omnitui.core.models import ConversationId, Draft
    from omnitui.core.times import Instant
    from omnitui.store import drafts
    from omnitui.store.connection import Role, open_cache

    cache = open_cache(home / "data" / "cache.db", Role.OPERATIONS)
    draft = Draft(0, ConversationId(conversation_of(home, "from:anna")), "", "note", None, body="Ask\nBen")
    drafts.save(cache, draft, Instant(1))
    cache.close()
    (listed,) = one(home, "drafts")["drafts"]
    assert (listed["kind"], listed["body"]) == ("note", "Ask\nBen")
    assert omnitui(home, "drafts", "show", listed["id"]).stdout == "Ask\nBen\n"
    one(home, "drafts", "delete", listed["id"])
    assert one(home, "drafts")["drafts"] == []
    one(home, "undo")
    assert len(one(home, "drafts")["drafts"]) == 1
    assert omnitui(home, "drafts", "show", 999).returncode == Exit.MISSING


def test_the_fields_are_the_documented_ones(home: Path) -> None:
    for command in ("views", "contacts"):
        row = one(home, command)[command][0]
        page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
        (said,) = [line for line in page.splitlines() if line.startswith(f"| `{command}` |")]
        assert [field for field in row if f"`{field}`" not in said] == []
