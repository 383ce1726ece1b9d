"""`doctor --fix`: what can be put right without a decision, and without touching anybody's mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from omnitui.cli.checks.finding import Finding, fixed, note, problem
from omnitui.config.places import Places
from omnitui.core.errors import CacheError
from omnitui.core.times import HOUR, Instant

LEFT_OVER = (".config.toml.*", "*.part", ".*.part", "secrets.enc.new", "*.suspects.new")
"""Files that a program which died in the middle of writing leaves beside the one it wrote."""
OLD = HOUR
"""Milliseconds after which nobody writes such a file any more."""


def mend(places: Places, now: Instant) -> Iterator[Finding]:
    """Put right what is safe, and tell each thing; silent when there is nothing to do."""
    yield from _rights(places)
    yield from _leftovers(places, now)
    yield from _socket(places)
    yield from _indexes(places)


def found(places: Places, now: Instant) -> Iterator[Finding]:
    """The same without changing anything, but for rights, which `machine.folders` tells."""
    if left := leftovers(places, now):
        words = f"{len(left)} half-written files of programs that died: {', '.join(f.name for f in left[:5])}"
        yield note("folders", words, "omnitui doctor --fix removes them")
    if has_stale_socket(places):
        yield note("worker", "the socket of one that is gone stands there", "omnitui doctor --fix removes it")
    yield from _lost(places)


def _lost(places: Places) -> Iterator[Finding]:
    from omnitui.cli.checks.cache import to_look_at
    from omnitui.store.schema_check import missing

    connection = to_look_at(places)
    if connection is None:
        return
    try:
        lost = missing(connection)
    finally:
        connection.close()
    for name, (kind, _) in sorted(lost.items()):
        if kind == "index":
            yield problem("cache", f"the index {name} is missing; searching is slow", "omnitui doctor --fix")
        else:
            advice = "stop omnitui, keep a copy of the file, and put a backup in its place"
            yield problem("cache", f"the {kind} {name} is missing", advice)


def private_files(places: Places) -> list[Path]:
    """Files of ours that others may read or write, though nobody but the user should."""
    found = [*_all(places.data), *_all(places.state)]
    return [file for file in found if file.is_file() and not file.is_symlink() and file.stat().st_mode & 0o077]


def _all(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*")) if folder.exists() else []


def _rights(places: Places) -> Iterator[Finding]:
    for path in private_files(places):
        try:
            path.chmod(path.stat().st_mode & 0o700)
            yield fixed("folders", f"took the rights of others to {path} away")
        except OSError as error:
            yield problem("folders", f"others may read {path}: {error.strerror}", "take their rights away: chmod go=")
    for folder in [path for path in (*_all(places.data), *_all(places.state)) if path.is_dir()]:
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
            yield fixed("folders", f"closed the folder {folder} to others")


def leftovers(places: Places, now: Instant) -> list[Path]:
    """Half-written files that nobody writes any more."""
    folders = (places.config, places.data, places.attachments, places.state)
    found = {file for folder in folders if folder.exists() for name in LEFT_OVER for file in folder.glob(name)}
    return sorted(f for f in found if f.is_file() and now - f.stat().st_mtime_ns // 1_000_000 > OLD)


def _leftovers(places: Places, now: Instant) -> Iterator[Finding]:
    for file in leftovers(places, now):
        file.unlink(missing_ok=True)
        yield fixed("folders", f"removed {file.name}, left over from a program that died while writing")


def has_stale_socket(places: Places) -> bool:
    """The door of a worker that is not there any more."""
    from omnitui.sync.lock import held

    return places.socket.exists() and not held(places.lock)


def _socket(places: Places) -> Iterator[Finding]:
    if has_stale_socket(places):
        places.socket.unlink(missing_ok=True)
        yield fixed("worker", "removed the socket of a worker that is gone")


def _indexes(places: Places) -> Iterator[Finding]:
    from omnitui.store.connection import Role, open_cache
    from omnitui.store.schema_check import make_missing_indexes

    if not places.cache_db.exists():
        return
    try:
        connection = open_cache(places.cache_db, Role.OPERATIONS)
    except CacheError:
        return  # said by the check of the cache
    try:
        for name in make_missing_indexes(connection):
            yield fixed("cache", f"made the missing index {name} anew")
    except CacheError as error:
        yield problem("cache", str(error), "stop omnitui, keep a copy of the file, and put a backup in its place")
    finally:
        connection.close()
