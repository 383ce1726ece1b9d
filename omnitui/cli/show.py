"""`omnitui show`: one conversation whole, or the original of a mail."""

from __future__ import annotations

import sqlite3
import sys

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, write
from omnitui.core.errors import NotFound


@click.command()
@click.argument("conversation", metavar="ID", type=int)
@click.option("--raw", "raw_id", type=int, metavar="MESSAGE", help="Print the bytes of this message as they came.")
@click.option("--quoted", is_flag=True, help="Quoted history and signatures too.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Newest messages shown.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_desk
def show(desk: Desk, conversation: int, raw_id: int | None, quoted: bool, limit: int, as_json: bool) -> None:
    """Show conversation ID: who it is, and all messages, oldest first."""
    from omnitui.store.connection import Role

    cache = desk.cache(Role.READ)
    try:
        if raw_id is not None:
            _print_original(cache, raw_id)
        else:
            _print_thread(desk, cache, conversation, limit, quoted=quoted, as_json=as_json)
    finally:
        cache.close()


def _print_original(cache: sqlite3.Connection, message_id: int) -> None:
    from omnitui.store import messages

    found = messages.original(message_id).first(cache)
    if found is None:
        raise NotFound(f"There is no original of message {message_id}")
    sys.stdout.buffer.write(found.data)


def _print_thread(
    desk: Desk, cache: sqlite3.Connection, conversation: int, limit: int, *, quoted: bool, as_json: bool
) -> None:
    from omnitui.cli import documents
    from omnitui.cli import rows as lines
    from omnitui.core.text.quoting import reply_words
    from omnitui.store import contacts, messages, targets
    from omnitui.store.conversations import by_id

    target = targets.of_ids([conversation]).first(cache)
    row = None if target is None else by_id(target.id).first(cache)
    if row is None:
        raise NotFound(f"There is no conversation {conversation}")
    thread = messages.thread(row.id, limit=limit).all(cache)[::-1]
    ids = [message.id for message in thread]
    bodies = {body.message_id: body for body in messages.bodies(ids).all(cache)}
    files = messages.attachments(ids).all(cache)
    if as_json:
        card = contacts.card(cache, row.id, limit=1)
        shown = [
            documents.message(message, bodies.get(message.id), [f for f in files if f.message_id == message.id])
            for message in thread
        ]
        emit(
            {
                "conversation": documents.conversation(row),
                "contact": None if card is None else documents.contact(card),
                "messages": shown,
            }
        )
        return
    write(lines.conversation_line(row, desk.now()))
    for message in thread:
        write(f"\n{lines.message_head(message)}")
        body = bodies.get(message.id)
        write((body.text if quoted else reply_words(body.blocks)) if body else message.preview)
        for file in files:
            if file.message_id == message.id:
                write(f"[file {file.id}] {file.name} ({file.size:,} bytes)")
