"""Writing in $EDITOR, in a real terminal: the screen makes room, the text comes back, and no failure loses a word.

And what was written is there again after the screen was killed in the middle.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from omnitui.store import drafts
from omnitui.store.connection import Role, open_cache
from tests.cli.run import omnitui
from tests.demo.terminal import Terminal, running

pytestmark = pytest.mark.timeout(120)
ROOT = Path(__file__).resolve().parents[2]
MAIL = """From anna@client.example Mon Nov  2 10:00:00 2026
From: Anna <anna@client.example>
To: support@shop.example
Subject: Parcel
Message-ID: <1@client.example>
Date: Mon, 02 Nov 2026 10:00:00 +0000

Where is my parcel?
"""
EDITOR = """#!{python}
import os, stat, sys
from pathlib import Path
file, told = Path(sys.argv[-1]), Path({told!r})
told.write_text(oct(stat.S_IMODE(file.stat().st_mode)) + "\\n" + file.read_text())
how = Path({how!r}).read_text()
if how == "remove":
    file.unlink()
    sys.exit(0)
print("the editor has the terminal")
line = input()
file.write_text(file.read_text() + line + " \\N{{CHECK MARK}}\\n\\x1b[31mred\\n")
sys.exit(3 if how == "fail" else 0)
"""


class Writing:
    """The screen in a terminal, with an editor that a test tells what to do."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        (folder / "mail.mbox").write_text(MAIL)
        done = omnitui(self.home, "import", "mbox", folder / "mail.mbox")
        assert done.returncode == 0, done.stderr
        editor = folder / "my editor"
        editor.write_text(EDITOR.format(python=sys.executable, told=str(folder / "told"), how=str(folder / "how")))
        editor.chmod(0o700)
        self.environ = {
            **os.environ,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(folder),
            "EDITOR": f"'{editor}' --wait",
        }
        self.environ.pop("VISUAL", None)

    @contextmanager
    def screen(self) -> Iterator[Terminal]:
        """The screen with the one conversation in it."""
        command = [sys.executable, "-m", "omnitui", "--home", str(self.home), "run", "--no-sync"]
        with running(command, self.environ, 100, 30) as terminal:
            terminal.wait(lambda text: "Parcel" in text)
            yield terminal

    def editor_will(self, how: str) -> None:
        (self.folder / "how").write_text(how)

    def told(self) -> str:
        return (self.folder / "told").read_text()

    def left(self) -> list[Path]:
        """Files that the screen made and did not take away."""
        return [path for path in self.folder.glob("omnitui-*") if path.is_file()]

    def drafts(self) -> list[str]:
        cache = open_cache(self.home / "data" / "cache.db", Role.READ)
        try:
            return [draft.body for draft in drafts.every().all(cache)]
        finally:
            cache.close()


@pytest.fixture
def writing(tmp_path: Path) -> Writing:
    return Writing(tmp_path)


def begin(terminal: Terminal, words: str) -> None:
    terminal.type("r")
    terminal.wait(lambda text: "Reply to Anna" in text)
    terminal.type(words)
    terminal.wait(lambda text: words in text)


def test_the_text_goes_out_and_comes_back(writing: Writing) -> None:
    writing.editor_will("write")
    with writing.screen() as terminal:
        begin(terminal, "Dear Anna, ")
        terminal.type("\x05")
        terminal.wait(lambda text: "the editor has the terminal" in text)
        assert writing.told() == "0o600\nDear Anna, "
        terminal.type("it has left\r")
        shown = terminal.wait(lambda text: "it has left ✓" in text and "Reply to" in text)
        assert "Where is my parcel?" in shown, "the whole screen is painted again"
        terminal.type("!")
        terminal.wait(lambda text: re.search(r"red!", text))
        terminal.settle(0.6)
    assert writing.drafts() == ["Dear Anna, it has left ✓\n[31mred!"], "nothing in it drives the terminal"
    assert writing.left() == []


@pytest.mark.parametrize(
    ("how", "editor", "words"),
    [
        ("fail", "", r"my editor failed \(3\): the text is as it was"),
        ("remove", "", r"the editor's file cannot be read \(No such file or directory\)"),
        ("write", "no-such-editor", r"no-such-editor cannot be run \(No such file"),
        ("write", "'unclosed", r"cannot be run \(No closing quotation\)"),
    ],
)
def test_an_editor_that_fails_leaves_the_text(writing: Writing, how: str, editor: str, words: str) -> None:
    writing.editor_will(how)
    if editor:
        writing.environ["EDITOR"] = editor
    with writing.screen() as terminal:
        begin(terminal, "Dear Anna,")
        terminal.type("\x05")
        if how == "fail":
            terminal.wait(lambda text: "the editor has the terminal" in text)
            terminal.type("half a thought\r")
        terminal.wait(lambda text: re.search(words, text))
        terminal.type(" yours")
        terminal.wait(lambda text: "Dear Anna, yours" in text)
        terminal.settle(0.6)
    assert writing.drafts() == ["Dear Anna, yours"]
    kept = writing.left()
    if how == "fail":
        assert ["half a thought" in path.read_text() for path in kept] == [True], "what it had saved can be found"
        assert kept[0].stat().st_mode & 0o777 == 0o600
    else:
        assert kept == []


def test_a_killed_screen_has_the_words_again(writing: Writing) -> None:
    with writing.screen() as terminal:
        begin(terminal, "Dear Anna, half an answer")
        terminal.settle(1.0)
        terminal.kill()
    assert writing.drafts() == ["Dear Anna, half an answer"]
    with writing.screen() as terminal:
        terminal.type("r")
        terminal.wait(lambda text: "Dear Anna, half an answer" in text)
