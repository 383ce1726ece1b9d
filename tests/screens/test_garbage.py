"""Garbage of pages that were left goes while nobody types."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from omnitui.app_garbage import IDLE, ROUNDS, Garbage


class Ring:
    """Refers to itself, as a page and its widgets do."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()
    gc.enable()


def left() -> weakref.ref[Ring]:
    """Garbage that the younger generations do not see any more, as after some use."""
    ring = Ring()
    for _ in range(ROUNDS):
        gc.collect(1)
    return weakref.ref(ring)


def test_garbage_goes_once_the_agent_is_idle_and_not_before() -> None:
    now = [0.0]
    garbage = Garbage(lambda: now[0])
    garbage.begin()
    gone = left()
    garbage.touch()
    now[0] += IDLE / 2
    assert not garbage.look()
    assert gone() is not None
    now[0] += IDLE
    assert garbage.look()
    assert gone() is None
    assert not garbage.look()


def test_what_was_frozen_and_is_garbage_now_goes_too() -> None:
    now = [0.0]
    ring = Ring()
    gone = weakref.ref(ring)
    garbage = Garbage(lambda: now[0])
    garbage.begin()
    del ring
    left()
    now[0] += 2 * IDLE
    assert garbage.look()
    assert gone() is None
