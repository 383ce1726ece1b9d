"""One provider and one Dovecot that asks it, for all tests of a module."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.identity import IdentityProvider
from tests.sync.oauth.signing_in import Home

_USERS = itertools.count(1)


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider() as one:
        yield one


@pytest.fixture
def home(tmp_path: Path, provider: IdentityProvider) -> Iterator[Home]:
    if reason := Dovecot.missing():
        pytest.skip(reason)
    with Dovecot(introspection=f"{provider.url}/introspect") as server:
        yield Home(tmp_path, server, provider, f"signed{next(_USERS)}")
