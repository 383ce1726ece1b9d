"""Two letters for a channel: from one source, wherever they stand."""

from __future__ import annotations

from rich.cells import cell_len

from omnitui.sync.channels.registry import channel_named
from omnitui.sync.files.chats.reading import MARKS
from omnitui.widgets.glyphs import CHANNELS, ChannelMarks
from tests.channels.conformance.rigs import channels


def test_what_the_screen_knows_beforehand_is_what_the_packages_say() -> None:
    shipped = {name: channel_named(name).mark for name in channels()}
    assert {name: CHANNELS.get(name) for name in shipped} == shipped
    assert {name: shipped.get(name, MARKS[name]) for name in MARKS} == MARKS
    # What can only be imported has letters of its own, which no package has.
    assert set(MARKS) - set(shipped) == {"instagram", "signal"}
    assert not {MARKS[name] for name in set(MARKS) - set(shipped)} & set(shipped.values())


def test_the_letters_of_an_account_s_package_hold() -> None:
    marks = ChannelMarks()
    assert (marks.of("telegram"), marks.of("pigeon")) == ("TG", "PI")
    assert marks.learn({"pigeon": "Pg", "email": ""})
    assert (marks.of("telegram"), marks.of("pigeon"), marks.of("email")) == ("TG", "Pg", "EM")
    assert not marks.learn({"pigeon": "Pg", "email": ""})


def test_they_take_two_cells_whatever_a_package_says() -> None:
    marks = ChannelMarks()
    for letters in ("X", "LONG", "日本", "\N{BIRD}", ""):
        marks.learn({"pigeon": letters})
        assert cell_len(marks.of("pigeon")) == 2
    assert cell_len(marks.of("")) == 2
