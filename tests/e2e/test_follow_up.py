"""A reply that comes over IMAP ends the follow-up, and what was to leave without one does not leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.mailbox import DESK, Mailbox
from omnitui.store.connection import Role, open_cache, transaction
from tests.e2e.desk import Desk, running_sink
from tests.servers.dovecot import Dovecot

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(bool(Dovecot.missing()), reason=Dovecot.missing() or "Dovecot"),
    pytest.mark.timeout(180),
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Dovecot() as dovecot, running_sink() as sink:
        dovecot.fill("desk", (Mailbox().mail(number) for number in range(20)))
        yield Desk(tmp_path, dovecot, sink)


def test_a_reply_ends_it_and_silence_opens_it(desk: Desk) -> None:
    desk.ok("sync", "--once")
    replies, silent = desk.json("list", "is:waiting")["conversations"][:2]
    desk.ok(
        "reply", str(replies["id"]), "-", "--at", "tomorrow 9:00", "--unless-reply", "--follow-up", "3d",
        stdin="Did it come?\n",
    )  # fmt: skip
    desk.ok("follow-up", str(silent["id"]), "--by", "3d")
    desk.ok("close", str(silent["id"]))
    desk.ok("sync", "--once")
    assert [row["follow_up_at"] is not None for row in rows(desk, replies, silent)] == [True, True]
    assert [item["state"] for item in desk.json("outbox")["items"]] == ["held"]

    shown = desk.json("show", str(replies["id"]))["messages"]
    asked = next(m for m in shown if m["class"] == "customer")
    desk.dovecot.append(
        "desk",
        (
            f"From: {asked['from']['email']}\r\nTo: {DESK[0][1]}\r\nSubject: Re: it\r\nMessage-ID: <yes@x.example>\r\n"
            f"In-Reply-To: <{asked['message_id']}>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nIt has come.\r\n"
        ).encode(),
    )
    with_time_gone_by(desk, silent["id"])
    desk.ok("sync", "--once")
    ended, opened = rows(desk, replies, silent)
    assert (ended["follow_up_at"], ended["drafts"]) == (None, 1)
    assert desk.json("outbox")["items"] == []
    assert (opened["state"], opened["followed_up_at"] is not None) == ("open", True)
    assert "no reply has come" in desk.ok("log", str(silent["id"]))
    assert desk.sink.taken == []


def rows(desk: Desk, *wanted: dict[str, int]) -> list[dict[str, object]]:
    return [desk.json("list", f"id:{row['id']}")["conversations"][0] for row in wanted]


def with_time_gone_by(desk: Desk, conversation: int) -> None:
    """As if three days had passed."""
    cache = open_cache(desk.home / "data" / "cache.db", Role.OPERATIONS)
    with transaction(cache):
        cache.execute("UPDATE conversation SET follow_up_at = 1 WHERE id = ?", (conversation,))
    cache.close()
