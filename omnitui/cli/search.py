"""`omnitui search`: conversations by what was written in them, newest match first."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, write


@click.command()
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most this many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_desk
def search(desk: Desk, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find conversations by words and fields (docs/search.md), newest match first."""
    from omnitui.cli.at_work import agent_of
    from omnitui.cli.documents import conversation
    from omnitui.cli.nothing_found import say_nothing_found
    from omnitui.cli.rows import conversation_line
    from omnitui.core.query.parser import parse
    from omnitui.core.times import iso
    from omnitui.store import conversations
    from omnitui.store import search as store_search
    from omnitui.store.connection import Role

    agent, words = agent_of(desk), " ".join(query)
    node = parse(words, now=desk.now(), zone=agent.zone)
    cache = desk.cache(Role.READ)
    try:
        hits = store_search.hits(node, me=agent.name, limit=limit).all(cache)
        rows = {row.id: row for row in conversations.by_ids([hit.conversation_id for hit in hits]).all(cache)}
        if not hits and not as_json:
            say_nothing_found(cache, words)
    finally:
        cache.close()
    found = [(hit, rows[hit.conversation_id]) for hit in hits if hit.conversation_id in rows]
    if as_json:
        results = [
            {
                "conversation": conversation(row),
                "match": {"id": hit.message_id, "at": iso(hit.at), "from": hit.sender, "preview": hit.preview},
            }
            for hit, row in found
        ]
        emit({"query": words, "results": results})
        return
    for hit, row in found:
        write(conversation_line(row, desk.now()))
        write(f"    {hit.sender}: {hit.preview}")
