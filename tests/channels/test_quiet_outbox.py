"""A channel's outbox where nothing waits: it costs a glance a second, and what others put into it goes all the same."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from omnitui.store import feed
from omnitui.store.connection import Role, open_cache
from omnitui.store.sending import anything_open
from tests.channels.desk import Desk
from tests.channels.file.rig import FileRig

RIG = FileRig


def test_what_another_program_puts_in_is_sent_without_a_call(desk: Desk) -> None:
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    with desk.live():
        # Twice: after a turn that found nothing, and after one that has sent something.
        for text in ("We are here", "And still are"):
            item = desk.reply(text)
            desk.until(lambda item=item: desk.state(item) == "sent")  # type: ignore[misc]
    assert [one.text for one in desk.rig.sent()] == ["We are here", "And still are"]


def test_an_account_has_something_open_until_all_is_settled(desk: Desk) -> None:
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    number = desk.one("SELECT id FROM account WHERE name = 'desk'")
    with desk.cache() as cache:
        assert not anything_open(number, ("send", "act")).first(cache)
        item = desk.reply("We are here")
        for state in ("queued", "sending", "unknown"):
            cache.execute("UPDATE outbox SET state = ? WHERE id = ?", (state, item))
            assert anything_open(number, ("send", "act")).first(cache), state
            assert not anything_open(number + 1, ("send",)).first(cache), "it is another account's"
        assert not anything_open(number, ("copy", "act")).first(cache), "it is of another kind"
        cache.execute("UPDATE outbox SET state = 'asking' WHERE id = ?", (item,))
        assert not anything_open(number, ("send", "act")).first(cache)


def test_the_version_tells_of_others_commits_only(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with contextlib.closing(open_cache(path, Role.OPERATIONS)) as ours:
        before = feed.version().first(ours)
        ours.execute("INSERT INTO change(conversation_id) VALUES (0)")
        assert feed.version().first(ours) == before
        with contextlib.closing(sqlite3.connect(path)) as others, others:
            others.execute("INSERT INTO change(conversation_id) VALUES (0)")
        assert feed.version().first(ours) != before
