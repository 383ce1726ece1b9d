"""Hostile input costs in proportion to its size, on a machine of any speed and under any load."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def assert_linear(work: Callable[[T], object], sized: Callable[[int], T]) -> None:
    """Ten times the input is about ten times the work; with the square it would be a hundred.

    `sized(n)` makes an input of n tenths. Work is measured in processor time.
    """
    tenth, whole = _seconds(work, sized(1)), _seconds(work, sized(10))
    assert whole <= 30 * tenth + 0.1, f"a tenth took {tenth:.3f} s, the whole {whole:.3f} s"


def _seconds(work: Callable[[T], object], given: T) -> float:
    started = time.process_time()
    work(given)
    return time.process_time() - started
