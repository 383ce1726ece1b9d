"""What the disk and SQLite refuse outside the screen, in words: what happened, what was kept, what helps."""

from __future__ import annotations

import errno
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omnitui.core.errors import CacheError, OmnituiError, Refused
from omnitui.store.hindered import hindered

LEAST_FREE = 2**20
"""Bytes on a disk below which SQLite's "I/O error" means a full one: it cannot make its file of shared memory."""
UNCHANGED = "Nothing was changed"
_FULL = "The disk is full: make room on it."
_OF_THE_MACHINE = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE)
_OF_A_NAME = (errno.ENAMETOOLONG, errno.ELOOP, errno.EISDIR, errno.ENOTDIR, errno.ENOENT)


def plain(error: BaseException) -> OmnituiError | None:
    """What is no fault of the program, as an error of ours; None for everything else."""
    if isinstance(error, sqlite3.Error):
        return hindered(error, UNCHANGED)
    if not isinstance(error, OSError):
        return None
    name = "" if error.filename is None else f"{str(error.filename)[:200]}: "
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CacheError(f"{name}{_FULL} Nothing half-done was kept")
    if error.errno in _OF_THE_MACHINE:
        return CacheError(f"{name}{error.strerror}. Nothing half-done was kept")
    if error.errno in _OF_A_NAME and name:
        return Refused(f"{name}{error.strerror}. Nothing was done")
    return None


@contextmanager
def lived_through(log: logging.Logger, what: str) -> Iterator[None]:
    """What the machine refuses to this work is only logged; `what`: what could not be done. It is tried again later."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        told = plain(error)
        if told is None:
            raise
        log.warning("%s: %s", what, told)


def cannot_open(error: sqlite3.Error, path: Path) -> CacheError:
    """Why the cache cannot be opened, and which file that is."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _is_full(path):
        return CacheError(f"{path} cannot be opened. {_FULL} {UNCHANGED}")
    told = hindered(error, UNCHANGED)
    return CacheError(f"{path} cannot be opened ({error}). {told or UNCHANGED}")


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < LEAST_FREE
    except OSError:
        return False
