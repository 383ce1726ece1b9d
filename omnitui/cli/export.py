"""`omnitui export`: the mails of conversations as an mbox, or as JSON Lines."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit_line, say
from omnitui.cli.which import where_of
from omnitui.core.times import Instant, as_datetime

if TYPE_CHECKING:
    from omnitui.core.models import ConversationRow, ThreadMessage
    from omnitui.store.connection import Cache

PAGE = 200
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
_UNSAFE = re.compile(rb"[^!-~]+")


@click.command()
@click.argument("query", required=False, default="")
@click.option("--format", "form", type=click.Choice(["mbox", "jsonl"]), default="jsonl", help="jsonl by default.")
@pass_desk
def export(desk: Desk, query: str, form: str) -> None:
    """Write every message of the conversations that QUERY finds to standard output, oldest first.

    mbox holds the mails as they came (mboxrd: a line that begins with `From ` has a `>` put before it); jsonl holds one
    document a message, notes too. Without QUERY: everything.
    """
    from omnitui.store.connection import Role

    connection = desk.cache(Role.READ)
    try:
        if form == "mbox":
            _mbox(desk, connection, query, sys.stdout.buffer)
        else:
            for row, message in _messages(desk, connection, query):
                emit_line(_document(connection, row, message))
    finally:
        connection.close()


def _messages(desk: Desk, connection: Cache, query: str) -> Iterator[tuple[ConversationRow, ThreadMessage]]:
    """Everything found, conversation by conversation."""
    from omnitui.core.models import Order
    from omnitui.store import conversations

    where, after = where_of(desk, query), None
    while rows := conversations.page(where, Order.OLDEST, after, PAGE).all(connection):
        for row in rows:
            for message in _thread(connection, row.id):
                yield row, message
        after = (rows[-1].order_key, rows[-1].id)


def _thread(connection: Cache, conversation: int) -> list[ThreadMessage]:
    from omnitui.store import messages

    found: list[ThreadMessage] = []
    before = None
    while part := messages.thread(conversation, before, PAGE).all(connection):
        found += part
        before = (part[-1].at, part[-1].id)
    return found[::-1]


def _mbox(desk: Desk, connection: Cache, query: str, out: BinaryIO) -> None:
    from omnitui.store import messages

    written = partly = 0
    for _, message in _messages(desk, connection, query):
        original = messages.original(message.id).first(connection)
        if original is None:
            continue
        out.write(mbox_entry(original.data, message.sender.email, message.at))
        written += 1
        partly += not original.complete
    out.flush()
    say(f"{written:,} mail{'' if written == 1 else 's'} written.")
    if partly:
        say(f"{partly:,} of them lack big attachments: those are only on the server. Open them first to have them.")


def mbox_entry(raw: bytes, sender: str, at: Instant) -> bytes:
    """One mail of an mboxrd file (RFC 4155 for the first line); reading it takes one `>` off again."""
    who = _UNSAFE.sub(b"", sender.encode("ascii", "ignore")) or b"MAILER-DAEMON"
    when = f"{as_datetime(at):%a %b %d %H:%M:%S %Y}".encode()
    body = raw.replace(b"\r\n", b"\n")
    end = b"\n" if body.endswith(b"\n") else b"\n\n"
    return b"From " + who + b" " + when + b"\n" + _FROM_LINE.sub(rb">\1", body) + end


def _document(connection: Cache, row: ConversationRow, message: ThreadMessage) -> dict[str, Any]:
    """A message as `show` gives it, with the conversation it is in."""
    from omnitui.cli import documents
    from omnitui.store import messages

    body = messages.bodies([message.id]).first(connection)
    files = messages.attachments([message.id]).all(connection)
    return {"conversation": row.id, "account": row.account, **documents.message(message, body, files)}
