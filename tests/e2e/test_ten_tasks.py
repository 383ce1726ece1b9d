"""The ten tasks of a day, by keyboard only, in a fresh demo at both sizes: how many keys each takes, and its undo.

| task | keys, words typed into a field apart |
|---|---|
| answer | `r` words `ctrl+j`: 2 |
| note | `n` words `ctrl+j`: 2 |
| assign to me | `a a`: 2 |
| snooze until Monday 9:00 | `s` and its digit: 2 |
| tag twenty at once | `*` `t` words `enter`: 3 |
| find a Chinese word | `/` word `enter`: 2 |
| merge, and undo | `x` `M` `z`: 3 |
| send later, and cancel | `r` words `ctrl+l` digit `z`: 4 |
| save a view | `/` words `enter` `g k` name `enter`: 5 |
| rebind a key | `?` word `ctrl+r` key: 3 |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from omnitui.config.load import load
from omnitui.config.zone import local_zone
from omnitui.core.models import State
from omnitui.core.times import as_datetime
from tests.e2e.keyboard import Keyboard, demo

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module", params=[(80, 24), (120, 36)], ids=["80x24", "120x36"])
def board(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyboard]:
    """One demo for all tasks of a size."""
    with demo(tmp_path_factory.mktemp("demo"), *request.param) as keyboard:
        yield keyboard


@pytest.fixture(autouse=True)
def at_the_inbox(board: Keyboard) -> None:
    board.begin()


def test_answer(board: Keyboard) -> None:
    before = board.rows()
    board.press("r")
    board.said("Reply to")
    board.write("It left our house this morning.")
    board.press("ctrl+j")
    (item,) = board.until(board.sends)
    assert board.keys == 2
    board.said("z undo")
    board.press("z")
    board.until(lambda: not board.sends())
    board.see(lambda text: "Reply to" in text and "It left our house this morning." in text)
    board.press("ctrl+j")
    assert item.conversation_id is not None
    id = item.conversation_id
    board.until(lambda: (board.rows()[id].last_agent_at or 0) > (before[id].last_agent_at or 0) and not board.sends())
    assert board.rows()[id].waiting_since is None


def test_note(board: Keyboard) -> None:
    before = {row.id: row.note_count for row in board.rows().values()}
    board.press("n")
    board.said("NOTE")
    board.write("Ask the carrier first")
    board.press("ctrl+j")
    noted = board.until(lambda: [row.id for row in board.rows().values() if row.note_count > before[row.id]])
    assert (len(noted), board.keys) == (1, 2)
    board.press("z")
    board.until(lambda: {row.id: row.note_count for row in board.rows().values()} == before)


def test_assign(board: Keyboard) -> None:
    board.press("a")
    board.said("Assign to")
    board.press("a")
    mine = board.until(lambda: [row.id for row in board.rows().values() if row.assignee == "You"])
    assert (len(mine), board.keys) == (1, 2)
    board.press("z")
    board.until(lambda: not any(row.assignee for row in board.rows().values()))


def test_snooze_until_monday_9(board: Keyboard) -> None:
    board.press("s")
    # On a Monday "mon 9:00" could mean two days, and "next week" is the one.
    offered = re.compile(r"(\d)\s+(?:mon 9:00|next week)\s+Mon \d+ \w+ 09:00")
    digit = offered.search(board.see(offered.search))
    assert digit is not None
    board.press(digit[1])
    (row,) = board.until(lambda: [row for row in board.rows().values() if row.state is State.SNOOZED])
    assert board.keys == 2
    assert row.snoozed_until is not None
    until = as_datetime(row.snoozed_until).astimezone(ZoneInfo(local_zone()))
    assert (until.weekday(), until.hour, until.minute) == (0, 9, 0)
    assert 0 < (until - datetime.now(UTC)).total_seconds() <= 8 * 86_400
    board.press("z")
    board.until(lambda: board.rows()[row.id].state is State.OPEN)


def test_tag_twenty_at_once(board: Keyboard) -> None:
    board.press("*")
    board.said("conversations marked")
    board.press("t")
    board.said("Tags")
    board.write("+peak")
    board.press("enter")
    tagged = board.until(lambda: [row.id for row in board.rows().values() if "peak" in row.tags])
    assert len(tagged) >= 20
    assert board.keys == 3
    board.press("z")
    board.until(lambda: not any("peak" in row.tags for row in board.rows().values()))


def test_find_a_chinese_word(board: Keyboard) -> None:
    board.press("/")
    board.pause()
    board.write("發票")
    board.press("enter")
    board.see(lambda text: "陳怡君" in text.replace(" ", "") and "Priya" not in text.split("│")[0])
    assert board.keys == 2
    board.press("escape")
    board.said("longest first")


def test_merge_and_undo(board: Keyboard) -> None:
    before = set(board.rows())
    board.press("x")
    board.said("1 conversation marked")
    board.press("M")
    board.until(lambda: len(board.rows()) == len(before) - 1)
    board.pause()
    board.press("z")
    board.until(lambda: set(board.rows()) == before)
    assert board.keys == 3


def test_send_later_and_cancel(board: Keyboard) -> None:
    board.press("r")
    board.said("Reply to")
    board.write("We call you tomorrow.")
    board.press("ctrl+l")
    digit = re.search(r"(\d)\s+tomorrow 9:00", board.said("tomorrow 9:00"))
    assert digit is not None
    board.press(digit[1])
    (item,) = board.until(board.sends)
    assert item.state == "held"
    at = as_datetime(item.not_before).astimezone(ZoneInfo(local_zone()))
    assert (at.hour, at.minute) == (9, 0)
    assert at > datetime.now(UTC)
    board.said("z undo")
    board.press("z")
    board.until(lambda: not board.sends())
    board.see(lambda text: "Reply to" in text and "We call you tomorrow." in text)
    assert board.keys == 4


def test_save_a_view(board: Keyboard) -> None:
    board.press("/")
    board.pause()
    board.write("from:lantern or parcel")
    board.press("enter")
    board.pause()
    board.press("g", "k")
    board.said("Save")
    board.write("Parcels")
    board.press("enter")
    digit = re.search(r"Saved as Parcels · (\d) goes there", board.said("goes there"))
    assert digit is not None
    assert board.keys == 5
    # What is shown is kept, and the last word found whatever begins with it.
    assert [view.query for view in board.views()] == ["from:lantern or parcel*"]
    board.terminal.type("gi")
    board.said("longest first")
    board.terminal.type(digit[1])
    board.see(lambda text: "Parcels" in text and "Leo Park" not in text)
    # What undo does not know asks first, and says how it was.
    board.terminal.type("gD")
    board.said("Forget it")
    board.terminal.type("y")
    board.said("is gone")
    assert board.views() == []


def test_rebind_a_key(board: Keyboard) -> None:
    config = board.home / "config" / "config.toml"
    board.press("?")
    board.said("Help:")
    board.write("conversation.star")
    board.press("ctrl+r")
    board.said("New key for Star")
    board.press("B")
    board.said("Star: B, kept")
    assert board.keys == 3
    assert load(config).keys.bindings == {"conversation.star": ("B",)}
    board.press("B")
    starred = board.until(lambda: [row.id for row in board.rows().values() if row.starred])
    assert len(starred) == 1
    board.press("z")
    board.until(lambda: not any(row.starred for row in board.rows().values()))


def test_nothing_was_left_behind(board: Keyboard) -> None:
    """After all of it, with every undo: one answer was sent, and every conversation is as it was."""
    rows = board.rows().values()
    assert {row.state for row in rows if row.state is State.SNOOZED} == set()
    assert not any(row.assignee or row.tags or row.note_count or row.starred for row in rows)
    board.terminal.type("Q")
    assert board.terminal.wait_for_end() == 0
