"""Which sends of several events were made here: their echoes after the first add nothing to what the cache holds."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from omnitui.sync.channels.matrix.fields import texts

MOST = 2000
"""Keys that are remembered; an echo comes within moments."""


class SentInParts:
    """Kept in a file of the account. Losing it shows a file of ours twice, nothing worse."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "sent-in-parts.json"
        self._keys: list[str] | None = None

    async def load(self) -> None:
        """Read the file, once."""
        if self._keys is None:
            self._keys = await asyncio.to_thread(self._read)

    def __contains__(self, key: str) -> bool:
        return key in (self._keys or ())

    async def add(self, key: str) -> None:
        """Remember one before its first event leaves."""
        await self.load()
        if key in self:
            return
        self._keys = [*(self._keys or ()), key][-MOST:]
        await asyncio.to_thread(self._write, self._keys)

    def _read(self) -> list[str]:
        try:
            return texts(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return []

    def _write(self, keys: list[str]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(keys), encoding="utf-8")
        new.replace(self._file)
