"""The demo in a pty, worked by keyboard alone: each key is counted, and the cache tells what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from omnitui.core.models import ConversationRow, OutboxRow, View
from omnitui.store import conversations, outbox, views
from omnitui.store.connection import Role, open_cache
from omnitui.store.select import Select
from omnitui.store.where import EVERYTHING
from tests.demo.terminal import Terminal, running

ROOT = Path(__file__).resolve().parents[2]
BYTES = {"enter": "\r", "escape": "\x1b", "ctrl+j": "\n", "ctrl+l": "\x0c", "ctrl+r": "\x12", "space": " "}
T = TypeVar("T")


@dataclass
class Keyboard:
    """One agent at the demo. `keys` counts what was pressed since `begin`, words typed into a field apart."""

    terminal: Terminal
    home: Path
    keys: int = 0

    def begin(self) -> None:
        """Go to the top of the inbox, whatever was open; none of these keys is counted."""
        for _ in range(3):
            self.terminal.type("\x1b")
            self.see(lambda text: "Draft kept" in text or "longest first" in text)
            self.pause()
        self.terminal.type("gi")
        self.see(lambda text: "longest first" in text)
        self.terminal.type("gg")
        self.pause()
        self.keys = 0

    def press(self, *keys: str) -> None:
        """Press keys by their names."""
        for key in keys:
            self.keys += 1
            self.terminal.type(BYTES.get(key, key))

    def write(self, words: str) -> None:
        """Type words into a field, and see them there."""
        self.terminal.type(words)
        self.see(lambda text: words in text)

    def see(self, until: Callable[[str], object]) -> str:
        """Wait for the screen to show it."""
        return self.terminal.wait(until, 40)

    def said(self, words: str) -> str:
        """Wait for words on the screen."""
        return self.see(lambda text: words in text)

    def pause(self) -> None:
        """Let the screen come to rest."""
        self.terminal.settle(0.4)

    def until(self, look: Callable[[], T]) -> T:
        """Wait for something in the cache."""
        self.terminal.wait(lambda text: look(), 40)
        return look()

    def rows(self) -> dict[int, ConversationRow]:
        """Every conversation."""
        return {row.id: row for row in self._ask(conversations.page(EVERYTHING, limit=500))}

    def sends(self) -> list[OutboxRow]:
        """What waits to be sent."""
        return [row for row in self._ask(outbox.rows()) if row.kind == "send"]

    def views(self) -> list[View]:
        """The saved views."""
        return self._ask(views.saved())

    def _ask(self, question: Select[T]) -> list[T]:
        cache = open_cache(self.home / "data" / "cache.db", Role.READ)
        try:
            return question.all(cache)
        finally:
            cache.close()


@contextmanager
def demo(folder: Path, columns: int, rows: int) -> Iterator[Keyboard]:
    """A fresh demo on a terminal of this size, whose customers are in no haste."""
    environ = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder),
    }
    with running([sys.executable, "-m", "omnitui", "demo", "--haste", "0.1"], environ, columns, rows) as terminal:
        terminal.wait(lambda text: "Waiting 2" in text and "online" in text, 60)
        (home,) = folder.glob("omnitui-demo-*")
        board = Keyboard(terminal, home)
        # The first sync goes on behind the first rows.
        board.until(lambda: len(board.rows()) >= 30)
        yield board
