"""Flags three ways: every combination of base, server, ours and an order on its way."""

from __future__ import annotations

import json

import pytest

from omnitui.core.mail import Address
from omnitui.store import contacts, flags
from omnitui.store.connection import open_reader, transaction
from omnitui.store.folders import Cursor
from omnitui.store.refresh import refresh
from tests.mailbox import NOW, Mailbox
from tests.mails import fetched, parsed

SEEN = "\\Seen"


@pytest.mark.parametrize("base", [False, True])
@pytest.mark.parametrize("server", [False, True])
@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("order", [None, "queued", "sent"])
def test_what_changed_there_wins_unless_we_have_an_order_about_it(
    box: Mailbox, base: bool, server: bool, local: bool, order: str | None
) -> None:
    box.receive(1, parsed("a@x"), flags=SEEN if base else "")
    message = box.one("SELECT id FROM message")
    box.connection.execute("UPDATE message SET seen = ?", (local,))
    refresh(box.connection, [box.conversation("a@x")["id"]])
    if order:
        payload = json.dumps({"add": [SEEN] if local else [], "remove": [] if local else [SEEN]})
        box.connection.execute(
            "INSERT INTO outbox(id, kind, account_id, message_id, state, payload, created_at)"
            " VALUES ('o', 'flag', ?, ?, ?, ?, 0)",
            (box.account_id, message, order, payload),
        )
    with transaction(box.connection):
        flags.apply_remote(box.connection, box.folders["inbox"], {1: {SEEN, "$Label"} if server else {"$Label"}}, NOW)
    expected = local if server == base or order == "queued" else server
    assert box.one("SELECT seen FROM message") == expected
    assert box.conversation("a@x")["unread_count"] == (not expected)
    assert box.one("SELECT flags FROM ledger") == " ".join(["$Label", *([SEEN] if server else [])])


def test_a_change_heard_twice_is_one_change(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    for expected in ({box.conversation("a@x")["id"]}, set()):
        with transaction(box.connection):
            assert flags.apply_remote(box.connection, box.folders["inbox"], {1: [SEEN], 99: [SEEN]}, NOW) == expected


def test_answered_elsewhere_ends_the_wait(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    with transaction(box.connection):
        flags.apply_remote(box.connection, box.folders["inbox"], {1: ["\\Answered"]}, NOW)
    assert box.conversation("a@x")["waiting_since"] is None


def test_reading_on_the_server_is_no_cursor(box: Mailbox) -> None:
    """Zammad #5192: mail marked read elsewhere was never fetched."""
    box.give("inbox", fetched(1, parsed("a@x"), flags=SEEN), fetched(2, parsed("b@x")), cursor=Cursor(3, 1))
    assert box.one("SELECT count(*) FROM message") == 2
    assert box.conversation("a@x")["unread_count"] == 0
    assert box.conversation("a@x")["waiting_since"] is not None


async def test_the_card_says_who_it_is_and_what_else_they_wrote(box: Mailbox) -> None:
    box.receive(1, parsed("a@x", subject="One"))
    box.receive(2, parsed("b@x", subject="Two"))
    box.receive(3, parsed("c@x", "bo@free.example", to=(Address("Anna", "anna@client.example"),)))
    conversation = box.conversation("a@x")["id"]
    card = contacts.card(box.connection, conversation)
    assert card is not None
    assert (card.name, card.organisation, card.conversation_count) == ("Anna", "client.example", 2)
    assert [row.subject for row in card.conversations] == ["Two", "One"]
    assert [identity.address for identity in card.identities] == ["anna@client.example"]
    assert card.last_at == fetched(3, parsed("c@x")).at
    (path,) = [row["file"] for row in box.connection.execute("PRAGMA database_list") if row["name"] == "main"]
    reader = await open_reader(path)
    assert await contacts.fetch_card(reader, conversation) == card
    await reader.close()
