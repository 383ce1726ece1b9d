"""Where secrets come from, in which order, and that they show nowhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest

from omnitui.config import keyrings, programs
from omnitui.config.keyrings import is_refused, safe_keyring
from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.config.secrets import find_secret, forget_secret, store_secret
from omnitui.core.errors import SecretError


class Wallet(keyring.backend.KeyringBackend):
    """A keyring of this test, in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


def account(*command: str) -> AccountSettings:
    server = ServerSettings(host="mail.example.org")
    return AccountSettings(
        name="shop.nl", address="support@shop.example", imap=server, smtp=server, password_command=command
    )


def printing(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; sys.stdout.write({text!r})")


def test_the_order_of_sources(tmp_path: Path) -> None:
    wallet = Wallet()
    keyring.set_keyring(wallet)
    store_secret("shop.nl", "from the keyring")
    (tmp_path / "omnitui-shop.nl").write_text("from systemd\n")
    environ = {"OMNITUI_PASSWORD_SHOP_NL": "from the environment", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    command = account(*printing("from the command\nuser: ana\n"))
    assert find_secret(command, "imap", environ).value == "from systemd"
    (tmp_path / "omnitui-shop.nl-smtp").write_text("for sending")
    assert find_secret(command, "smtp", environ).value == "for sending"
    del environ["CREDENTIALS_DIRECTORY"]
    assert find_secret(command, "imap", environ).value == "from the command"
    assert find_secret(account(), "imap", environ).value == "from the keyring"
    store_secret("shop.nl", "only for sending", "smtp")
    assert find_secret(account(), "smtp", environ).value == "only for sending"
    assert forget_secret("shop.nl")
    assert not forget_secret("shop.nl")
    assert find_secret(account(), "imap", environ).value == "from the environment"
    environ["OMNITUI_PASSWORD_SHOP_NL_SMTP"] = "x"
    assert find_secret(account(), "imap", environ).source == "environment (OMNITUI_PASSWORD_SHOP_NL)"


def test_none_says_how_to_give_one() -> None:
    with pytest.raises(SecretError, match=r"omnitui secret set shop\.nl.*password_command.*OMNITUI_PASSWORD_SHOP_NL"):
        find_secret(account(), "imap", {})


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/does/not/exist",), "cannot be run: No such file"),
        ((sys.executable, "-c", "print('hunter2'); raise SystemExit(3)"), "failed with exit code 3"),
        ((sys.executable, "-c", ""), "is empty"),
        ((sys.executable, "-c", "import os; os.write(1, b'\\xff')"), "not UTF-8"),
    ],
)
def test_a_command_that_fails_is_an_error_without_the_secret(command: tuple[str, ...], words: str) -> None:
    with pytest.raises(SecretError, match=words) as caught:
        find_secret(account(*command), "imap", {"OMNITUI_PASSWORD_SHOP_NL": "not tried"})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_command_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "COMMAND_SECONDS", 0.3)
    with pytest.raises(SecretError, match="no answer within"):
        find_secret(account(sys.executable, "-c", "import time; time.sleep(60)"), "imap", {})


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    argv = (sys.executable, "-c", "import sys; print(sys.argv[1])", f"; touch {trap}")
    assert find_secret(account(*argv), "imap", {}).value == f"; touch {trap}"
    assert not trap.exists()


def test_a_keyring_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Locked(Wallet):
        def get_password(self, service: str, username: str) -> str | None:
            os.read(end, 1)
            return "late"

    end, other = os.pipe()
    keyring.set_keyring(Locked())
    monkeypatch.setattr(keyrings, "KEYRING_SECONDS", 0.2)
    with pytest.raises(SecretError, match="is it locked"):
        find_secret(account(), "imap", {})
    os.close(other)


def test_clear_text_keyrings_are_refused_by_class(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = type("PlaintextKeyring", (Wallet,), {"__module__": "keyrings.alt.file"})
    heir = type("Innocent", (plain,), {"__module__": "some.plugin"})
    for refused in (plain(), heir(), keyring.backends.null.Keyring(), keyring.backends.fail.Keyring()):
        assert is_refused(refused)
        keyring.set_keyring(refused)
        assert safe_keyring() is None
        with pytest.raises(SecretError, match="no keyring that encrypts"):
            store_secret("shop.nl", "hunter2")
    assert not is_refused(Wallet())
    wallet = Wallet()
    monkeypatch.setattr(keyring.backends.chainer.ChainerBackend, "backends", [plain(), wallet])
    keyring.set_keyring(keyring.backends.chainer.ChainerBackend())
    assert safe_keyring() is wallet


def test_a_secret_shows_in_no_repr() -> None:
    assert "hunter2" not in repr(find_secret(account(*printing("hunter2")), "imap", {}))
