"""`omnitui assign`, `priority`, `tag`, `star`, `unstar`, `read`, `unread`: what is said about conversations."""

from __future__ import annotations

import click

from omnitui.cli.arguments import MOST
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.which import which_of, with_which

_JSON = click.option("--json", "as_json", is_flag=True, help="Print the step as JSON.")


@click.command()
@with_which
@click.option("--to", "who", default="me", show_default=True, metavar="WHO", help="An agent's name, 'me' or 'none'.")
@_JSON
@pass_desk
def assign(desk: Desk, ids: tuple[int, ...], query: str, who: str, as_json: bool) -> None:
    """Give conversations to an agent."""
    from omnitui.cli.deed import do
    from omnitui.triage import labels

    which = which_of(desk, ids, query)
    do(desk, lambda cache, agent, now: labels.assign(cache, agent, which, who, now), as_json=as_json)


@click.command()
@with_which
@click.option(
    "--to", "level", type=click.Choice(["low", "normal", "high", "urgent"]), required=True, help="How urgent."
)
@_JSON
@pass_desk
def priority(desk: Desk, ids: tuple[int, ...], query: str, level: str, as_json: bool) -> None:
    """Say how urgent conversations are."""
    from omnitui.cli.deed import do
    from omnitui.core.models import Priority
    from omnitui.triage import labels

    which, wanted = which_of(desk, ids, query), Priority[level.upper()]
    do(desk, lambda cache, agent, now: labels.priority(cache, agent, which, wanted, now), as_json=as_json)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True, metavar="ID... +TAG -TAG")
@click.option("--query", "-q", default="", metavar="QUERY", help="All conversations that this finds, instead of IDs.")
@_JSON
@pass_desk
def tag(desk: Desk, words: tuple[str, ...], query: str, as_json: bool) -> None:
    """Put tags on conversations and take them off: `omnitui tag 1042 +refund -bug`."""
    from omnitui.cli.deed import do
    from omnitui.triage import labels

    add = [word[1:] for word in words if word.startswith("+")]
    remove = [word[1:] for word in words if word.startswith("-")]
    rest = [word for word in words if not word.startswith(("+", "-"))]
    which = which_of(desk, tuple(_number(word) for word in rest), query)
    do(desk, lambda cache, agent, now: labels.tag(cache, agent, which, add, remove, now), as_json=as_json)


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) <= MOST):
        raise click.UsageError(f"{word[:40]!r} is neither a conversation's number nor +TAG nor -TAG")
    return int(word)


def _switch(name: str, words: str, on: bool) -> click.Command:
    @click.command(name, help=words)
    @with_which
    @_JSON
    @pass_desk
    def command(desk: Desk, ids: tuple[int, ...], query: str, as_json: bool) -> None:
        from omnitui.cli.deed import do
        from omnitui.triage import labels

        which = which_of(desk, ids, query)
        change = labels.star if name.endswith("star") else labels.read
        do(desk, lambda cache, agent, now: change(cache, agent, which, on, now), as_json=as_json)

    return command


star = _switch("star", "Star conversations.", True)
unstar = _switch("unstar", "Take the star from conversations.", False)
read = _switch("read", "Mark conversations as read, on the server too.", True)
unread = _switch("unread", "Mark the newest mail of conversations as unread.", False)
