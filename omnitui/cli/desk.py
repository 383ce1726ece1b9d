"""What every subcommand works with: the places, the settings and the cache, each opened when first asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from omnitui.config.load import load
from omnitui.config.places import Places, places, prepare
from omnitui.config.schema import Settings
from omnitui.core.times import Instant

if TYPE_CHECKING:
    import sqlite3

    from omnitui.config.stores import Stores
    from omnitui.store.connection import Role


class Desk:
    """Passed to subcommands by `@pass_desk`."""

    def __init__(self, home: Path | None) -> None:
        self.home = home
        self.passphrase = ""
        """Of the encrypted file, where a person has typed it already."""

    @cached_property
    def places(self) -> Places:
        """The folders, made and private. Raises ConfigError."""
        found = places(self.home)
        prepare(found)
        return found

    @cached_property
    def settings(self) -> Settings:
        """The settings. Raises ConfigError naming every problem in the file."""
        return load(self.places.config_file)

    @cached_property
    def stores(self) -> Stores:
        """Where secrets are kept; the pass phrase is asked for on the terminal when it is needed."""
        from omnitui.cli.passphrase import ask_on_terminal
        from omnitui.config.stores import open_stores

        return open_stores(self.places, self.settings.secrets, ask=ask_on_terminal)

    @property
    def agent(self) -> str:
        """Who works here: $OMNITUI_AGENT, else `[agent] name`, else the login name."""
        import getpass

        from omnitui.core.text.clean import safe_text

        named = safe_text(os.environ.get("OMNITUI_AGENT", ""), lines=False)
        return named or self.settings.agent.name or getpass.getuser()

    def cache(self, role: Role) -> sqlite3.Connection:
        """The cache, opened for this role; made first when there is none, brought up to date when an older program
        made it. Raises CacheError."""
        from omnitui.store.connection import Role, open_cache
        from omnitui.store.migrate import Behind

        path = self.places.cache_db
        if role is Role.READ and not path.exists():
            open_cache(path, Role.OPERATIONS).close()
        try:
            return open_cache(path, role)
        except Behind:
            open_cache(path, Role.OPERATIONS).close()
            return open_cache(path, role)

    def now(self) -> Instant:
        """This moment; the command line is an edge, where a clock may be read."""
        return Instant(time.time_ns() // 1_000_000)


P = ParamSpec("P")
R = TypeVar("R")


def pass_desk(command: Callable[Concatenate[Desk, P], R]) -> Callable[P, R]:
    """Give a subcommand its desk as the first argument."""
    import click

    return click.make_pass_decorator(Desk)(command)
