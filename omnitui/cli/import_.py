"""`omnitui import`: mail from files, into an account of its own that no server knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnitui.cli.arguments import whole
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.exits import Exit
from omnitui.cli.output import emit, say

if TYPE_CHECKING:
    from omnitui.core.channel_events import Event
    from omnitui.sync.files.sources import FoundMail

_account = click.option("--account", default="imported", metavar="NAME", help="Local account to read into (imported).")
_folder = click.option("--folder", default="", metavar="NAME", help="Folder to read into; else named after the path.")
_role = click.option(
    "--role",
    type=click.Choice(["inbox", "sent", "archive", "junk"]),
    default="inbox",
    help="What the folder is for (inbox).",
)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
_path = click.argument("path", type=click.Path(path_type=Path))


@click.group("import")
def import_() -> None:
    """Read mail from files. Done again, it adds only what is new."""


@import_.command()
@_path
@_account
@_folder
@_role
@_json
@pass_desk
def maildir(desk: Desk, path: Path, account: str, folder: str, role: str, as_json: bool) -> int:
    """Read a Maildir; its subfolders (.Name) come with it when no folder is named."""
    from omnitui.sync.files import sources

    parts: list[tuple[str, str, Iterator[FoundMail]]] = [(folder or whole(path.name), role, sources.maildir(path))]
    if not folder and path.is_dir():
        parts += [(name, _role_of(name) or role, sources.maildir(sub)) for name, sub in sources.subfolders(path)]
    return _read(desk, account, parts, as_json=as_json)


@import_.command()
@_path
@_account
@_folder
@_role
@_json
@pass_desk
def mbox(desk: Desk, path: Path, account: str, folder: str, role: str, as_json: bool) -> int:
    """Read an mbox file."""
    from omnitui.sync.files import sources

    return _read(desk, account, [(folder or whole(path.stem), role, sources.mbox(path))], as_json=as_json)


_us = click.option("--us", multiple=True, metavar="NAME", help="A name of ours in it; what it wrote is an answer.")


def _chat_command(name: str, words: str) -> None:
    """One subcommand for each kind of export."""

    @import_.command(name, help=words)
    @_path
    @_account
    @_us
    @_json
    @pass_desk
    def command(desk: Desk, path: Path, account: str, us: tuple[str, ...], as_json: bool) -> int:
        from zoneinfo import ZoneInfo

        from omnitui.config.zone import local_zone
        from omnitui.sync.files.chats.meta import meta_events
        from omnitui.sync.files.chats.slack import slack_events
        from omnitui.sync.files.chats.telegram import telegram_events
        from omnitui.sync.files.chats.whatsapp import whatsapp_events

        zone = ZoneInfo(desk.settings.agent.timezone or local_zone())
        found = {
            "telegram": lambda: telegram_events(path, us),
            "whatsapp": lambda: whatsapp_events(path, us, zone),
            "slack": lambda: slack_events(path, us),
            "instagram": lambda: meta_events(path, us),
            "signal": lambda: whatsapp_events(path, us, zone, "chat text of Signal"),
        }[name]()
        return _read_chats(desk, f"{account}-{name}" if account == "imported" else account, name, found, as_json)


_chat_command("telegram", "Read a JSON export of Telegram Desktop (result.json).")
_chat_command("whatsapp", "Read a chat text of WhatsApp; its times are those of your zone.")
_chat_command("instagram", "Read a JSON export of Instagram or Messenger (message_1.json of one chat).")
_chat_command("signal", "Read a chat text of Signal, a line a message: `[date, time] name: words`.")
_chat_command("slack", "Read an export of Slack, a zip or the folder it was unpacked to.")


def _read_chats(desk: Desk, account: str, channel: str, found: Iterator[Event], as_json: bool) -> int:
    from omnitui.core.errors import Refused
    from omnitui.store.connection import Role
    from omnitui.sync.files.chats.reading import read_events

    if account in desk.settings.names:
        raise Refused(f"{account} is an account of the config; choose another name with --account")
    cache = desk.cache(Role.PULL)
    try:
        added = read_events(cache, account, channel, found, desk.now())
    finally:
        cache.close()
    if as_json:
        emit({"account": account, "added": added})
    else:
        say(f"{account}: {added:,} messages added.")
    return Exit.OK


def _role_of(name: str) -> str:
    """The usual names of folders below a Maildir."""
    last = name.rpartition("/")[2].lower()
    return {"sent": "sent", "archive": "archive", "junk": "junk", "spam": "junk", "trash": "trash"}.get(last, "")


def _read(desk: Desk, account: str, parts: list[tuple[str, str, Iterator[FoundMail]]], *, as_json: bool) -> int:
    from omnitui.core.errors import Refused
    from omnitui.store.connection import Role
    from omnitui.sync.files.reading import read_into

    if account in desk.settings.names:
        raise Refused(f"{account} is an account with a server; choose another name with --account")
    connection = desk.cache(Role.PULL)
    unreadable = 0
    try:
        for folder, role, found in parts:
            done = read_into(connection, account, folder, role, found, desk.now())
            unreadable += len(done.unreadable)
            for line in done.unreadable:
                say(line)
            if as_json:
                counts = {"added": done.added, "already_here": done.here, "unreadable": list(done.unreadable)}
                emit({"account": account, "folder": folder, **counts})
            else:
                say(f"{folder}: {done.added:,} added, {done.here:,} were here.")
    finally:
        connection.close()
    return Exit.FOUND if unreadable else Exit.OK
