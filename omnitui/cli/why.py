"""`omnitui why`: the reasons of a conversation, or why something in the outbox has not gone."""

from __future__ import annotations

import sqlite3
from typing import Any

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, write
from omnitui.core.errors import NotFound
from omnitui.core.times import Instant, as_datetime, iso


@click.command()
@click.argument("conversation", metavar="ID", type=int)
@click.option("--only", default="", metavar="WORDS", help="Of the changes those with these words (who, what, kind).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_desk
def why(desk: Desk, conversation: int, only: str, as_json: bool) -> None:
    """Say why conversation ID is as it is.

    Why it stands where it stands in the order, why its mails are together, what has not been sent yet and why, and who
    changed what and when.
    """
    from omnitui.store.connection import Role

    cache = desk.cache(Role.READ)
    try:
        _tell(desk, cache, conversation, only, as_json=as_json)
    finally:
        cache.close()


def _tell(desk: Desk, cache: sqlite3.Connection, conversation: int, only: str, *, as_json: bool) -> None:
    from omnitui.store import targets
    from omnitui.triage import why as reasons

    target = targets.of_ids([conversation]).first(cache)
    when = iso if as_json else _minute
    found = None if target is None else reasons.of(cache, target.id, desk.now(), when)
    if found is None:
        raise NotFound(f"There is no conversation {conversation}")
    changes = reasons.only(found.changes, only)
    if as_json:
        emit(_document(found, changes))
        return
    write(f"#{found.row.id} {found.row.subject}\n\nWhy it stands where it stands")
    for words in found.place:
        write(f"  {words}")
    for item in found.waits:
        write(f"\nWhy something is {item.state}")
        for words in item.words:
            write(f"  {words}")
    write("\nWhy these messages are together")
    for join in found.joins:
        write(f"  {when(join.at)}  {join.who}: {join.words}")
    write("\nWho changed what, the newest first")
    for change in changes:
        back = " (taken back)" if change.undoes else ""
        write(f"  {when(change.at)}  {change.who}: {change.words}{back}")
    if not changes:
        write("  nothing")


def _minute(at: Instant) -> str:
    return as_datetime(at).astimezone().strftime("%Y-%m-%d %H:%M")


def _document(found: Any, changes: Any) -> dict[str, Any]:
    from omnitui.cli import documents

    return {
        "conversation": documents.conversation(found.row),
        "place": list(found.place),
        "messages": [
            {"id": j.message, "at": iso(j.at), "who": j.who, "joined_by": j.reason, "words": j.words}
            for j in found.joins
        ],
        "outbox": [{"id": item.id, "state": item.state, "words": list(item.words)} for item in found.waits],
        "changes": [
            {"at": iso(c.at), "who": c.who, "kind": c.kind, "words": c.words, "step": c.step, "undoes": c.undoes}
            for c in changes
        ],
    }
