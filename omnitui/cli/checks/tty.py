"""Asking the terminal itself: how wide it draws what we draw, and what it can do. It is put back as it was."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from omnitui.cli.checks.finding import Finding, good, note, problem

SECONDS = 1.5
"""For all answers together; a terminal on this machine takes a few milliseconds, one over a slow line half a second."""
LATE = 0.1
"""Seconds that a late answer may come after the one before it."""
MOST_SHOWN = 5
SAMPLES: Mapping[str, tuple[str, ...]] = {
    "our own marks": ("▌", "●", "⇄", "◷", "✎", "✗", "✓", "▸", "─", "│", "↑", "○", "★", "→", "…"),
    "Chinese and Japanese": ("訂", "單", "ん", "，"),
    "Korean": ("한",),
    "accents": ("e\u0301", "ệ", "ñ"),
    "emoji": ("😀", "📦", "✅", "⭐"),
    "emoji in parts": ("❤\ufe0f", "👍🏽", "👩\u200d👧", "🇳🇱"),
}
_POSITION = re.compile(rb"\x1b\[(\d+);(\d+)R")
_MODE = re.compile(rb"\x1b\[\?(\d+);(\d)\$y")
_ATTRIBUTES = re.compile(rb"\x1b\[\?([\d;]*)c")
_NAME = re.compile(rb"\x1bP>\|([^\x1b]{1,60})\x1b\\")
_CLIPBOARD = re.compile(rb"\x1bP1\+r4[dD]73")
_PICTURES = re.compile(rb"\x1b_Gi=31;OK\x1b\\")
_KEYBOARD = re.compile(rb"\x1b\[\?(\d+)u")
_MODES = {2026: "whole frames at once", 2004: "pasted text told from typed", 1004: "focus told", 1006: "mouse"}
_QUESTIONS = (
    b"\x1b[>q\x1b[?u"
    + b"".join(b"\x1b[?%d$p" % mode for mode in _MODES)
    + b"\x1bP+q4d73\x1b\\\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"
)
"""Name, keyboard protocol, modes, clipboard (terminfo's Ms), pictures; last what every terminal answers, so that we
know when the others will not."""


@dataclass
class Told:
    """What the terminal said of itself."""

    answers: bool = False
    widths: dict[str, int] = field(default_factory=dict)
    name: str = ""
    abilities: list[str] = field(default_factory=list)


def probe(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Findings about the terminal that we run in; nothing where there is none to ask."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or environ.get("TERM", "") in ("", "dumb"):
        return
    told = ask(sys.stdin.fileno(), sys.stdout.fileno())
    if not told.answers:
        yield note("terminal", "it does not say where its cursor is: widths of emoji and Chinese could not be tried")
        return
    if told.name or told.abilities:
        name = f"{told.name}: " if told.name else ""
        yield good("terminal", f"{name}{', '.join(told.abilities) or 'nothing beyond the usual'}")
    yield from _compared(told.widths)


def ask(source: int, target: int, seconds: float = SECONDS) -> Told:
    """Ask the terminal on these two file numbers. Its settings are put back, and late answers are thrown away."""
    told = Told()
    with _raw(source):
        terminal = _Terminal(source, target, time.monotonic() + seconds)
        try:
            # Some answer always the same, without looking: these know nothing.
            if (terminal.width("a"), terminal.width("abc")) != (1, 3):
                return told
            told.answers = True
            for sample in [sample for samples in SAMPLES.values() for sample in samples]:
                told.widths[sample] = terminal.width(sample)
            _abilities(terminal.answer(_QUESTIONS, _ATTRIBUTES), told)
        except TimeoutError:
            pass
        finally:
            terminal.drain()
            os.write(target, b"\r\x1b[K")
    return told


@contextmanager
def _raw(source: int) -> Iterator[None]:
    before = termios.tcgetattr(source)
    try:
        tty.setraw(source, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(source, termios.TCSAFLUSH, before)


class _Terminal:
    """Questions and answers, until the time is up."""

    def __init__(self, source: int, target: int, until: float) -> None:
        self._source, self._target, self._until = source, target, until

    def width(self, sample: str) -> int:
        """Cells that the terminal goes on by. Raises TimeoutError."""
        heard = self.answer(b"\r" + sample.encode() + b"\x1b[6n", _POSITION)
        found = _POSITION.search(heard)
        os.write(self._target, b"\r\x1b[K")
        return int(found[2]) - 1 if found else 0

    def drain(self) -> None:
        """Throw away what comes late, so that it does not stand on the command line afterwards."""
        while select.select([self._source], [], [], LATE)[0] and os.read(self._source, 4096):
            continue

    def answer(self, question: bytes, last: re.Pattern[bytes]) -> bytes:
        """All that was said until `last` came. Raises TimeoutError; ctrl+c raises KeyboardInterrupt."""
        os.write(self._target, question)
        heard = b""
        while not last.search(heard):
            left = self._until - time.monotonic()
            if left <= 0 or not select.select([self._source], [], [], left)[0]:
                raise TimeoutError
            heard += os.read(self._source, 4096)
            if b"\x03" in heard:
                raise KeyboardInterrupt
        return heard


def _abilities(heard: bytes, told: Told) -> None:
    name = _NAME.search(heard)
    told.name = name[1].decode("ascii", "replace") if name else ""
    modes = {int(found[1]): int(found[2]) for found in _MODE.finditer(heard)}
    told.abilities = [words for mode, words in _MODES.items() if modes.get(mode, 0) in (1, 2, 3)]
    if _KEYBOARD.search(heard):
        told.abilities.append("every key told apart")
    if _CLIPBOARD.search(heard):
        told.abilities.append("clipboard")
    if _PICTURES.search(heard):
        told.abilities.append("pictures (kitty)")
    attributes = _ATTRIBUTES.search(heard)
    if attributes and "4" in attributes[1].decode().split(";"):
        told.abilities.append("pictures (sixel)")


def _compared(widths: Mapping[str, int]) -> Iterator[Finding]:
    """Against what our screen reckons with."""
    from rich.cells import cell_len

    wrong = {
        kind: [f"{sample} {widths[sample]} for {cell_len(sample)}" for sample in samples if sample in widths
               and widths[sample] != cell_len(sample)]
        for kind, samples in SAMPLES.items()
    }  # fmt: skip
    differing = {kind: found for kind, found in wrong.items() if found}
    if not differing:
        yield good("terminal", "draws accents, Chinese, Korean and emoji as wide as the screen reckons")
    for kind, found in differing.items():
        words = f"{kind}: drawn in other widths than the screen reckons with ({', '.join(found[:MOST_SHOWN])})"
        if kind == "our own marks":
            advice = "set ascii = true under [ui], or let the terminal draw ambiguous characters narrow"
            yield problem("terminal", words, advice)
        else:
            yield note("terminal", words, "rows with such characters may be a cell off; a newer terminal or tmux helps")
