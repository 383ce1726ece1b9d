"""The encrypted file: passwords and tokens for machines without a keyring that encrypts.

One JSON file (0600). The key comes from the pass phrase by scrypt (RFC 7914); all entries are sealed together, their
names too, by AES-256-GCM (RFC 5116) with the parameters as associated data. Every write takes a new nonce and replaces
the file whole; processes that write take turns.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from omnitui.core.errors import SecretError

VERSION = 1
COST = {"n": 1 << 16, "r": 8, "p": 2}
"""scrypt: 64 MiB and about a third of a second, once a start."""
MOST_COST = {"n": 1 << 18, "r": 16, "p": 8}
"""At most 512 MiB: a file that asks for more was not written here."""
SALT, NONCE, TAG = 16, 12, 16
"""Bytes."""
LARGEST = 4 * 1024 * 1024


class Vault:
    """Entries by name. `passphrase(new)` gives the pass phrase, asked for when first needed (`new`: to make the file).

    Every call may raise SecretError; without the file nothing is asked.
    """

    def __init__(self, path: Path, passphrase: Callable[[bool], str]) -> None:
        self.path = path
        self._passphrase = passphrase
        self._derived: tuple[str, bytes] | None = None
        self._turn = threading.Lock()

    @property
    def exists(self) -> bool:
        """Whether the file has been made."""
        return self.path.exists()

    def get(self, entry: str) -> str | None:
        """The value, or None."""
        return self._entries().get(entry)

    def entries(self) -> list[str]:
        """The names of what is kept. Opens the file."""
        return sorted(self._entries())

    def set(self, entry: str, value: str) -> None:
        """Keep a value; on disk when this returns."""
        with self._alone():
            header, kept = self._open()
            self._write(header, kept | {entry: value})

    def delete(self, entry: str) -> bool:
        """Forget a value; whether there was one."""
        if not self.exists:
            return False
        with self._alone():
            header, kept = self._open()
            if entry not in kept:
                return False
            del kept[entry]
            self._write(header, kept)
            return True

    def change_passphrase(self, new: str) -> None:
        """Seal everything anew under another pass phrase."""
        with self._alone():
            _, kept = self._open()
            header = _new_header()
            self._derived = (header["salt"], _derive(new, header))
            self._write(header, kept)

    def lock(self) -> None:
        """Forget the key; the next call asks again."""
        self._derived = None

    def _entries(self) -> dict[str, str]:
        return self._open()[1] if self.exists else {}

    def _open(self) -> tuple[dict[str, Any], dict[str, str]]:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        found = self._read()
        if found is None:
            return _new_header(), {}
        header, nonce, sealed = found
        key = self._key(header)
        try:
            kept = json.loads(AESGCM(key).decrypt(nonce, sealed, _associated(header)))
        except InvalidTag:
            self.lock()
            raise SecretError(f"the pass phrase does not open {self.path} (or the file is damaged)") from None
        return header, kept

    def _read(self) -> tuple[dict[str, Any], bytes, bytes] | None:
        """The parameters, the nonce and what is sealed; None without a file."""
        try:
            with self.path.open("rb") as file:
                text = file.read(LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretError(f"{self.path} cannot be read: {error.strerror}") from None
        try:
            found = json.loads(text)
            header = {name: found[name] for name in ("version", "n", "r", "p", "salt")}
            parts = [base64.b64decode(found[name], validate=True) for name in ("salt", "nonce", "sealed")]
            whole = len(parts[0]) == SALT and len(parts[1]) == NONCE and len(parts[2]) >= TAG
        except (ValueError, KeyError, TypeError, RecursionError):
            whole = False
        if not whole or not _payable(header):
            raise SecretError(f"{self.path} is damaged; take it from a backup, or delete it and log in anew")
        if header["version"] != VERSION:
            raise SecretError(f"{self.path} was written by a newer omnitui")
        return header, parts[1], parts[2]

    def _key(self, header: dict[str, Any]) -> bytes:
        with self._turn:
            if self._derived is None or self._derived[0] != header["salt"]:
                self._derived = (header["salt"], _derive(self._passphrase(not self.exists), header))
            return self._derived[1]

    def _write(self, header: dict[str, Any], kept: dict[str, str]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE)
        sealed = AESGCM(self._key(header)).encrypt(nonce, json.dumps(kept).encode(), _associated(header))
        text = json.dumps({**header, "nonce": _text(nonce), "sealed": _text(sealed)}).encode()
        new = self.path.with_name(f"{self.path.name}.new")
        try:
            new.unlink(missing_ok=True)
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(file, "wb") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(file)
            new.replace(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise SecretError(f"{self.path} cannot be written: {error.strerror}; nothing was stored") from None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, in whatever process."""
        try:
            lock = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SecretError(f"{self.path} cannot be written: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _payable(header: dict[str, Any]) -> bool:
    """Whether the parameters are such as scrypt takes, and cost no more than a machine has."""
    numbers = {name: header[name] for name in MOST_COST}
    if not all(type(number) is int and 1 <= number <= MOST_COST[name] for name, number in numbers.items()):
        return False
    return bool(numbers["n"] > 1 and numbers["n"] & (numbers["n"] - 1) == 0)


def _new_header() -> dict[str, Any]:
    return {"version": VERSION, **COST, "salt": _text(os.urandom(SALT))}


def _derive(passphrase: str, header: dict[str, Any]) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    salt = base64.b64decode(header["salt"])
    return Scrypt(salt=salt, length=32, n=header["n"], r=header["r"], p=header["p"]).derive(passphrase.encode())


def _associated(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
