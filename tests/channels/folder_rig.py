"""The other side of the channels `file` and `fake`: lines in a folder."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from omnitui.core.channel_events import (
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    MessageEvent,
    Person,
    ReactionEvent,
    RemoteFile,
    TypingEvent,
)
from omnitui.core.times import Instant
from omnitui.sync.channels.file.lines import to_line
from tests.channels.rig import Arrived, Rig

PEOPLE = {"ana": Person("ana", "Ana Lee"), "ben": Person("ben", "Ben Ode")}


class FolderRig(Rig):
    """A folder with in.jsonl and out.jsonl."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="omni-folder-"))
        self._count = 0
        self._last = 0

    def start(self) -> None:
        (self.folder / "in.jsonl").write_text("")

    def stop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        return {}

    def requests_checked(self) -> int:
        return 0

    def violations(self) -> list[str]:
        return []

    def write(self, text: str, *, who: str = "ana") -> str:
        return self._message(text, who, self._time())

    def write_same_instant(self, texts: list[str], *, who: str = "ana") -> list[str]:
        at = self._time()
        return [self._message(text, who, at) for text in texts]

    def write_file(self, name: str, data: bytes, *, who: str = "ana") -> str:
        (self.folder / name).write_bytes(data)
        return self._message("", who, self._time(), files=(RemoteFile(name, name, "image/png", len(data)),))

    def edit(self, remote_id: str, text: str) -> None:
        self._put(EditedEvent(conversation="c-ana", remote_id=remote_id, at=self._time(), text=text))

    def delete(self, remote_id: str) -> None:
        self._put(DeletedEvent(conversation="c-ana", remote_id=remote_id, at=self._time()))

    def react(self, remote_id: str, emoji: str, *, who: str = "ana") -> None:
        at = self._time()
        self._put(ReactionEvent(conversation="c-ana", remote_id=remote_id, at=at, person=PEOPLE[who], emoji=(emoji,)))

    def types(self, *, who: str = "ana") -> None:
        self._put(TypingEvent(conversation=f"c-{who}", person=PEOPLE[who]))

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        return self._message(text, who, self._time(), direction=Direction.OUT)

    def own_person(self, who: str = "ana") -> str:
        return PEOPLE[who].address

    def sent(self) -> list[Arrived]:
        path = self.folder / "out.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [
            Arrived(one["key"], one["conversation"], one["text"], one["key"])
            for one in lines
            if one["type"] == "send" and not one["private"]
        ]

    def _message(self, text: str, who: str, at: Instant, **more: Any) -> str:
        self._count += 1
        remote_id = f"m{self._count}"
        direction = more.pop("direction", Direction.IN)
        author = PEOPLE[who] if direction is Direction.IN else Person("colleague", "Cem")
        self._put(
            MessageEvent(
                conversation=f"c-{who}", remote_id=remote_id, at=at, direction=direction, author=author, text=text,
                people=(PEOPLE[who],), **more,
            )
        )  # fmt: skip
        return remote_id

    def _time(self) -> Instant:
        """Later than the last, as a service's clock is."""
        self._last = max(self._last + 1, time.time_ns() // 1_000_000)
        return Instant(self._last)

    def _put(self, event: Event) -> None:
        with (self.folder / "in.jsonl").open("a", encoding="utf-8") as file:
            file.write(to_line(event) + "\n")
