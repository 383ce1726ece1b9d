"""Every channel's rig: `tests/channels/<channel>/rig.py` of each channel that ships, and of the mailbox."""

from __future__ import annotations

import importlib
from pathlib import Path

import omnitui.sync.channels
from tests.channels.rig import Rig

KIT = Path(omnitui.sync.channels.__path__[0])


def channels() -> list[str]:
    """Those that ship with omnitui: the packages beside the kit."""
    return sorted(path.parent.name for path in KIT.glob("*/__init__.py"))


def rigged() -> list[str]:
    """The channels, and the mailbox, which keeps the same rules by other code."""
    return ["email", *channels()]


def rig_of(channel: str) -> type[Rig]:
    """The rig of a channel."""
    module = importlib.import_module(f"tests.channels.{channel}.rig")
    found = [
        one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Rig) and one is not Rig
        and one.__module__ == module.__name__
    ]  # fmt: skip
    return found[-1]
