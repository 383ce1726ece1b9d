"""`omnitui list`: conversations, as the screen orders them."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, write


@click.command("list")
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option("--order", type=click.Choice(["waiting", "newest", "oldest"]), default="waiting", help="How to sort.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most this many.")
@click.option("--count", is_flag=True, help="Only how many there are.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_desk
def list_(desk: Desk, query: tuple[str, ...], order: str, limit: int, count: bool, as_json: bool) -> None:
    """List the conversations that QUERY finds (by default those who wait for an answer, longest first)."""
    from omnitui.cli.documents import conversation
    from omnitui.cli.nothing_found import say_nothing_found
    from omnitui.cli.rows import conversation_line
    from omnitui.cli.which import where_of
    from omnitui.core.models import Order
    from omnitui.store import conversations
    from omnitui.store.connection import Role

    words = " ".join(query) or "is:waiting"
    where = where_of(desk, words)
    cache = desk.cache(Role.READ)
    try:
        total = (conversations.count(where).first(cache) or 0) if count or as_json else 0
        rows = [] if count else conversations.page(where, Order(order), limit=limit).all(cache)
        if not (rows or count or as_json):
            say_nothing_found(cache, words)
    finally:
        cache.close()
    if as_json:
        emit({"query": words, "order": order, "total": total, "conversations": [conversation(row) for row in rows]})
    elif count:
        write(str(total))
    else:
        for row in rows:
            write(conversation_line(row, desk.now()))
