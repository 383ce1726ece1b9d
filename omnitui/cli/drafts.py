"""`omnitui drafts`: what was begun and not sent."""

from __future__ import annotations

import click

from omnitui.cli.deed import do
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.documents import moment, person
from omnitui.cli.output import emit, say, write
from omnitui.cli.reading import opened
from omnitui.core.errors import NotFound
from omnitui.core.models import Draft
from omnitui.core.times import iso

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group(invoke_without_command=True)
@_AS_JSON
@pass_desk
@click.pass_context
def drafts(ctx: click.Context, desk: Desk, as_json: bool) -> None:
    """List the drafts, newest first."""
    if ctx.invoked_subcommand is not None:
        return
    from omnitui.store import drafts as stored

    with opened(desk) as cache:
        found = stored.every().all(cache)
    if as_json:
        emit({
            "drafts": [
                {
                    "id": one.id, "conversation": one.conversation_id, "kind": one.kind, "author": one.author,
                    "to": [person(who) for who in one.to], "subject": one.subject, "body": one.body,
                    "updated_at": moment(one.updated_at),
                }
                for one in found
            ]
        })  # fmt: skip
        return
    for one in found:
        where = f"#{one.conversation_id}" if one.conversation_id else "new"
        write(f"{one.id} · {where} · {one.kind} · {iso(one.updated_at)} · {' '.join(one.body.split())[:70]}")
    if not found:
        say("There are no drafts")


@drafts.command()
@click.argument("number", metavar="DRAFT", type=int)
@pass_desk
def show(desk: Desk, number: int) -> None:
    """Print the text of DRAFT."""
    from omnitui.store import drafts as stored

    with opened(desk) as cache:
        write(_found(stored.by_id(number).first(cache), number).body)


@drafts.command()
@click.argument("number", metavar="DRAFT", type=int)
@_AS_JSON
@pass_desk
def delete(desk: Desk, number: int, as_json: bool) -> None:
    """Throw DRAFT away; `omnitui undo` brings it back."""
    from omnitui.store import drafts as stored
    from omnitui.triage import drafting

    with opened(desk) as reading:
        draft = _found(stored.by_id(number).first(reading), number)
    do(desk, lambda cache, agent, now: drafting.discard(cache, agent, draft, now), as_json=as_json)


def _found(draft: Draft | None, number: int) -> Draft:
    if draft is None:
        raise NotFound(f"There is no draft {number}")
    return draft
