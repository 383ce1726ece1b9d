"""Alt and a letter are Esc and the letter; everything else passes as it came."""

from __future__ import annotations

import pytest
from textual import events

from omnitui.widgets.meant_keys import apart


@pytest.mark.parametrize(
    ("key", "character", "keys"),
    [
        ("alt+j", "j", ["escape", "j"]),
        ("alt+shift+e", "E", ["escape", "E"]),
        ("alt+陳", "陳", ["escape", "陳"]),
        ("alt+left", None, ["alt+left"]),
        ("j", "j", ["j"]),
        ("escape", "\x1b", ["escape"]),
    ],
)
def test_keys(key: str, character: str | None, keys: list[str]) -> None:
    found = [part for part in apart(events.Key(key, character)) if isinstance(part, events.Key)]
    assert [part.key for part in found] == keys
    assert found[-1].character == character


def test_what_is_no_key_passes() -> None:
    focus = events.AppFocus()
    assert list(apart(focus)) == [focus]
