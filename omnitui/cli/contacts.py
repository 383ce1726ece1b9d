"""`omnitui contacts`: who wrote, and mending, merging and blocking them; every change can be undone."""

from __future__ import annotations

from typing import Any

import click

from omnitui.cli.deed import do
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.documents import contact, conversation, match, message, moment
from omnitui.cli.output import emit, say, write
from omnitui.cli.reading import opened
from omnitui.core.errors import NotFound

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group(invoke_without_command=True)
@click.option("--find", "words", default="", metavar="WORDS", help="Only those in whom each word begins a word.")
@click.option("--limit", default=200, type=click.IntRange(1, 100_000), show_default=True)
@_AS_JSON
@pass_desk
@click.pass_context
def contacts(ctx: click.Context, desk: Desk, words: str, limit: int, as_json: bool) -> None:
    """List people, whom we heard of last first."""
    if ctx.invoked_subcommand is not None:
        return
    from omnitui.store import contacts as stored

    with opened(desk) as cache:
        found = stored.page(words, limit).all(cache)
    if as_json:
        emit({
            "contacts": [
                {
                    "id": row.id, "name": row.name, "organisation": row.organisation, "notes": row.notes,
                    "addresses": list(row.addresses), "conversations": row.conversation_count,
                    "last_at": moment(row.last_at),
                }
                for row in found
            ]
        })  # fmt: skip
        return
    for row in found:
        firm = f" · {row.organisation}" if row.organisation else ""
        write(f"{row.id} · {row.name or '(no name)'}{firm} · {', '.join(row.addresses)} · {row.conversation_count}")
    if not found:
        say("Nobody here" + (f" has {words!r} in name, firm, address or notes" if words else ""))


@contacts.command()
@click.argument("number", metavar="CONTACT", type=int)
@_AS_JSON
@pass_desk
def show(desk: Desk, number: int, as_json: bool) -> None:
    """Print all that is known of a person, with their conversations."""
    from omnitui.cli.rows import conversation_line
    from omnitui.store import contacts as stored
    from omnitui.store import matches

    with opened(desk) as cache:
        card = stored.person(cache, number, limit=500)
        same = matches.possible(number).all(cache)
    if card is None:
        raise NotFound(f"There is no contact {number}")
    if as_json:
        rows = [conversation(row) for row in card.conversations]
        emit({"contact": contact(card), "conversations": rows, "matches": [match(one) for one in same]})
        return
    write(card.name or "(no name)")
    for name, text in (("organisation", card.organisation), ("notes", card.notes)):
        if text:
            write(f"{name}: {text}")
    for one in card.identities:
        write(f"{one.channel}: {one.address}{' (blocked)' if one.blocked else ''}")
    for other in same:
        write(f"perhaps also {other.id} · {other.name or '(no name)'} · {other.channel}: {other.address} ({other.why})")
    for row in card.conversations:
        write(conversation_line(row, desk.now()))


@contacts.command()
@click.argument("number", metavar="CONTACT", type=int)
@click.option("--limit", default=200, type=click.IntRange(1, 100_000), show_default=True, help="The newest so many.")
@_AS_JSON
@pass_desk
def timeline(desk: Desk, number: int, limit: int, as_json: bool) -> None:
    """Print all that was written in conversations with a person, oldest first."""
    from omnitui.cli.rows import message_head
    from omnitui.core.text.quoting import reply_words
    from omnitui.store import messages

    with opened(desk) as cache:
        thread = messages.of_contact(number, limit=limit).all(cache)[::-1]
        ids = [one.id for one in thread]
        bodies = {body.message_id: body for body in messages.bodies(ids).all(cache)}
        files = messages.attachments(ids).all(cache)
    if as_json:
        shown = [
            {"conversation": one.conversation_id}
            | message(one, bodies.get(one.id), [file for file in files if file.message_id == one.id])
            for one in thread
        ]
        emit({"messages": shown})
        return
    for one in thread:
        body = bodies.get(one.id)
        write(f"\n#{one.conversation_id} {message_head(one)}\n{reply_words(body.blocks) if body else one.preview}")


@contacts.command("set")
@click.argument("address")
@click.option("--name", metavar="TEXT")
@click.option("--organisation", metavar="TEXT")
@click.option("--notes", metavar="TEXT", help="What the team should know of them.")
@click.option("--channel", default="email", show_default=True)
@_AS_JSON
@pass_desk
def set_(desk: Desk, /, address: str, channel: str, as_json: bool, **said: Any) -> None:
    """Mend the contact to whom ADDRESS belongs; what is not given stays."""
    from omnitui.triage import people

    if all(text is None for text in said.values()):
        raise click.UsageError("Say what to change: --name, --organisation or --notes")
    do(
        desk,
        lambda cache, agent, now: people.describe(cache, agent, address, now, channel=channel, **said),
        as_json=as_json,
    )


@contacts.command()
@click.argument("number", metavar="CONTACT", type=int)
@click.argument("into", type=int)
@_AS_JSON
@pass_desk
def merge(desk: Desk, number: int, into: int, as_json: bool) -> None:
    """CONTACT and INTO are one person: addresses and notes go to INTO."""
    from omnitui.triage import people

    do(desk, lambda cache, agent, now: people.merge(cache, agent, number, into, now), as_json=as_json)


@contacts.command()
@click.argument("number", metavar="CONTACT", type=int)
@click.argument("other", type=int)
@_AS_JSON
@pass_desk
def apart(desk: Desk, number: int, other: int, as_json: bool) -> None:
    """CONTACT and OTHER are two people: `show` suggests them no more as one."""
    from omnitui.triage import people

    do(desk, lambda cache, agent, now: people.dismiss(cache, agent, number, other, now), as_json=as_json)


@contacts.command()
@click.argument("address")
@click.option("--channel", default="email", show_default=True)
@_AS_JSON
@pass_desk
def separate(desk: Desk, address: str, channel: str, as_json: bool) -> None:
    """ADDRESS belongs to somebody else: it becomes a contact of its own."""
    from omnitui.triage import people

    do(desk, lambda cache, agent, now: people.unlink(cache, agent, address, now, channel=channel), as_json=as_json)


@contacts.command()
@click.argument("address")
@click.option("--channel", default="email", show_default=True)
@click.option("--off", is_flag=True, help="Show again what comes from there.")
@_AS_JSON
@pass_desk
def block(desk: Desk, address: str, channel: str, off: bool, as_json: bool) -> None:
    """Store and hide what comes from ADDRESS."""
    from omnitui.triage import people

    act = people.unblock if off else people.block
    do(desk, lambda cache, agent, now: act(cache, agent, address, now, channel=channel), as_json=as_json)
