"""What a search that finds nothing says: that it found nothing, and which of its names there are not."""

from __future__ import annotations

import sqlite3

from omnitui.cli.output import say


def say_nothing_found(cache: sqlite3.Connection, words: str) -> None:
    """On stderr, so that a program that reads the rows is not confused."""
    from omnitui.core.query.meant import unknown_names
    from omnitui.store import known

    names: dict[str, list[str]] = {}
    for operator, name in known.names().all(cache):
        names.setdefault(operator, []).append(name)
    say(" ".join(["Nothing found.", *(one.words for one in unknown_names(words, names))]))
