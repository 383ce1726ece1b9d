"""One Dovecot for all tests of a run; each test takes user names of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.sync.imap.login import Login
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.sync.imap.desk import Desk

_USERS = itertools.count(1)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    if reason := Dovecot.missing():
        pytest.skip(reason)
    with Dovecot() as server:
        yield server


@pytest.fixture
def user() -> str:
    return f"agent{next(_USERS)}"


@pytest.fixture
def login(dovecot: Dovecot, user: str) -> Login:
    return Login(dovecot.name, dovecot.port, "plain", user, "password", PASSWORD)


@pytest.fixture
def desk(tmp_path: Path, login: Login) -> Iterator[Desk]:
    one = Desk(tmp_path, login)
    yield one
    one.close()
