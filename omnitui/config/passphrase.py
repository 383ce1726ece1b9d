"""The pass phrase of the encrypted file: given once, by whoever starts us, a program, or the terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from omnitui.config.programs import credential, printed_by
from omnitui.core.errors import SecretError

VARIABLE = "OMNITUI_PASSPHRASE"
CREDENTIAL = "omnitui-passphrase"
GIVEN_BY = (
    f"by passphrase_command under [secrets] in the config, as systemd credential {CREDENTIAL}, or in the environment "
    f"as {VARIABLE}"
)
LOCKED = f"the encrypted file of secrets is locked: run `omnitui secret unlock`, or give its pass phrase {GIVEN_BY}"
UNMADE = (
    "this machine has no keyring that encrypts, and the encrypted file needs a pass phrase: run this in a terminal, or "
    f"give one {GIVEN_BY}"
)


class Passphrase:
    """Give it with `give`, or let it be found: systemd credential, command, environment, then `ask(new)` if any.

    It stays in memory and shows in no repr.
    """

    def __init__(
        self,
        command: Sequence[str] = (),
        environ: Mapping[str, str] = os.environ,
        ask: Callable[[bool], str] | None = None,
    ) -> None:
        self._command = tuple(command)
        self._environ = environ
        self._ask = ask
        self._given = ""

    def __call__(self, new: bool = False) -> str:
        """The pass phrase; `new`: for a file that is to be made. Raises SecretError when nobody gives it."""
        if not self._given:
            self._given = self._found() or (self._ask(new) if self._ask is not None else "")
        if not self._given:
            raise SecretError(UNMADE if new else LOCKED)
        return self._given

    def give(self, value: str) -> None:
        """From now on this one; empty: look for it again."""
        self._given = value

    @property
    def source(self) -> str:
        """What would give it without asking anybody, in words; empty when nothing would."""
        folder = self._environ.get("CREDENTIALS_DIRECTORY")
        if self._given:
            return "given at the start"
        if folder and os.path.exists(os.path.join(folder, CREDENTIAL)):
            return f"systemd credential {CREDENTIAL}"
        if self._command:
            return f"passphrase_command ({os.path.basename(self._command[0])})"
        return f"environment ({VARIABLE})" if self._environ.get(VARIABLE) else ""

    def _found(self) -> str:
        found = credential(self._environ.get("CREDENTIALS_DIRECTORY"), CREDENTIAL)
        if found is None and self._command:
            found = printed_by(self._command, "passphrase_command")
        return found or self._environ.get(VARIABLE, "")
