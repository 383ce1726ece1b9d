"""`omnitui outbox`: what is on its way out, and decisions on what got stuck."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from omnitui.cli.at_work import agent_of, wake_worker
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.exits import Exit
from omnitui.cli.output import emit, say, write
from omnitui.core.errors import NotFound
from omnitui.core.times import Instant, iso

if TYPE_CHECKING:
    from omnitui.core.models import OutboxRow
    from omnitui.store.connection import Cache
    from omnitui.triage.agent import Agent

MANY = 100_000
SHORT = 8
"""Characters of an id shown; any beginning that fits one item only names it."""
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document: the item as it stands then.")


@click.group(invoke_without_command=True)
@click.option("--all", "settled", is_flag=True, help="Also what was sent or taken back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_desk
@click.pass_context
def outbox(ctx: click.Context, desk: Desk, settled: bool, as_json: bool) -> int:
    """List what is held, queued, being sent or stuck. Ends with 1 when something waits for a decision."""
    if ctx.invoked_subcommand is not None:
        return Exit.OK
    from omnitui.store import outbox as items
    from omnitui.store.connection import Role

    cache = desk.cache(Role.READ)
    try:
        rows = items.rows(settled=settled).all(cache)
    finally:
        cache.close()
    if as_json:
        emit({"items": [_fields(row) for row in rows]})
    for row in () if as_json else rows:
        write(f"{row.id[:SHORT]}  {row.state:9}  {row.recipients[:40]:40}  {row.subject[:50]}")
        if row.detail:
            write(f"{'':{SHORT}}  {row.detail}")
    return Exit.FOUND if any(row.state in items.STUCK for row in rows) else Exit.OK


@outbox.command()
@click.argument("item", metavar="ID")
@_json
@pass_desk
def retry(desk: Desk, item: str, as_json: bool) -> None:
    """Send it now: end the wait of one that is held or queued, try one that failed or asks again."""
    from omnitui.triage import sending

    _decide(desk, item, lambda cache, agent, id_, now: sending.send_now(cache, id_, now), "It is tried now.", as_json)


@outbox.command()
@click.argument("item", metavar="ID")
@_json
@pass_desk
def again(desk: Desk, item: str, as_json: bool) -> None:
    """Send one that may have been sent: you are sure that it has not arrived."""
    from omnitui.triage import sending

    _decide(
        desk, item, lambda cache, agent, id_, now: sending.retry_send(cache, id_, now), "It is sent again.", as_json
    )


@outbox.command()
@click.argument("item", metavar="ID")
@_json
@pass_desk
def sent(desk: Desk, item: str, as_json: bool) -> None:
    """One that may have been sent was: you know that it has arrived."""
    from omnitui.triage import sending

    _decide(desk, item, lambda cache, agent, id_, now: sending.arrived(cache, id_, now), "It counts as sent.", as_json)


@outbox.command()
@click.argument("item", metavar="ID")
@_json
@pass_desk
def cancel(desk: Desk, item: str, as_json: bool) -> None:
    """Do not send it. What has not been sent goes back to its draft, to be edited; `omnitui undo` queues it again."""
    from omnitui.triage import sending

    _decide(desk, item, sending.give_up, "It is not sent.", as_json)


@outbox.command()
@click.argument("item", metavar="ID")
@pass_desk
def edit(desk: Desk, item: str) -> None:
    """Take one back that has not been sent and write it anew in your editor; leave it unsaved to keep the draft."""
    from dataclasses import replace

    from omnitui.store import drafts
    from omnitui.store.connection import Role
    from omnitui.triage import sending

    agent, cache = agent_of(desk), desk.cache(Role.OPERATIONS)
    try:
        before = {draft.id for draft in drafts.every(MANY).all(cache)}
        sending.cancel_send(cache, agent, _whole(cache, item), desk.now())
        draft = next((draft for draft in drafts.every(MANY).all(cache) if draft.id not in before), None)
        text: str | None = click.edit(draft.body, extension=".txt") if draft else None
        if draft is None or text is None:
            say("It is a draft again and is not sent.")
            return
        draft = drafts.save(cache, replace(draft, body=text), desk.now())
        sending.send(cache, agent, draft, desk.now(), attachments=desk.places.attachments)
    finally:
        cache.close()
    wake_worker(desk)
    say("It is in the outbox as you have written it now.")


def _decide(
    desk: Desk, item: str, deed: Callable[[Cache, Agent, str, Instant], object], words: str, as_json: bool
) -> None:
    """Do it to the item that begins so, and say it; as JSON: the item as it stands then, in a list of one."""
    from omnitui.store import outbox as items
    from omnitui.store.connection import Role

    agent, cache = agent_of(desk), desk.cache(Role.OPERATIONS)
    try:
        id_ = _whole(cache, item)
        deed(cache, agent, id_, desk.now())
        rows = [row for row in items.rows(settled=True).all(cache) if row.id == id_]
    finally:
        cache.close()
    wake_worker(desk)
    if as_json:
        emit({"items": [_fields(row) for row in rows]})
    else:
        say(words)


def _whole(cache: Cache, beginning: str) -> str:
    """The id that begins so. Raises NotFound when there is none, or more than one."""
    from omnitui.store import outbox as items

    if not beginning:
        raise NotFound("Say which item of the outbox: `omnitui outbox` lists them")
    found = [row.id for row in items.rows(settled=True).all(cache) if row.id.startswith(beginning)]
    if len(found) != 1:
        raise NotFound(f"{'No' if not found else 'More than one'} item of the outbox begins with {beginning}")
    return found[0]


def _fields(row: OutboxRow) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "account": row.account, "conversation": row.conversation_id,
        "message": row.message_id, "state": row.state, "subject": row.subject, "recipients": row.recipients,
        "detail": row.detail, "attempts": row.attempts, "created_at": iso(row.created_at),
        "not_before": iso(row.not_before) if row.not_before else None,
        "next_try_at": iso(row.next_try_at) if row.next_try_at else None,
    }  # fmt: skip
