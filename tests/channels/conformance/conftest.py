"""What a channel has nothing like is a skip with its name, wherever in a test it turns out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.rig import CannotHere


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """A rig that says `CannotHere` ends the test as skipped."""
    try:
        return (yield)
    except CannotHere:
        pytest.skip(f"{pyfuncitem.name}: the channel has nothing like it")
