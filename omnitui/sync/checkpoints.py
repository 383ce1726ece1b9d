"""A thread that takes the write-ahead log over into the cache, so that whoever writes does not wait for the disk."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from omnitui.core.errors import CacheError
from omnitui.store.checkpoint import log_size, take_over
from omnitui.store.connection import Cache, Role, open_cache

STEP = 32 * 1024 * 1024
"""Bytes of log after which a round is worth its while."""
MOST = 256 * 1024 * 1024
"""Bytes of log at which the writer waits for one round: only then does the log begin anew, for rounds beside a writer
that goes on never reach its end."""

log = logging.getLogger(__name__)


class Checkpoints:
    """Call `look` after every commit, in the writer's turn."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._next = STEP
        self._wanted = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None

    def look(self, writing: Cache) -> None:
        """Have a round done where there is something to do; past `MOST` do it here."""
        size = log_size(self._cache)
        if size > MOST:
            if take_over(writing):
                self._next = STEP
        elif size >= self._next:
            self._next = size + STEP
            self._begin()
            self._wanted.set()

    def close(self) -> None:
        """End the thread; waits for the round that is under way."""
        self._ending = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoint", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            cache = open_cache(self._cache, Role.PULL)
        except CacheError as error:
            log.warning("the log of the cache is not taken over beside the writer: %s", error)
            return
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._ending:
                break
            take_over(cache)
        cache.close()
