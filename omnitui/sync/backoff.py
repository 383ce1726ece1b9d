"""How long to wait before trying again: longer each time, never all at once."""

from __future__ import annotations

import random


class Backoff:
    """Seconds between tries: doubling from `first` to `most`, each drawn between half and whole."""

    def __init__(self, first: float = 1.0, most: float = 300.0) -> None:
        self._first, self._most = first, most
        self._tries = 0

    def next(self) -> float:
        """The wait before the next try."""
        whole = min(self._most, self._first * 2 ** min(self._tries, 30))
        self._tries += 1
        return random.uniform(whole / 2, whole)  # noqa: S311 - spreads load, guards nothing

    def reset(self) -> None:
        """It worked: start small again."""
        self._tries = 0
