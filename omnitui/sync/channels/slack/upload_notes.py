"""Which files were uploaded for which send, written before they are put in place: Slack takes no key with them."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from omnitui.core.times import Instant

MOST = 300
"""Notes that are kept."""


@dataclass(frozen=True, slots=True)
class Note:
    """The files of one send, of every try, and when the last was about to be put in place."""

    key: str
    files: tuple[str, ...]
    at: Instant


class UploadNotes:
    """Files in the connector's own folder. Its methods block: for a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, note: Note) -> None:
        """Keep it on the disk before this returns."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(note.key)
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"key": note.key, "files": note.files, "at": note.at}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, key: str) -> Note | None:
        """That of one send, or None when nothing of it can have been put in place."""
        return self._load(self._path(key))

    def every(self) -> list[Note]:
        """All, the oldest beyond `MOST` thrown away."""
        if not self._folder.is_dir():
            return []
        found = [(note, path) for path in self._folder.glob("sent-*.json") if (note := self._load(path))]
        found.sort(key=lambda pair: pair[0].at)
        for _, path in found[:-MOST]:
            path.unlink(missing_ok=True)
        return [note for note, _ in found[-MOST:]]

    def _path(self, key: str) -> Path:
        return self._folder / f"sent-{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    def _load(self, path: Path) -> Note | None:
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return Note(str(raw["key"]), tuple(map(str, raw["files"])), Instant(int(raw["at"])))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return None
