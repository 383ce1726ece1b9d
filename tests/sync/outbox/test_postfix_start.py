"""The Postfix of our tests starts whatever the process that starts it has done to its umask."""

from __future__ import annotations

import os

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix, dovecot_for_postfix

pytestmark = pytest.mark.servers


def test_postfix_starts_under_the_narrow_umask_of_the_command_line() -> None:
    if reason := Dovecot.missing() or Postfix.missing():
        pytest.skip(reason)
    dovecot, port = dovecot_for_postfix()
    before = os.umask(0o077)
    try:
        with dovecot, Postfix(dovecot, port, "shop.test", ("support",)) as postfix:
            assert "fatal" not in postfix.log()
    finally:
        os.umask(before)
