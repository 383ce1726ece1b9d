"""One consumer for a credential that allows no more: a lock for the whole machine, whichever cache it is used from."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from omnitui.core.errors import Refused
from omnitui.sync.channels.contract import Occupied
from omnitui.sync.lock import WorkerLock


class Lease:
    """Held from `take` until `release`, or the end of the process. Between machines the other side says (409)."""

    def __init__(self, channel: str, secrets: tuple[str, ...], folder: Path | None = None) -> None:
        """`folder` is where all caches of this user look; of the secrets only a digest is written."""
        digest = hashlib.sha256("\0".join((channel, *secrets)).encode()).hexdigest()
        self._folder = folder or Path(tempfile.gettempdir()) / f"omnitui-{os.getuid()}"
        self._lock = WorkerLock(self._folder / f"{channel}-{digest[:24]}.lease")

    def take(self) -> None:
        """Raises Occupied when another program of this machine has it."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        found = self._folder.lstat()
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
            raise Refused(f"{self._folder} is not a folder of yours alone: remove it")
        try:
            self._lock.take()
        except Refused as error:
            words = str(error).removeprefix("a worker is running already ")
            raise Occupied(
                f"another omnitui on this machine uses this account already {words}: stop it first"
            ) from None

    def release(self) -> None:
        """Let go."""
        self._lock.release()
