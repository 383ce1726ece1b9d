"""`omnitui setup` against real servers: by options alone, and what it says when a login fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.config.load import load
from tests.cli.run import omnitui
from tests.servers.dovecot import PASSWORD, Dovecot, free_port

pytestmark = [pytest.mark.servers, pytest.mark.skipif(bool(Dovecot.missing()), reason=Dovecot.missing() or "-")]
ADDRESS = "support@shop.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot() as dovecot:
        yield dovecot


def options(server: Dovecot, **more: str) -> list[str]:
    given = {
        "address": ADDRESS,
        "imap": f"localhost:{server.tls_port}",
        "smtp": "-",
        "ca-file": str(server.certificate),
        "store": "environment",
    } | more
    return ["setup", "--non-interactive", "--password-stdin", *(f"--{name}={value}" for name, value in given.items())]


def test_options_alone_make_an_account_that_works(tmp_path: Path, server: Dovecot) -> None:
    done = omnitui(tmp_path, *options(server), stdin=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "Reading: localhost lets us in" in done.stderr
    assert PASSWORD not in done.stderr
    file = tmp_path / "config" / "config.toml"
    assert PASSWORD not in file.read_text()
    (account,) = load(file).accounts
    assert (account.name, account.address, account.smtp) == ("support", ADDRESS, None)
    synced = omnitui(tmp_path, "sync", "--once", OMNITUI_PASSWORD_SUPPORT=PASSWORD)
    assert synced.returncode == 0, synced.stderr
    again = omnitui(tmp_path, *options(server), stdin=PASSWORD)
    assert again.returncode != 0
    assert "already an account" in again.stderr
    other = omnitui(tmp_path, *options(server, address="sales@shop.example", name="Support"), stdin=PASSWORD)
    assert "already an account named Support" in other.stderr
    assert load(file).accounts == (account,)


@pytest.mark.parametrize(
    ("more", "secret", "code", "words"),
    [
        ({}, "wrong", 4, "refuses the user name support@shop.example or the password"),
        ({}, "", 4, "no password on stdin"),
        ({"ca-file": ""}, PASSWORD, 8, "certificate of localhost cannot be trusted"),
        ({"imap": "localhost:{port} tls"}, PASSWORD, 8, "does not speak TLS from the first byte"),
        ({"imap": "localhost:{free}"}, PASSWORD, 8, "does not answer on port"),
        ({"imap": "there-is-none.invalid"}, PASSWORD, 8, "There is no server there-is-none.invalid"),
        ({"store": "keyring"}, PASSWORD, 4, "cannot be kept in keyring"),
        ({"store": "napkin"}, PASSWORD, 4, "possible are keyring"),
        ({"address": "support"}, PASSWORD, 7, "is not a mail address"),
        ({"name": "my account"}, PASSWORD, 7, "is not a name"),
        ({"imap": "imap.shop.example plain"}, PASSWORD, 7, "would send the password readable"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    tmp_path: Path, server: Dovecot, more: dict[str, str], secret: str, code: int, words: str
) -> None:
    filled = {name: value.format(port=server.port, free=free_port()) for name, value in more.items()}
    backend = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = omnitui(tmp_path, *options(server, **filled), stdin=secret, **backend)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert not (tmp_path / "config" / "config.toml").exists()
