"""`omnitui backup`: a whole copy of the cache, made while everything runs."""

from __future__ import annotations

from pathlib import Path

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import say
from omnitui.core.errors import CacheError, Refused


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_desk
def backup(desk: Desk, file: Path) -> None:
    """Write a copy of the cache (mail, notes, drafts, outbox) to FILE, readable by you alone; never overwrites."""
    from omnitui.store.connection import Role, open_cache
    from omnitui.store.migrate import backup as copy

    if file.exists() or file.is_symlink():
        raise Refused(f"{file} exists already; choose another name")
    connection = desk.cache(Role.READ)
    try:
        copy(connection, file)
    except OSError as error:
        raise CacheError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        connection.close()
    open_cache(file, Role.READ).close()
    say(f"Wrote {file} ({file.stat().st_size:,} bytes). To go back to it, put it in place of {desk.places.cache_db}.")
