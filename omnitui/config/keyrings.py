"""The keyring of the desktop or of macOS, where it is one that encrypts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from omnitui.core.errors import SecretError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "omnitui"
KEYRING_SECONDS = 15.0
"""A locked desktop wallet may ask and wait for ever."""
REFUSED_KEYRINGS = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")
"""Backends that keep secrets in clear text, or nowhere."""


class Keyring:
    """Entries in a keyring. Every call may raise SecretError."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    @property
    def name(self) -> str:
        """For messages."""
        return f"keyring ({backend_name(self._backend)})"

    def get(self, entry: str) -> str | None:
        """The value, or None."""
        return _limited(lambda: self._backend.get_password(SERVICE, entry)) or None

    def set(self, entry: str, value: str) -> None:
        """Keep a value."""
        _limited(lambda: self._backend.set_password(SERVICE, entry, value))

    def delete(self, entry: str) -> bool:
        """Forget a value; whether there was one."""
        if self.get(entry) is None:
            return False
        _limited(lambda: self._backend.delete_password(SERVICE, entry))
        return True


def safe_keyring() -> KeyringBackend | None:
    """The keyring to use, or None when the only ones write clear text or nothing."""
    return next((backend for backend in keyrings() if not is_refused(backend)), None)


def keyrings() -> list[KeyringBackend]:
    """Every keyring there is, the chosen one first."""
    try:
        import keyring
    except ImportError:
        return []
    backend = _limited(keyring.get_keyring)
    return list(getattr(backend, "backends", [])) or [backend]


def is_refused(backend: object) -> bool:
    """Whether a keyring's class, or one it comes from, is known to keep secrets in clear text or not at all."""
    names = [f"{cls.__module__}." for cls in type(backend).__mro__]
    return any(name.startswith(f"{refused}.") for name in names for refused in REFUSED_KEYRINGS)


def backend_name(backend: object) -> str:
    """A keyring's name for messages."""
    return str(getattr(backend, "name", type(backend).__name__))


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
