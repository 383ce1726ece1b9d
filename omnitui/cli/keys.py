"""`omnitui keys`: which key runs what, as it is configured now."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.exits import Exit
from omnitui.cli.output import emit, say, write
from omnitui.cli.terminal_needed import need_terminal
from omnitui.config.keys import keymap_of
from omnitui.config.load import key_problems
from omnitui.core.commands import COMMANDS, Command, Context
from omnitui.core.keymap import Keymap


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@click.option("--check", is_flag=True, help="Only say what is wrong with the keys in the config.")
@click.option("--watch", is_flag=True, help="Show each key as this terminal sends it, and what it runs.")
@pass_desk
def keys(desk: Desk, as_json: bool, check: bool, watch: bool) -> int:
    """List the keys and the commands they run."""
    keymap = keymap_of(desk.settings.keys)
    problems = key_problems(desk.settings, desk.places.config_file, desk.now())
    for problem in problems:
        say(str(problem))
    if watch:
        need_terminal("`omnitui keys`")
        from omnitui.key_watch import KeyWatch

        KeyWatch(keymap).run()
    elif as_json:
        emit({"keys": [_fields(command, keymap) for command in COMMANDS]})
    elif not check:
        _table(keymap)
    return Exit.FOUND if problems else Exit.OK


def _fields(command: Command, keymap: Keymap) -> dict[str, object]:
    return {
        "id": command.id,
        "title": command.title,
        "help": command.help,
        "keys": list(keymap.keys_of(command.id)),
        "where": where(command),
        "group": command.group,
        "args": command.args.value,
        "undoable": command.undoable,
    }


def where(command: Command) -> list[str]:
    """The panes and pages where a command works."""
    single = (
        Context.LIST,
        Context.THREAD,
        Context.CONTACT,
        Context.COMPOSE,
        Context.OUTBOX,
        Context.SHEET,
        Context.SELECT,
    )
    return [str(place.name).lower() for place in single if place & command.context]


def _table(keymap: Keymap) -> None:
    group = ""
    for command in COMMANDS:
        if command.group != group:
            group = command.group
            write(f"\n{group}")
        written = ", ".join(keymap.keys_of(command.id)) or "-"
        write(f"  {written:26} {command.id:24} {command.help}")
