"""The rig of the channel `file`: it cannot fail as a service does, so of faults it knows nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from omnitui.sync.channels.file import CAN
from tests.channels.folder_rig import FolderRig
from tests.channels.rig import CannotHere, Faults


class NoFaults(Faults):
    """A file is never busy, and has no token."""

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__dict__.get("_made") and value:
            raise CannotHere
        super().__setattr__(name, value)

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["_made"] = True


class FileRig(FolderRig):
    """Lines in, lines out."""

    channel = "file"
    capabilities = replace(CAN)

    def __init__(self) -> None:
        super().__init__()
        self.faults = NoFaults()

    def config(self) -> str:
        inbox, outbox = self.folder / "in.jsonl", self.folder / "out.jsonl"
        return (
            f'[[account]]\nname = "desk"\nchannel = "file"\nundo_seconds = 0\n[account.file]\n'
            f'inbox = "{inbox}"\noutbox = "{outbox}"\npoll_seconds = 1\n'
        )
