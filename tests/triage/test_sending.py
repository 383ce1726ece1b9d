"""An answer is frozen when the key is pressed, stands in the thread at once, and comes back with everything in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core import own_ids
from omnitui.core.errors import NotFound, Refused
from omnitui.core.mail import Address
from omnitui.core.models import Draft
from omnitui.core.outgoing import from_payload
from omnitui.core.times import SECOND, Instant
from omnitui.store import accounts, conversations, drafts, messages, outbox
from omnitui.store.connection import Role, open_cache
from omnitui.store.secret_key import secret_key
from omnitui.sync.outbox.compose import compose
from omnitui.triage import drafting, sending, undo
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, make

SERVER = ServerSettings(host="mail.shop.example")
ACCOUNT = AccountSettings(
    name="support",
    address="support@shop.example",
    display_name="The shop",
    signature="Kind regards",
    imap=SERVER,
    smtp=SERVER,
)
ANA = Agent("ana", (ACCOUNT,), "Europe/Amsterdam")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db")
    yield connection
    connection.close()


def written(cache: sqlite3.Connection, body: str = "It comes tomorrow.") -> Draft:
    """An answer to Anna, saved."""
    return drafts.save(cache, replace(drafting.reply(cache, ANA, 1), body=body), NOW)


def test_an_answer_knows_whom_and_what_it_answers(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = written(cache)
    assert (draft.to, draft.subject, draft.account) == (
        (Address("Anna", "anna@example.org"),),
        "Re: Question 1",
        "support",
    )
    step = sending.send(cache, ANA, draft, NOW, attachments=tmp_path / "files")
    assert step is not None
    assert step.label == "Sent to Anna"
    head = messages.thread(1).first(cache)
    assert head is not None
    item = outbox.by_id(head.omni_id).first(cache)
    assert item is not None
    mail = from_payload(item.payload)
    assert mail.text.startswith("It comes tomorrow.\n\n-- \nKind regards\n\nOn Thu, 14 Jan 2027 at ")
    assert mail.text.endswith(", Anna <anna@example.org> wrote:\n> Mail 2 of Anna about a parcel\n")
    assert mail.in_reply_to == ("c1.2@example.org",)
    assert mail.sender == Address("The shop", "support@shop.example")
    assert own_ids.verify(secret_key(cache), "support c1.0@example.org", mail.mid)
    assert (item.state, item.not_before, item.saw_at) == ("held", NOW + 10 * SECOND, draft.saw_at)
    assert b"In-Reply-To: <c1.2@example.org>" in compose(mail, lambda sha: b"")
    assert drafts.every().all(cache) == []
    (body,) = messages.bodies([head.id]).all(cache)
    assert [block.folded for block in body.blocks] == [False, True, True, True], "signature and quote are folded"


def test_taken_back_within_the_window_the_draft_is_whole_again(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = written(cache)
    sending.send(cache, ANA, draft, NOW, attachments=tmp_path)
    assert undo.undo(cache, ANA, NOW)
    assert drafts.for_conversation(1).all(cache) == [draft]
    assert outbox.rows().all(cache) == []
    row = conversations.by_id(1).first(cache)
    assert row is not None
    assert (row.draft_count, row.queued_count, row.waiting_since is not None) == (1, 0, True)


def test_a_mail_that_was_never_saved_comes_back_as_a_draft_too(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = replace(drafting.reply(cache, ANA, 1), body="From the command line")
    sending.send(cache, ANA, draft, NOW, attachments=tmp_path)
    (item,) = outbox.rows().all(cache)
    sending.cancel_send(cache, ANA, item.id, NOW)
    assert [kept.body for kept in drafts.every().all(cache)] == ["From the command line"]
    with pytest.raises(NotFound):
        sending.cancel_send(cache, ANA, item.id, NOW)


def test_a_failed_one_is_edited_or_tried_again(cache: sqlite3.Connection, tmp_path: Path) -> None:
    sending.send(cache, ANA, written(cache), NOW, attachments=tmp_path)
    (item,) = outbox.rows().all(cache)
    with pytest.raises(Refused):
        sending.retry_send(cache, item.id, NOW)
    outbox.settle(cache, item.id, "failed", "no such mailbox", NOW)
    sending.retry_send(cache, item.id, NOW)
    assert [row.state for row in outbox.rows().all(cache)] == ["queued"]
    outbox.settle(cache, item.id, "failed", "no such mailbox", NOW)
    sending.cancel_send(cache, ANA, item.id, NOW)
    assert [kept.body for kept in drafts.every().all(cache)] == ["It comes tomorrow."]


def test_one_on_its_way_is_not_cancelled(cache: sqlite3.Connection, tmp_path: Path) -> None:
    sending.send(cache, ANA, written(cache), NOW, attachments=tmp_path)
    item = outbox.claim(cache, ["send"], 1, owner="w", now=Instant(NOW + 10_000), lease=1000)
    assert item is not None
    with pytest.raises(Refused, match="cannot be taken back"):
        sending.cancel_send(cache, ANA, item.id, NOW)


def test_a_new_mail_begins_a_conversation_that_waits_for_them(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = replace(drafting.fresh(ANA, "support", (Address("Eva", "eva@example.org"),), "Your order"), body="Hello")
    sending.send(cache, ANA, draft, NOW, attachments=tmp_path)
    row = conversations.by_id(5).first(cache)
    assert row is not None
    assert (row.contact_name, row.subject, row.state.value, row.message_count) == ("Eva", "Your order", "pending", 1)
    head = messages.thread(5).first(cache)
    assert head is not None
    assert row.key == f"support {head.mid}"
    undo.undo(cache, ANA, NOW)
    assert conversations.by_id(5).first(cache) is None
    assert [kept.subject for kept in drafts.every().all(cache)] == ["Your order"]


def test_files_go_along_as_they_were_when_it_was_sent(cache: sqlite3.Connection, tmp_path: Path) -> None:
    paper = tmp_path / "label.pdf"
    paper.write_bytes(b"%PDF first")
    sending.send(cache, ANA, replace(written(cache), attachments=(str(paper),)), NOW, attachments=tmp_path / "files")
    paper.write_bytes(b"%PDF second")
    (item,) = outbox.rows().all(cache)
    found = outbox.by_id(item.id).first(cache)
    assert found is not None
    (file,) = from_payload(found.payload).files
    kept = tmp_path / "files" / file.sha256
    assert (file.name, file.type, file.size, kept.read_bytes()) == ("label.pdf", "application/pdf", 10, b"%PDF first")
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": ()}, "Nobody"),
        ({"to": (Address("", "no address"),)}, "is not a mail address"),
        ({"body": "  "}, "nothing in it"),
        ({"account": "other"}, "not in the config"),
        ({"attachments": ("/nowhere/label.pdf",)}, "is no file"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_the_draft_stays(
    cache: sqlite3.Connection, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    draft = written(cache)
    with pytest.raises(Refused, match=words):
        sending.send(cache, ANA, replace(draft, **change), NOW, attachments=tmp_path / "files")  # type: ignore[arg-type]
    assert drafts.every().all(cache) == [draft]
    assert outbox.rows().all(cache) == []


def test_a_mail_from_an_account_that_was_never_synced(tmp_path: Path) -> None:
    cache = open_cache(tmp_path / "new.db", Role.OPERATIONS)
    draft = drafting.fresh(ANA, "support", (Address("Eve", "eve@example.org"),), "Your parcel")
    kept = drafting.save(cache, ANA, replace(draft, body="It is here"), NOW)
    again = drafts.by_id(kept.id).first(cache)
    assert again is not None
    assert again.account == "support", "a draft that is opened again still knows where it leaves from"
    sending.send(cache, ANA, again, NOW, attachments=tmp_path / "files")
    (row,) = outbox.rows().all(cache)
    assert (row.account, row.recipients, row.state) == ("support", "eve@example.org", "held")
    begun = conversations.by_id(1).first(cache)
    assert begun is not None
    assert (begun.account, begun.contact_name, begun.channel) == ("support", "Eve", "email")
    # The account's first sync takes it up as it stands there.
    assert accounts.upsert(cache, "support", "email", "support@shop.example") == 1
    cache.close()


def test_drafts_survive_the_end_of_the_program(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = written(cache, "half a sent")
    again = drafts.save(cache, replace(draft, body="half a sentence"), Instant(NOW + 1))
    assert again.id == draft.id
    other = open_cache(tmp_path / "cache.db", Role.OPERATIONS)
    assert drafts.by_id(draft.id).first(other) == again
    row = conversations.by_id(1).first(other)
    assert row is not None
    assert row.draft_count == 1
    assert drafts.delete(other, draft.id)
    assert not drafts.delete(other, draft.id)
    other.close()


def test_a_forward_answers_nobody_and_is_not_held(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = replace(drafting.forward(cache, ANA, 1), to=(Address("", "depot@example.org"),))
    sending.send(cache, ANA, draft, NOW, attachments=tmp_path)
    item = outbox.by_id(outbox.rows().all(cache)[0].id).first(cache)
    assert item is not None
    mail = from_payload(item.payload)
    assert (mail.in_reply_to, mail.references, item.saw_at) == ((), (), 0)


def test_ids_made_up_here_stay_here(cache: sqlite3.Connection, tmp_path: Path) -> None:
    cache.execute(
        "UPDATE message SET mid = 'sha256-12@derived.invalid', refs = '[\"c1.1@example.org\"]'"
        " WHERE mid = 'c1.2@example.org'"
    )
    sending.send(cache, ANA, written(cache), NOW, attachments=tmp_path)
    item = outbox.by_id(outbox.rows().all(cache)[0].id).first(cache)
    assert item is not None
    mail = from_payload(item.payload)
    assert (mail.in_reply_to, mail.references) == ((), ("c1.1@example.org",))


def test_an_answer_has_seen_the_customers_newest_and_not_our_own_clock(cache: sqlite3.Connection) -> None:
    newest = cache.execute("SELECT max(at) FROM message WHERE conversation_id = 1").fetchone()[0]
    cache.execute("UPDATE message SET class = 'human' WHERE mid = 'c1.2@example.org'")
    cache.execute("UPDATE conversation SET last_customer_at = ? WHERE id = 1", (newest - 60_000,))
    assert drafting.reply(cache, ANA, 1).saw_at == newest - 60_000


def test_a_failed_mail_goes_back_to_its_draft(cache: sqlite3.Connection, tmp_path: Path) -> None:
    sending.send(cache, ANA, written(cache), NOW, attachments=tmp_path)
    (row,) = outbox.rows().all(cache)
    outbox.claim(cache, ["send"], 1, owner="w", now=Instant(NOW + 60 * SECOND), lease=1)
    outbox.settle(cache, row.id, "failed", "no such user", NOW)
    sending.cancel_send(cache, ANA, row.id, NOW)
    assert outbox.rows().all(cache) == []
    (draft,) = drafts.for_conversation(1).all(cache)
    assert draft.body == "It comes tomorrow."
