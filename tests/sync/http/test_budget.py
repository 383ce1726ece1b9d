"""Turns of a credential, on a clock of the test; and how Retry-After is read."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.messages import Answer, TooMany
from omnitui.sync.http.policy import LONGEST_HOLD, TRIES, Broken, retry_after, try_again


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def budget(rate: Rate | None, clock: Clock) -> Budget:
    return Budget(rate, clock=clock, sleep=clock.sleep)


@given(st.integers(1, 20), st.integers(1, 100), st.integers(1, 60))
def test_never_more_than_the_rate_in_any_window(count: int, seconds: int, calls: int) -> None:
    async def run() -> None:
        clock = Clock()
        turns = budget(Rate(count, seconds), clock)
        times = []
        for _ in range(calls):
            await turns.turn(patience=1e9)
            times.append(clock.now)
        for at in range(calls - 2 * count):
            assert times[at + 2 * count] - times[at] >= seconds * (1 - 1e-6)

    asyncio.run(run())


async def test_polls_leave_the_last_calls_to_sends() -> None:
    clock = Clock()
    turns = budget(Rate(15, 900.0, kept=5), clock)
    for _ in range(10):
        assert await turns.turn(patience=0) == 0
    with pytest.raises(TooMany):
        await turns.turn(patience=1)
    for _ in range(5):
        assert await turns.turn(urgent=True, patience=0) == 0
    with pytest.raises(TooMany) as told:
        await turns.turn(urgent=True, patience=1)
    assert told.value.wait == pytest.approx(60)


async def test_a_send_goes_before_polls_that_wait_longer() -> None:
    turns = Budget(Rate(1, 0.1))
    await turns.turn()
    order: list[str] = []

    async def take(name: str, urgent: bool) -> None:
        await turns.turn(urgent=urgent)
        order.append(name)

    polls = [asyncio.create_task(take(f"poll {n}", False)) for n in range(3)]
    await asyncio.sleep(0.01)
    send = asyncio.create_task(take("send", True))
    await asyncio.gather(*polls, send)
    assert order[0] == "send"


async def test_what_the_server_asks_holds_everybody() -> None:
    clock = Clock()
    turns = budget(None, clock)
    turns.heed(Answer(200, {"retry-after": "7"}, b""))
    turns.hold(3)
    assert await turns.turn(urgent=True) == pytest.approx(7)
    assert await turns.turn() == 0


@pytest.mark.parametrize(
    ("given_", "date", "seconds"),
    [
        ("5", "", 5),
        ("0.5", "", 0.5),
        ("-3", "", 0),
        ("Wed, 21 Oct 2026 07:28:10 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 10),
        ("Wed, 21 Oct 2026 07:28:10 GMT", "", None),
        ("Wed, 21 Oct 2026 07:00:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("soon", "Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("nan", "", None),
        ("1e400", "", LONGEST_HOLD),
        ("99999999999", "", LONGEST_HOLD),
        ("", "", None),
    ],
)
def test_retry_after(given_: str, date: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": given_, "date": date}) == seconds


@given(st.text())
def test_retry_after_never_fails(given_: str) -> None:
    found = retry_after({"retry-after": given_, "date": given_})
    assert found is None or 0 <= found <= LONGEST_HOLD


def test_the_rules_of_trying_again() -> None:
    for outcome in (Broken.NOT_SENT, 429):
        assert try_again(outcome, may_repeat=False, tries=1)
        assert not try_again(outcome, may_repeat=True, tries=TRIES)
    for outcome in (Broken.UNKNOWN, 408, 500, 502, 503, 504):
        assert try_again(outcome, may_repeat=True, tries=1)
        assert not try_again(outcome, may_repeat=False, tries=1)
    for outcome in (200, 201, 301, 400, 401, 403, 404, 409):
        assert not try_again(outcome, may_repeat=True, tries=1)
