"""The rig of the channel `fake`: its faults are handed over as the service's `trouble.json`, counts and all."""

from __future__ import annotations

import json
from typing import Any

from omnitui.core.channel_events import Direction, MessageEvent
from omnitui.sync.channels.fake import CAN
from omnitui.sync.channels.file.lines import to_line
from tests.channels.folder_rig import PEOPLE, FolderRig
from tests.channels.rig import CannotHere, Faults


class FolderFaults(Faults):
    """Faults that live in the folder of the service, which counts them down."""

    def __init__(self, rig: FakeRig) -> None:
        self.__dict__["_rig"] = rig
        super().__init__()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "occupied" and value:
            raise CannotHere
        self.__dict__[name] = value
        if name != "seen":
            path = self.__dict__["_rig"].folder / "trouble.json"
            known = json.loads(path.read_text()) if path.exists() else {}
            path.write_text(json.dumps({**known, name: value}))


class FakeRig(FolderRig):
    """A chat service in a folder."""

    channel = "fake"
    capabilities = CAN

    def __init__(self) -> None:
        super().__init__()
        self.faults = FolderFaults(self)

    def write_before_us(self, text: str, *, who: str = "ana") -> str:
        self._count += 1
        said = MessageEvent(
            conversation=f"c-{who}", remote_id=f"m{self._count}", at=self._time(), direction=Direction.IN,
            author=PEOPLE[who], text=text,
        )  # fmt: skip
        with (self.folder / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(to_line(said) + "\n")
        return said.remote_id

    def sees_typing(self, *, who: str = "ana") -> bool:
        path = self.folder / "out.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        typed = [line for line in lines if line["type"] == "typing" and line["conversation"] == f"c-{who}"]
        return any(line["value"]["typing"] for line in typed)

    def config(self) -> str:
        return (
            f'[[account]]\nname = "desk"\nchannel = "fake"\nundo_seconds = 0\n[account.fake]\n'
            f'folder = "{self.folder}"\npoll_ms = 50\n'
        )
