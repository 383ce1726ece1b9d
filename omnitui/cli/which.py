"""Which conversations a command means: their numbers, or all that a query finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from omnitui.cli.desk import Desk
    from omnitui.store.where import Where
    from omnitui.triage.steps import Which

F = TypeVar("F", bound=Callable[..., Any])


def with_which(function: F) -> F:
    """The arguments by which a command is told what to change: `ID...` and `--query QUERY`."""
    function = click.option("--query", "-q", default="", metavar="QUERY", help="All conversations that this finds.")(
        function
    )
    return click.argument("ids", metavar="[ID]...", nargs=-1, type=int)(function)


def where_of(desk: Desk, query: str) -> Where:
    """A query as a condition. Raises QueryError."""
    from omnitui.cli.at_work import agent_of
    from omnitui.core.query.parser import parse
    from omnitui.store.query_sql import compile_query

    agent = agent_of(desk)
    return compile_query(parse(query, now=desk.now(), zone=agent.zone), me=agent.name)


def which_of(desk: Desk, ids: tuple[int, ...], query: str) -> Which:
    """What was named. Raises UsageError unless it is either numbers or a query."""
    if bool(ids) == bool(query.strip()):
        raise click.UsageError("Name conversations by number, or with --query, not both")
    return where_of(desk, query) if query.strip() else ids
