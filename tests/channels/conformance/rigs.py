"""Every channel's rig: `tests/channels/<channel>/rig.py` of each channel that ships, mailboxes among them.

A channel that holds several ways to talk has a rig for each: `rig_<way>.py` is asked for as `<channel>-<way>`.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import omnitui.sync.channels
from tests.channels.rig import Rig

HERE = Path(__file__).resolve().parents[1]
KIT = Path(omnitui.sync.channels.__path__[0])


def channels() -> list[str]:
    """Those that ship with omnitui: the packages beside the kit."""
    return sorted(path.parent.name for path in KIT.glob("*/__init__.py"))


def rigged() -> list[str]:
    """The channels, and the ways to talk that have a rig of their own."""
    ways = sorted(f"{path.parent.name}-{path.stem.removeprefix('rig_')}" for path in HERE.glob("*/rig_*.py"))
    return [*channels(), *ways]


def rig_of(channel: str) -> type[Rig]:
    """The rig of a channel."""
    name, _, way = channel.partition("-")
    module = importlib.import_module(f"tests.channels.{name}.rig{f'_{way}' if way else ''}")
    found = [
        one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Rig) and one is not Rig
        and one.__module__ == module.__name__
    ]  # fmt: skip
    return found[-1]


@contextlib.contextmanager
def running(channel: str) -> Iterator[Rig]:
    """The rig of a channel, started, and stopped at the end. Ends the program where what it needs is not installed:
    for campaigns and benchmarks, which must not leave a channel out.
    """
    rig = rig_of(channel)()
    try:
        rig.start()
    except pytest.skip.Exception as missing:
        raise SystemExit(f"{channel}: {missing}") from missing
    try:
        yield rig
    finally:
        rig.stop()
