"""`omnitui views`: searches kept under a name, as the digit keys of the screen show them."""

from __future__ import annotations

import click

from omnitui.cli.arguments import MOST
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, say, write
from omnitui.cli.reading import opened
from omnitui.core.errors import NotFound, Refused
from omnitui.core.models import Order, View

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group(invoke_without_command=True)
@_AS_JSON
@pass_desk
@click.pass_context
def views(ctx: click.Context, desk: Desk, as_json: bool) -> None:
    """List the views: those that everybody has, and those you saved."""
    if ctx.invoked_subcommand is not None:
        return
    from omnitui.store import views as stored

    with opened(desk) as cache:
        saved = stored.saved().all(cache)
    if as_json:
        listed = [(view, False) for view in stored.DEFAULT_VIEWS] + [(view, True) for view in saved]
        emit({
            "views": [{"name": v.name, "query": v.query, "order": v.order.value, "saved": own} for v, own in listed]
        })  # fmt: skip
        return
    for view in (*stored.DEFAULT_VIEWS, *saved):
        write(f"{view.name:24}  {view.query or '(everything)'}")


@views.command()
@click.argument("name")
@click.argument("query")
@click.option(
    "--order", type=click.Choice([order.value for order in Order]), default=Order.WAITING.value, show_default=True
)
@pass_desk
def save(desk: Desk, name: str, query: str, order: str) -> None:
    """Keep QUERY under NAME, in place of a saved view of that name."""
    from omnitui.cli.which import where_of
    from omnitui.store import views as stored
    from omnitui.store.connection import Role

    name = stored.checked_name(name)
    where_of(desk, query)
    with opened(desk, Role.OPERATIONS) as cache:
        stored.save(cache, View(name, query, Order(order)))
    say(f"Saved as {name}")


@views.command()
@click.argument("name")
@click.argument("to")
@pass_desk
def rename(desk: Desk, name: str, to: str) -> None:
    """Give the saved view NAME another name."""
    from omnitui.store import views as stored
    from omnitui.store.connection import Role

    to = stored.checked_name(to)
    with opened(desk, Role.OPERATIONS) as cache:
        stored.rename(cache, name, to)
    say(f"{name} is now {to}")


@views.command()
@click.argument("name")
@click.argument("number", type=click.IntRange(1, MOST))
@pass_desk
def place(desk: Desk, name: str, number: int) -> None:
    """Put the saved view NAME at NUMBER among the saved ones."""
    from omnitui.store import views as stored
    from omnitui.store.connection import Role

    with opened(desk, Role.OPERATIONS) as cache:
        names = [view.name for view in stored.saved().all(cache)]
        if name not in names:
            raise NotFound(f"There is no saved view {name}")
        if number > len(names):
            raise Refused(f"There are only {len(names)} saved views")
        names.remove(name)
        names.insert(number - 1, name)
        stored.arrange(cache, names)
    say(f"{name} is number {number} of the saved views")


@views.command()
@click.argument("name")
@pass_desk
def delete(desk: Desk, name: str) -> None:
    """Forget the saved view NAME; what it finds stays."""
    from omnitui.store import views as stored
    from omnitui.store.connection import Role

    with opened(desk, Role.OPERATIONS) as cache:
        if not stored.forget(cache, name):
            raise NotFound(f"There is no saved view {name}")
    say(f"The view {name} is gone")
