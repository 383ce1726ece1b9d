"""How fast a source may be, and how often the log says one thing."""

from __future__ import annotations

from collections.abc import Callable


class Pace:
    """At most `per_minute` in any minute, taken evenly; a tenth of a minute's worth may come at once."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._each = 60.0 / per_minute
        self._most = max(1.0, per_minute / 10)
        self._left, self._at = self._most, clock()
        self._clock = clock

    def take(self) -> bool:
        """Whether one more may come now."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) / self._each)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Seldom:
    """Says a thing at once and then at most once a minute, with how often it has happened meanwhile."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float], seconds: float = 60.0) -> None:
        self._say, self._clock, self._seconds = say, clock, seconds
        self._said: dict[str, tuple[float, int]] = {}

    def __call__(self, words: str) -> None:
        """`words` must be of a bounded number: never what a stranger has sent."""
        now = self._clock()
        at, missed = self._said.get(words, (now - self._seconds, 0))
        if now - at < self._seconds:
            self._said[words] = (at, missed + 1)
            return
        self._said[words] = (now, 0)
        self._say(f"{words} ({missed} more times before)" if missed else words)
