"""Rooms that replace each other: one line, whatever they claim."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omnitui.sync.channels.matrix.moving import Moves

ROOMS = st.sampled_from("abcdef")


def test_a_conversation_has_all_its_rooms() -> None:
    moves = Moves()
    moves.add("a", "b")
    moves.add("b", "c")
    assert [moves.newest(room) for room in "abcd"] == ["c", "c", "c", "d"]
    assert [moves.rooms(room) for room in "acd"] == [["a", "c", "b"], ["c", "b", "a"], ["d"]]


@given(st.lists(st.tuples(ROOMS, ROOMS), max_size=12))
def test_no_circle_holds_anybody_up(claims: list[tuple[str, str]]) -> None:
    moves = Moves()
    for old, new in claims:
        moves.add(old, new)
    for room in "abcdef":
        assert moves.newest(moves.newest(room)) == moves.newest(room)
        rooms = moves.rooms(room)
        assert rooms[0] == room
        assert len(set(rooms)) == len(rooms)
