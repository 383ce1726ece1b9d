"""The worker's one writer: a connection and a lock, so that its threads take turns instead of waiting in SQLite."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from omnitui.store.connection import Cache, Role, on_the_disk, open_cache, transaction
from omnitui.sync.checkpoints import Checkpoints

PAUSE = 0.004


class Writer:
    """Short transactions on the cache, from any thread."""

    def __init__(self, path: Path, role: Role = Role.PULL) -> None:
        self._cache = open_cache(path, role, threads=True)
        self._checkpoints = Checkpoints(path)
        self._lock = threading.Lock()
        self.committed: Callable[[], None] = lambda: None
        """Called after every commit, in the thread that made it."""

    @contextmanager
    def transaction(self, *, last: bool = False) -> Iterator[Cache]:
        """All or nothing; nobody else of this process writes meanwhile. `last`: nobody else will have it any more, so
        that it must have reached the disk."""
        with self._lock, on_the_disk(self._cache) if last else nullcontext(), transaction(self._cache) as cache:
            yield cache
        with self._lock:
            self._checkpoints.look(self._cache)
        self.committed()

    @contextmanager
    def reading(self) -> Iterator[Cache]:
        """Reads on the writer's own connection, outside of any transaction."""
        with self._lock:
            yield self._cache

    def give_way(self) -> None:
        """After a long transaction: who waits for the write lock asks every millisecond or two, and gets it now."""
        time.sleep(PAUSE)

    def close(self) -> None:
        """Close the cache."""
        self._checkpoints.close()
        with self._lock:
            self._cache.close()
