"""One Synapse for all tests of a process: starting takes seconds. Each test has users and rooms of its own in it."""

from __future__ import annotations

import atexit
import itertools
from functools import cache

import pytest

from tests.servers.synapse import Synapse

_numbers = itertools.count(1)


@cache
def synapse() -> Synapse:
    """The server, started on first need and stopped when the process ends. Skips where there is none."""
    if reason := Synapse.missing():
        pytest.skip(reason)
    server = Synapse()
    atexit.register(server.stop)
    server.start()
    return server


def fresh() -> int:
    """A number that no other test of this process has, for names."""
    return next(_numbers)
