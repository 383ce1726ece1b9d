"""`omnitui files`: the files that came with a message, listed and saved."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from omnitui.cli.arguments import PLACE
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, say, write
from omnitui.cli.reading import opened
from omnitui.core.errors import NotFound, Refused
from omnitui.core.text.clean import safe_name


@click.group()
def files() -> None:
    """The files that came with messages."""


@files.command("list")
@click.argument("conversation", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_desk
def list_(desk: Desk, conversation: int, as_json: bool) -> None:
    """List the files of conversation ID, newest message first, with the number by which each is saved."""
    from omnitui.store import messages

    with opened(desk) as cache:
        thread = messages.thread(conversation, limit=100_000).all(cache)
        found = messages.attachments(message.id for message in thread).all(cache)
    if as_json:
        emit({
            "files": [
                {"id": f.id, "message": f.message_id, "name": f.name, "type": f.type, "size": f.size, "here": f.here}
                for f in found
            ]
        })  # fmt: skip
        return
    for file in found:
        write(f"{file.id} · {file.name} · {file.size} bytes{'' if file.here else ' · on the server'}")
    if not found:
        say(f"Conversation {conversation} has no files")


@files.command()
@click.argument("number", metavar="FILE", type=int)
@click.argument("target", metavar="[FOLDER|PATH|-]", default=".", type=PLACE)
@pass_desk
def save(desk: Desk, number: int, target: str) -> None:
    """Save FILE (a number that `files list` gives) into a folder, as a path, or to standard output (-).

    Nothing is overwritten.
    """
    from omnitui.store import messages
    from omnitui.sync.mail import opening
    from omnitui.sync.mail.pipes import ParseFailed

    with opened(desk) as cache:
        row = messages.attachment(number).first(cache)
        holder = messages.original_of_attachment(number).first(cache)
    if row is None:
        raise NotFound(f"There is no file {number}")
    kept = desk.places.attachments / row.sha256
    if row.sha256 and kept.exists():
        content: bytes | None = kept.read_bytes()
    elif holder is None or not row.sha256:
        raise Refused(f"{row.name} is not here: opening it on the screen fetches it, if the message names no reason")
    else:
        try:
            content = opening.file_of(holder.data, row.sha256)
        except ParseFailed as failure:
            raise Refused(f"{row.name} cannot be taken out of its mail: {failure}") from failure
    if content is None:
        raise Refused(f"{row.name} cannot be taken out of its mail")
    if target == "-":
        sys.stdout.buffer.write(content)
        return
    path = Path(target).expanduser()
    path = path / safe_name(row.name) if path.is_dir() else path
    _write_new(path, content)
    say(f"Saved {path}")


def _write_new(path: Path, content: bytes) -> None:
    """A file that was not there; half of one is not left behind when the disk is full."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise Refused(f"{path} is there already; nothing was overwritten") from error
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Refused(f"{path} cannot be written: {error.strerror}; nothing was left of it") from error
