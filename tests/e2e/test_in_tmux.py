"""The demo inside a real tmux: keys, pictures, sizes, copying, pasting, mouse, and a clean screen afterwards."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.tmux import LEFT, Tmux, missing, tmux

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(60),
    pytest.mark.skipif(bool(missing()), reason=missing() or "tmux is here"),
]


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A socket's path may have about a hundred characters."""
    folder = Path(tempfile.mkdtemp(prefix="omni-tmux-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def pane() -> Iterator[Tmux]:
    """One demo at 80x24 for most of it."""
    folder = Path(tempfile.mkdtemp(prefix="omni-tmux-", dir="/tmp"))
    with tmux(folder, 80, 24) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)


def at(text: str) -> int:
    """The line of the list with the cursor."""
    return next((number for number, line in enumerate(text.split("\n")) if line.startswith("▌")), -1)


@pytest.fixture
def inbox(pane: Tmux) -> Tmux:
    """At the top of the inbox, whatever was open."""
    pane.press("Escape")
    pane.wait(lambda text: "Reply to" not in text)
    pane.wait(lambda text: at(text) > 0)
    pane.press("g", "g")
    pane.wait(lambda text: at(text) == 1)
    return pane


def test_the_list_is_walked_and_a_mail_is_read(inbox: Tmux) -> None:
    inbox.press("j", "j", "k")
    inbox.wait(lambda text: at(text) == 3)
    inbox.press("k", "Enter")
    inbox.see("Sanne Visser → shop")
    inbox.press("J")
    inbox.see("Helen Moss → shop")
    inbox.press("h")
    inbox.wait(lambda text: at(text) == 3 and "Helen Moss → shop" not in text)


def test_a_reply_is_kept_by_escape_and_sent_by_ctrl_j(inbox: Tmux) -> None:
    inbox.press("r")
    inbox.see("Reply to Sanne Visser")
    inbox.type("Dank je wel, Sanne! 🎉 陳怡君")
    inbox.see("🎉 陳怡君")
    inbox.press("Escape")
    inbox.wait(lambda text: "Draft kept" in text and "Reply to" not in text)
    inbox.press("r")
    inbox.see("Dank je wel, Sanne! 🎉 陳怡君")
    inbox.press("C-j")
    inbox.wait(lambda text: "Reply to" not in text and "z undo" in text)
    inbox.press("z")
    inbox.see("Reply to Sanne Visser")
    inbox.press("Escape")
    inbox.see("Draft kept")


def test_escape_and_a_letter_in_one_burst_are_both_heard(inbox: Tmux) -> None:
    """tmux waits half a second for what follows Esc, and passes both on as Alt and the letter."""
    inbox.press("r")
    inbox.see("Reply to Sanne Visser")
    inbox.press("M-q")
    inbox.wait(lambda text: at(text) == 1 and "Reply to" not in text)
    inbox.press("r")
    inbox.see("Reply to Sanne Visser")
    assert "陳怡君q" not in inbox.text
    inbox.press("M-J")
    inbox.wait(lambda text: "Helen Moss → shop" in text and "Reply to" not in text)


def test_wide_characters_keep_the_columns(inbox: Tmux) -> None:
    inbox.see("陳怡君")
    ends = inbox.ends()
    rows = [number for number, line in enumerate(inbox.text.split("\n")) if re.search(r"\d[dhm]$", line)]
    assert len(rows) > 8
    assert {ends[number] for number in rows} == {max(ends)}


def test_a_copy_reaches_the_buffer_of_tmux(inbox: Tmux) -> None:
    inbox.press("y", "e")
    inbox.see("Copied the address")
    assert inbox.run("show-buffer") == "sanne.visser@grachtpand.example"


def test_the_title_has_the_count(inbox: Tmux) -> None:
    count = re.search(r"Waiting (\d+)", inbox.text)
    assert count is not None
    assert inbox.run("display-message", "-p", "#{pane_title}").strip() == f"({count[1]}) omnitui"


def test_a_paste_is_text_and_never_commands(inbox: Tmux) -> None:
    before = inbox.text
    inbox.paste("eee\nx!\nz")
    inbox.press("j", "k")
    inbox.press("r")
    inbox.see("Reply to Sanne Visser")
    inbox.paste("first line\nsecond e\nthird")
    text = inbox.see("third")
    assert "first line" in text
    assert "second e" in text
    inbox.press("C-u", "Escape")
    inbox.see("Draft kept")
    assert inbox.text.split("\n")[0] == before.split("\n")[0]


def test_another_size_and_a_client_of_another_size(inbox: Tmux) -> None:
    inbox.run("resize-window", "-x", "120", "-y", "36")
    inbox.wait(lambda text: "All 32" in text and "Sanne Visser → " in text)
    inbox.run("set-option", "-w", "window-size", "latest")
    with inbox.client(100, 31) as client:
        client.wait(lambda text: "Sanne Visser → " in text and len(inbox.text.split("\n")) == 31)
        client.type("\x1b[<0;20;8M\x1b[<0;20;8m")
        inbox.wait(lambda text: at(text) == 7)
    with inbox.client(80, 25) as client:
        client.wait(lambda text: "? help" in text)
        inbox.wait(lambda text: len(text.split("\n")) == 25 and "? help" in text)


@pytest.mark.parametrize("terminal", ["screen", "xterm-16color"])
def test_it_leaves_a_clean_screen_in_every_terminal(short_folder: Path, terminal: str) -> None:
    with tmux(short_folder, 80, 24, terminal) as pane:
        pane.press("Enter")
        pane.see(" → shop")
        colours = pane.run("capture-pane", "-p", "-e")
        assert "38;2;" not in colours
        assert "48;2;" not in colours
        pane.press("Q")
        text = pane.see(LEFT)
        assert text.strip() == f"{LEFT} 0"
        modes = pane.run("display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}")
        assert modes.split() == ["0", "0", "1"]
