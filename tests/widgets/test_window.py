"""The window over a list: a cursor that nothing moves but the agent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.models import ConversationId
from omnitui.widgets.window import KEPT, Window
from tests.widgets.rows import row


def window(count: int = 50, fits: int = 10) -> Window:
    made = Window(fits=fits)
    made.replace([row(n) for n in range(1, count + 1)], at_start=True, at_end=True)
    return made


def test_the_first_row_gets_the_cursor() -> None:
    assert window().cursor == 1
    assert window(0).cursor is None


def test_moving_scrolls_only_at_the_edges() -> None:
    shown = window()
    shown.move(9)
    assert (shown.cursor, shown.top) == (10, 0)
    shown.move(10)
    assert (shown.cursor, shown.top) == (11, 3)
    shown.move(9)
    assert (shown.cursor, shown.top) == (10, 3)
    shown.move(2)
    assert (shown.cursor, shown.top) == (3, 2)
    shown.move(1)
    assert (shown.cursor, shown.top) == (2, 0)
    shown.move(-5)
    assert (shown.cursor, shown.top) == (1, 0)
    shown.move(900)
    assert (shown.cursor, shown.top) == (50, 40)


@given(
    before=st.lists(st.integers(1, 60), unique=True, min_size=1),
    after=st.lists(st.integers(1, 60), unique=True),
    at=st.integers(0, 59),
)
def test_a_reload_never_moves_the_cursor_off_its_conversation(before: list[int], after: list[int], at: int) -> None:
    shown = Window(fits=7)
    shown.replace([row(n) for n in sorted(before)], at_start=True, at_end=True)
    shown.move(at)
    kept, line = shown.cursor, shown.at - shown.top
    shown.replace([row(n) for n in sorted(after)], at_start=True, at_end=True)
    if kept in after:
        assert shown.cursor == kept
        if line <= shown.at <= len(after) - 7 + line:
            assert shown.at - shown.top == line
    else:
        assert (shown.cursor is None) == (not after)
    assert 0 <= shown.top <= max(shown.at, 0)
    assert not after or shown.top <= shown.at < shown.top + 7


@given(
    before=st.lists(st.integers(1, 60), unique=True, min_size=1),
    changes=st.lists(st.lists(st.integers(1, 60), unique=True), min_size=1, max_size=4),
    at=st.integers(0, 59),
)
def test_what_sync_does_leaves_the_cursor_on_its_line(before: list[int], changes: list[list[int]], at: int) -> None:
    shown = Window(fits=7)
    shown.replace([row(n) for n in sorted(before)], at_start=True, at_end=True)
    shown.move(at)
    for after in changes:
        kept, line = shown.cursor, shown.at - shown.top
        shown.replace([row(n) for n in sorted(after)], at_start=True, at_end=True, still=True)
        if kept is not None and kept in after:
            assert (shown.cursor, shown.at - shown.top) == (kept, line)
        assert not after or shown.top <= shown.at < shown.top + 7
    shown.move(shown.at)
    assert 0 <= shown.top <= max(len(shown.rows) - 7, 0)


def test_rows_that_go_from_above_leave_their_lines_empty_until_the_cursor_moves() -> None:
    shown = window(20)
    shown.move(4)
    shown.replace([row(n) for n in (4, 5, 6, 7, 8)], at_start=True, at_end=True, still=True)
    assert (shown.cursor, shown.top) == (5, -3)
    shown.move(2)
    assert (shown.cursor, shown.top) == (6, 0)


def test_the_last_row_that_goes_leaves_the_others_where_they_are() -> None:
    shown = window(5)
    shown.move(4)
    shown.replace([row(n) for n in (1, 2, 3)], at_start=True, at_end=True, still=True)
    assert (shown.cursor, shown.top) == (3, 0)


def test_when_its_row_goes_the_cursor_takes_the_next() -> None:
    shown = window(5)
    shown.move(2)
    shown.replace([row(n) for n in (1, 2, 4, 5)], at_start=True, at_end=True)
    assert shown.cursor == 4
    shown.move(9)
    shown.replace([row(n) for n in (1, 2, 4)], at_start=True, at_end=True)
    assert shown.cursor == 4


def test_pages_join_and_far_rows_are_let_go() -> None:
    shown = Window(fits=10)
    shown.replace([row(n) for n in range(1000, 1100)], at_start=False, at_end=False)
    shown.move(50)
    kept = shown.cursor
    shown.prepend([row(n) for n in range(900, 1000)], at_start=False)
    assert (shown.cursor, shown.rows[0].id) == (kept, 900)
    for start in range(1100, 4000, 100):
        shown.move(len(shown.rows))
        shown.append([row(n) for n in range(start, start + 100)], at_end=False)
    assert len(shown.rows) <= KEPT + 100
    assert shown.row is not None
    assert shown.wants_above is (shown.top < 48)


def test_rows_change_in_place() -> None:
    shown = window(5)
    assert shown.update({ConversationId(3): row(3, subject="new"), ConversationId(9): row(9)}) == [2]
    assert shown.update({ConversationId(3): row(3, subject="new")}) == []


def test_between_gives_a_range_either_way() -> None:
    shown = window(9)
    assert list(shown.between(ConversationId(6), ConversationId(3))) == [3, 4, 5, 6]
