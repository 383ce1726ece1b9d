"""Questions in plain lines, for screen readers, slow lines and pipes: no cursor is moved, no colour is needed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Awaitable
from typing import TypeVar

import click

from omnitui.cli.output import say
from omnitui.core.errors import Refused
from omnitui.setup.face import Pick, Question, WentAway, WentBack

T = TypeVar("T")
BACK = "<"


class Prompts:
    """The face of `omnitui setup`. With `ask` off defaults are taken, and what has none is an error."""

    def __init__(self, *, ask: bool) -> None:
        self.asks = ask

    async def text(self, question: Question) -> str:
        """Ask until the answer is right."""
        if not self.asks:
            return _default(question)
        self._head(question)
        while True:
            answer = self._read(question)
            wrong = question.check(answer)
            if not wrong:
                return answer
            say(f"  {wrong}")

    async def pick(self, question: Question) -> Pick:
        """List the answers with numbers, and take a number or a name."""
        if not self.asks:
            id = _default(question)
            return next(pick for pick in question.picks if pick.id == id)
        self._head(question, question.title)
        for number, pick in enumerate(question.picks, 1):
            detail = f"not here: {pick.off}" if pick.off else pick.detail
            say(f"  {number}  {pick.title}" + (f"  ({detail})" if detail else ""))
        default = next((str(n) for n, pick in enumerate(question.picks, 1) if pick.id == question.default), "")
        while True:
            answer = self._read(Question("", "Number", default=default)).strip()
            chosen = next((p for n, p in enumerate(question.picks, 1) if answer in (str(n), p.id)), None)
            if chosen is not None and not chosen.off:
                return chosen
            say(f"  {chosen.off}" if chosen else f"  type a number from 1 to {len(question.picks)}")

    async def wait(self, words: str, work: Awaitable[T]) -> T:
        """Say what is waited for; Ctrl+C leaves."""
        say(f"{words} ...")
        return await work

    def step(self, name: str) -> None:
        """Parts are not announced: the questions tell."""

    def tell(self, words: str, role: str = "") -> None:
        """One line; trouble is marked by a word's place, not by a colour."""
        say(f"{'! ' if role == 'danger' else '  '}{words}")

    def copy(self, text: str) -> None:
        """The line above can be marked with the terminal's own means."""

    def _head(self, question: Question, title: str = "") -> None:
        say(f"\n{title}" if title else "")
        for note in question.notes:
            say(f"  {note}")

    def _read(self, question: Question) -> str:
        hidden = question.secret and sys.stdin.isatty()
        # asyncio answers Ctrl+C only between two steps of the loop, and would wait for the line.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            answer: str = click.prompt(
                question.title,
                default=question.default,
                show_default=bool(question.default),
                hide_input=hidden,
                err=True,
            )
        except click.Abort:
            raise WentAway from None
        finally:
            signal.signal(signal.SIGINT, before)
        if answer.strip() == BACK:
            raise WentBack
        return answer if question.secret else answer.strip()


def _default(question: Question) -> str:
    if question.failure is not None:
        raise question.failure
    if question.default and not question.check(question.default):
        return question.default
    raise Refused(f"--{question.id} is needed: {question.title}")
