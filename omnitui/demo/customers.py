"""The demo's customers: some write while one watches, and those we answer answer back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial

from omnitui.demo.letters import Talk
from omnitui.demo.posting import Posted, answer_to, history, returned

READING_SECONDS = (6.0, 14.0)
"""How long a customer takes to read and answer."""
NOWHERE = "nowhere.example"
"""Mail to this domain comes back."""

Post = Callable[[Posted], Awaitable[None]]


class Customers:
    """Everybody of the cast, each with what they have yet to say."""

    def __init__(self, talks: list[Talk], post: Post, *, haste: float = 1.0) -> None:
        self._by_address = {talk.address.lower(): talk for talk in talks}
        self._told = dict.fromkeys(self._by_address, 0)
        self._post = post
        self._haste = haste
        self._dice = random.Random(20)  # noqa: S311 - a demo's pauses are no secret
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Those who have something new to say will say it in their time."""
        for talk in self._by_address.values():
            if talk.arrives:
                self._later(talk.arrives, partial(self._write, talk))

    def receive(self, recipients: list[str], raw: bytes, now: datetime) -> None:
        """A mail from the shop has come to these people."""
        mail = message_from_bytes(raw, policy=policy.default)
        for address in recipients:
            if address.lower().endswith(f"@{NOWHERE}"):
                self._later(2.0, partial(self._bounce, address, mail))
                continue
            talk = self._by_address.get(address.lower())
            if talk is None or self._told[talk.address.lower()] >= len(talk.answers):
                continue
            words = talk.answers[self._told[talk.address.lower()]]
            self._told[talk.address.lower()] += 1
            self._later(self._dice.uniform(*READING_SECONDS), partial(self._answer, talk, words, mail))

    async def close(self) -> None:
        """Nobody writes any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _later(self, seconds: float, doing: Callable[[], Awaitable[None]]) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds / self._haste)
            await doing()

        task = asyncio.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, talk: Talk) -> None:
        for mail in history(talk, datetime.now(UTC), {}):
            await self._post(replace(mail, flags=()))

    async def _answer(self, talk: Talk, words: str, mail: EmailMessage) -> None:
        headers = {name.lower(): str(value) for name, value in mail.items()}
        body = mail.get_body(("plain",))
        ours = body.get_content() if body else ""
        now = datetime.now(UTC)
        await self._post(Posted("INBOX", answer_to(headers, words, ours, talk, now), now))

    async def _bounce(self, address: str, mail: EmailMessage) -> None:
        now = datetime.now(UTC)
        mid = str(mail.get("Message-ID", "")).strip("<> \r\n")
        await self._post(Posted("INBOX", returned(address, mid, str(mail.get("Subject", "")), now), now))
