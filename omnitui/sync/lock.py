"""One worker for each cache: a lock that the system lets go of when its holder dies (flock)."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from omnitui.core.errors import Refused


class WorkerLock:
    """Held from `take` until `release` or the end of the process. The file stays; only the lock on it counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> None:
        """Raises Refused when another process holds it."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise Refused(f"a worker is running already (process {holder(self._path) or 'unknown'})") from error
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def release(self) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def held(path: Path) -> bool:
    """Whether some process holds the lock now."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def holder(path: Path) -> int | None:
    """The process that wrote its number into the lock file last."""
    with contextlib.suppress(OSError, ValueError):
        return int(path.read_text())
    return None
