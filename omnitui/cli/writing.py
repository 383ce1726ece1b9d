"""Options and output that `reply` and `new` share: recipients, files, when it leaves, what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from omnitui.cli.at_work import agent_of, typed_text, wake_worker
from omnitui.cli.output import emit, say
from omnitui.core.addresses import parse_addresses
from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.times import Instant, iso

if TYPE_CHECKING:
    from omnitui.cli.desk import Desk
    from omnitui.core.models import Draft
    from omnitui.store.connection import Cache

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--to", multiple=True, metavar="ADDRESS", help="Recipient, again for more."),
    click.option("--cc", multiple=True, metavar="ADDRESS", help="Recipient of a copy."),
    click.option("--bcc", multiple=True, metavar="ADDRESS", help="Recipient whom the others do not see."),
    click.option("--subject", metavar="TEXT", help="Subject."),
    click.option(
        "--attach", multiple=True, metavar="FILE", type=click.Path(dir_okay=False), help="A file that goes along."
    ),
    click.option("--saved", metavar="NAME", help="The text is this saved reply, filled in."),
    click.option("--now", "at_once", is_flag=True, help="Send at once, without the time to take it back."),
    click.option("--at", "later", metavar="WHEN", help="Send later: `tomorrow 9:00`, `2h`, `monday`."),
    click.option("--unless-reply", is_flag=True, help="With --at: only if they have not replied by then."),
    click.option("--follow-up", "follow_up", metavar="WHEN", help="Open it again then, unless they reply."),
    click.option("--json", "as_json", is_flag=True, help="One JSON document."),
)


def writing_options(command: F) -> F:
    """Add the shared options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def people(values: tuple[str, ...]) -> tuple[Address, ...]:
    """The addresses of a repeated option. Raises Refused for what is none."""
    return tuple(person for value in values for person in parse_addresses(value))


def with_options(draft: Draft, given: dict[str, Any]) -> Draft:
    """The draft with what the options say; recipients named replace or join those it had."""
    from pathlib import Path

    files = tuple(str(Path(name).expanduser().absolute()) for name in given["attach"])
    return replace(
        draft,
        to=people(given["to"]) or draft.to,
        cc=(*draft.cc, *people(given["cc"])),
        bcc=(*draft.bcc, *people(given["bcc"])),
        subject=draft.subject if given["subject"] is None else given["subject"],
        attachments=(*draft.attachments, *files),
    )


def with_text(desk: Desk, cache: Cache, draft: Draft, source: str, given: dict[str, Any]) -> Draft:
    """The draft with its text: a saved reply, standard input, or what is written in the editor."""
    if given["saved"] is None:
        return replace(draft, body=typed_text(source))
    from omnitui.triage import saved_replies

    named = saved_replies.named(cache, given["saved"])
    reply = saved_replies.filled(cache, agent_of(desk), named, draft, desk.now())
    return replace(draft, body=reply.body, subject=draft.subject or reply.subject)


def send(desk: Desk, cache: Cache, draft: Draft, given: dict[str, Any]) -> None:
    """Put it into the outbox, call the worker and say what was done."""
    from omnitui.store import outbox
    from omnitui.triage import sending

    agent, now = agent_of(desk), desk.now()
    at = _when(agent.zone, now, given)
    if given["unless_reply"] and not given["later"]:
        raise click.UsageError("--unless-reply needs --at")
    folder, follow_up = desk.places.attachments, _read_when(given["follow_up"], agent.zone, now)
    step = sending.send(
        cache, agent, draft, now, attachments=folder, at=at, unless_reply=given["unless_reply"], follow_up=follow_up
    )
    if step is None:
        raise Refused("It is in the outbox already")
    item = outbox.of_step(step.id).first(cache)
    awake = wake_worker(desk)
    if item is None:
        raise Refused("It has left the outbox again")
    if given["as_json"]:
        emit({
            "outbox": item.id, "conversation": item.conversation_id, "message": item.message_id, "message_id": item.mid,
            "state": item.state, "not_before": iso(item.not_before) if item.not_before else None, "worker": awake,
        })  # fmt: skip
        return
    say(f"{step.label}. {_leaves(item.not_before, now, agent.zone)}")
    if not awake:
        say("No worker runs: it goes out with `omnitui sync`, or when the screen is opened.")


def _when(zone: str, now: Instant, given: dict[str, Any]) -> Instant | None:
    if given["at_once"] and given["later"]:
        raise click.UsageError("--now and --at exclude each other")
    return now if given["at_once"] else _read_when(given["later"], zone, now)


def _read_when(words: str | None, zone: str, now: Instant) -> Instant | None:
    if not words:
        return None
    from omnitui.core.snooze import snooze_until

    return snooze_until(words, now=now, zone=zone)


def _leaves(not_before: Instant, now: Instant, zone: str) -> str:
    if not_before <= now:
        return "It leaves now."
    from omnitui.core.snooze import describe

    return f"It leaves {describe(not_before, zone, now)}; until then `omnitui undo` takes it back."
