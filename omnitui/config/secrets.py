"""Passwords and tokens: never in the config, taken at the moment of use from where the user keeps them.

The order: systemd credentials, the account's `password_command`, a keyring that really encrypts, the environment.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from omnitui.config.schema import AccountSettings
from omnitui.core.errors import SecretError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

Use = Literal["imap", "smtp"]
T = TypeVar("T")

SERVICE = "omnitui"
COMMAND_SECONDS = 60.0
"""A pass phrase may have to be typed into a dialog."""
KEYRING_SECONDS = 15.0
"""A locked desktop wallet may ask and wait for ever."""
LONGEST = 64 * 1024
REFUSED_KEYRINGS = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")
"""Backends that keep secrets in clear text, or nowhere."""


@dataclass(frozen=True)
class Secret:
    """A secret and where it came from; its value shows in no repr."""

    source: str
    value: str = field(repr=False)


def secret_for(account: AccountSettings, use: Use, environ: Mapping[str, str] = os.environ) -> str:
    """The password or token for an account's server. Blocks (call it in a thread).

    Raises SecretError, which says how to give the secret.
    """
    return find_secret(account, use, environ).value


def find_secret(account: AccountSettings, use: Use, environ: Mapping[str, str] = os.environ) -> Secret:
    """The first source that has the secret. A `password_command` that fails is an error, never passed over."""
    found = _credential(account, use, environ) or _command(account, use) or _from_keyring(account, use)
    found = found or _environment(account, use, environ)
    if found is None:
        raise SecretError(
            f"no password for account {account.name}: run `omnitui secret set {account.name}`, set "
            f"password_command in the config, or put it in the environment as {variable(account.name)}"
        )
    return found


def variable(name: str, use: Use | None = None) -> str:
    """The environment variable of an account, such as OMNITUI_PASSWORD_SUPPORT (or ..._SMTP for one server only)."""
    plain = re.sub(r"[^A-Z0-9]", "_", name.upper())
    return f"OMNITUI_PASSWORD_{plain}" + (f"_{use.upper()}" if use else "")


def store_secret(account: str, value: str, use: Use | None = None) -> str:
    """Keep a secret in the keyring and return the keyring's name. Raises SecretError when there is no safe one."""
    backend = safe_keyring()
    if backend is None:
        raise SecretError(
            "this machine has no keyring that encrypts (a desktop wallet or the macOS keychain); "
            "set password_command in the config instead"
        )
    _limited(lambda: backend.set_password(SERVICE, _entry(account, use), value))
    return backend_name(backend)


def forget_secret(account: str, use: Use | None = None) -> bool:
    """Take a secret out of the keyring; whether there was one."""
    backend = safe_keyring()
    if backend is None or _limited(lambda: backend.get_password(SERVICE, _entry(account, use))) is None:
        return False
    _limited(lambda: backend.delete_password(SERVICE, _entry(account, use)))
    return True


def safe_keyring() -> KeyringBackend | None:
    """The keyring to use, or None when the only ones write clear text or nothing."""
    try:
        import keyring
    except ImportError:
        return None
    backend = _limited(keyring.get_keyring)
    inner = list(getattr(backend, "backends", [])) or [backend]
    safe = [one for one in inner if not is_refused(one)]
    return safe[0] if safe else None


def is_refused(backend: object) -> bool:
    """Whether a keyring's class, or one it comes from, is known to keep secrets in clear text or not at all."""
    names = [f"{cls.__module__}." for cls in type(backend).__mro__]
    return any(name.startswith(f"{refused}.") for name in names for refused in REFUSED_KEYRINGS)


def backend_name(backend: object) -> str:
    """A keyring's name for messages."""
    return str(getattr(backend, "name", type(backend).__name__))


def _entry(account: str, use: Use | None) -> str:
    return f"{account}/{use}" if use else account


def _credential(account: AccountSettings, use: Use, environ: Mapping[str, str]) -> Secret | None:
    """systemd's LoadCredential= puts files into a private folder (systemd.exec(5), Credentials)."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    for name in (f"omnitui-{account.name}-{use}", f"omnitui-{account.name}"):
        try:
            text = (Path(folder) / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise SecretError(f"the credential {name} cannot be read: {type(error).__name__}") from None
        return Secret("systemd credential", _one_line(text, f"the credential {name}"))
    return None


def _command(account: AccountSettings, use: Use) -> Secret | None:
    server = account.imap if use == "imap" else account.smtp
    argv = (server.password_command if server else ()) or account.password_command
    if not argv:
        return None
    name = Path(argv[0]).name
    try:
        done = subprocess.run(  # noqa: S603 - the user's own program, without a shell
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SecretError(f"password_command ({name}) gave no answer within {COMMAND_SECONDS:.0f} seconds") from None
    except OSError as error:
        raise SecretError(f"password_command ({name}) cannot be run: {error.strerror}") from None
    if done.returncode:
        raise SecretError(
            f"password_command ({name}) failed with exit code {done.returncode}; run it by hand to see why"
        )
    try:
        text = done.stdout[:LONGEST].decode("utf-8")
    except UnicodeDecodeError:
        raise SecretError(f"password_command ({name}) printed something that is not UTF-8 text") from None
    return Secret(f"password_command ({name})", _one_line(text, f"password_command ({name})"))


def _from_keyring(account: AccountSettings, use: Use) -> Secret | None:
    backend = safe_keyring()
    if backend is None:
        return None
    for entry in (_entry(account.name, use), account.name):
        value = _limited(lambda entry=entry: backend.get_password(SERVICE, entry))  # type: ignore[misc]
        if value:
            return Secret(f"keyring ({backend_name(backend)})", value)
    return None


def _environment(account: AccountSettings, use: Use, environ: Mapping[str, str]) -> Secret | None:
    for name in (variable(account.name, use), variable(account.name)):
        if environ.get(name):
            return Secret(f"environment ({name})", environ[name])
    return None


def _one_line(text: str, where: str) -> str:
    """The first line: what `pass` and others print below it is not the password."""
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise SecretError(f"{where} is empty")
    return line


def _limited(ask: Callable[[], T]) -> T:
    """Ask the keyring in a thread of its own that is left behind when it does not answer."""
    answers: list[T] = []
    failures: list[str] = []

    def run() -> None:
        import keyring.errors

        try:
            answers.append(ask())
        except (keyring.errors.KeyringError, OSError, RuntimeError) as error:
            failures.append(type(error).__name__)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(KEYRING_SECONDS)
    if failures:
        raise SecretError(f"the keyring refused ({failures[0]}); unlock it, or set password_command in the config")
    if not answers:
        raise SecretError(f"the keyring gave no answer within {KEYRING_SECONDS:.0f} seconds; is it locked?")
    return answers[0]
