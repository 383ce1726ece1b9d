"""Where things stand: config, data, cache and state, under one folder or as XDG says."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from omnitui.core.dataclass import dataclass
from omnitui.core.errors import ConfigError

LONGEST_SOCKET = 100
"""Bytes in a Unix socket's path: 104 on macOS, 108 on Linux, its end mark included."""

_XDG = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "data": ("XDG_DATA_HOME", ".local/share"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
    "state": ("XDG_STATE_HOME", ".local/state"),
}


@dataclass(frozen=True)
class Places:
    """The four folders, and the files that have one fixed place in them."""

    config: Path
    data: Path
    cache: Path
    state: Path

    @property
    def home_words(self) -> tuple[str, ...]:
        """What another `omnitui` must be told to find the same places: nothing for the XDG folders."""
        return ("--home", str(self.config.parent)) if self.config.name == "config" else ()

    @property
    def config_file(self) -> Path:
        """The settings."""
        return self.config / "config.toml"

    @property
    def cache_db(self) -> Path:
        """The database of mail and operations."""
        return self.data / "cache.db"

    @property
    def vault(self) -> Path:
        """The encrypted file of passwords and tokens, where there is no keyring."""
        return self.data / "secrets.enc"

    @property
    def attachments(self) -> Path:
        """Big attachments fetched on demand, by their hash."""
        return self.data / "attachments"

    @property
    def lock(self) -> Path:
        """Held by the running worker."""
        return self.state / "worker.lock"

    @property
    def log(self) -> Path:
        """What the worker and the screen wrote down, rotated."""
        return self.state / "omnitui.log"

    @property
    def socket(self) -> Path:
        """Where the worker listens; in a private temporary folder when the state folder's path is too long."""
        import hashlib

        mark = hashlib.sha256(os.fsencode(self.state.absolute())).hexdigest()[:16]
        private = f"omnitui-{os.getuid()}-{mark}"
        folders = (self.state, Path(tempfile.gettempdir()) / private, Path("/tmp") / private)  # noqa: S108 - made private
        paths = [folder / "worker.sock" for folder in folders]
        return next((path for path in paths if len(os.fsencode(path)) <= LONGEST_SOCKET), paths[-1])


def places(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Places:
    """Everything under `home` (or $OMNITUI_HOME) when given; otherwise the XDG folders.

    The XDG Base Directory Specification 0.8 is followed on macOS too. Makes nothing.
    """
    chosen = home or (Path(environ["OMNITUI_HOME"]) if environ.get("OMNITUI_HOME") else None)
    if chosen is not None:
        top = chosen.expanduser().absolute()
        return Places(top / "config", top / "data", top / "cache", top / "state")
    return Places(**{name: _xdg(variable, fallback, environ) for name, (variable, fallback) in _XDG.items()})


def prepare(where: Places) -> None:
    """Make the folders, private to the user (0700); a folder that others could read is closed. Raises ConfigError."""
    for folder in (where.config, where.data, where.cache, where.state, where.socket.parent):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.stat()
            if found.st_uid != os.getuid():
                raise ConfigError(f"{folder} belongs to another user; choose another place with --home")
            if found.st_mode & 0o077:
                folder.chmod(0o700)
        except OSError as error:
            raise ConfigError(f"{folder} cannot be made or used: {error.strerror}") from error


def _xdg(variable: str, fallback: str, environ: Mapping[str, str]) -> Path:
    """The specification says that a path that is not absolute must be ignored."""
    given = Path(environ.get(variable, ""))
    base = given if given.is_absolute() else _own_folder(environ) / fallback
    return base / "omnitui"


def _own_folder(environ: Mapping[str, str]) -> Path:
    """$HOME where it is a path that means the same everywhere, else what the system knows. Raises ConfigError."""
    given = Path(environ.get("HOME", ""))
    if given.is_absolute():
        return given
    import pwd

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        raise ConfigError("nobody knows your home folder: set HOME, or choose a place with --home") from None
