"""`omnitui log`: who changed what and when."""

from __future__ import annotations

import json

import click

from omnitui.cli.arguments import MOST
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, write


@click.command()
@click.argument("which", metavar="[ID | path]", required=False)
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_desk
def log(desk: Desk, which: str | None, limit: int, as_json: bool) -> None:
    """Print the log of operations, newest first: of all, or of conversation ID.

    `omnitui log path` prints where the program writes down its own troubles.
    """
    if which == "path":
        write(str(desk.places.log))
        return
    if which is not None and not (which.isascii() and which.isdigit() and int(which) <= MOST):
        raise click.UsageError(f"{which[:40]} is not the number of a conversation, and not `path`")
    conversation = int(which) if which is not None else None
    from omnitui.core.times import iso
    from omnitui.store import log as store_log
    from omnitui.store.connection import Role

    cache = desk.cache(Role.READ)
    try:
        question = store_log.recent(limit) if conversation is None else store_log.history(conversation, limit)
        rows = question.all(cache)
    finally:
        cache.close()
    if as_json:
        entries = [
            {
                "seq": row.seq,
                "at": iso(row.at),
                "actor": row.actor,
                "source": row.source,
                "kind": row.kind,
                "target": row.target,
                "payload": row.payload,
                "replaces": row.replaces,
                "undoes": row.undoes,
                "step": row.step,
            }
            for row in rows
        ]
        emit({"operations": entries})
        return
    for row in rows:
        back = " (taken back)" if row.undoes else ""
        write(f"{iso(row.at)}  {row.actor}  {row.step}{back}  {row.kind} {json.dumps(row.payload, ensure_ascii=False)}")
