"""Mails that may be why a connection broke: fetched last, ever more alone, and in the end given a row that says so.

Some servers hang up on a mail that they cannot read themselves, each time it is asked for. Without this, one such mail
would stop all others for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from omnitui.store.folders import Folder

TOGETHER = {1: 20, 2: 4}
"""How many suspects are asked for at once, by how often they were there when it broke; then one by one."""
ENOUGH = 5
"""Breaks after which a mail asked for alone counts as one that the server cannot hand out."""


class Suspects:
    """Kept from connection to connection of one account."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, int, int]] = Counter()

    def __len__(self) -> int:
        return len(self._counts)

    def blame(self, folder: Folder, uids: Iterable[int]) -> None:
        """The connection broke while these were awaited."""
        self._counts.update((folder.id, folder.uidvalidity, uid) for uid in uids)

    def clear(self, folder: Folder, uids: Iterable[int]) -> None:
        """These have come."""
        for uid in uids if self._counts else ():
            self._counts.pop((folder.id, folder.uidvalidity, uid), None)

    def count(self, folder: Folder, uid: int) -> int:
        """How often the connection broke on it."""
        return self._counts.get((folder.id, folder.uidvalidity, uid), 0)

    def next(self, folder: Folder, backlog: Iterable[int], most: int) -> tuple[list[int], bool]:
        """What to ask for next, those above suspicion first; and whether it is to be given up instead."""
        innocent: list[int] = []
        suspects: list[int] = []
        for uid in backlog:
            (suspects if self._counts and self.count(folder, uid) else innocent).append(uid)
            if len(innocent) == most:
                break
        if innocent or not suspects:
            return innocent, False
        least = min(self.count(folder, uid) for uid in suspects)
        alike = [uid for uid in suspects if self.count(folder, uid) == least]
        return alike[: TOGETHER.get(least, 1)], least >= ENOUGH
