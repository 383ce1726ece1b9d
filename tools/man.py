"""The man page, made of the same tables as the other pages (`tools.docs` writes it)."""

from __future__ import annotations

from collections.abc import Iterator

import click

from omnitui.cli.exits import MEANING
from omnitui.cli.root import omnitui

_FILES = (
    ("$XDG_CONFIG_HOME/omnitui/config.toml", "the settings; never a password"),
    ("$XDG_DATA_HOME/omnitui/cache.db", "all mail and all that was done with it"),
    ("$XDG_STATE_HOME/omnitui/omnitui.log", "what screen and worker wrote down, without secrets"),
)
_VARIABLES = (
    ("OMNITUI_HOME", "keep config, mail and state under this one folder"),
    ("OMNITUI_AGENT", "who works here, for a team that shares one login"),
    ("OMNITUI_PASSWORD_NAME", "the password of the account NAME, where nothing better holds it"),
    ("NO_COLOR", "a screen without colours"),
    ("VISUAL, EDITOR", "what ctrl+e opens"),
)


def man_page() -> str:
    """omnitui(1)."""
    context = click.Context(omnitui, info_name="omnitui")
    lines = [
        '.TH OMNITUI 1 "" "" "User Commands"',
        ".SH NAME",
        "omnitui \\- " + plain("terminal inbox for people who answer customers"),
        ".SH SYNOPSIS",
        ".B omnitui",
        plain("[--home DIR] [COMMAND] [ARGUMENTS]"),
        ".SH DESCRIPTION",
        *_text(
            "Without a command the screen opens; ? shows every key there. All else can be done from the command line "
            "too, also while the screen runs. Data goes to standard output, messages to standard error."
        ),
        ".SH COMMANDS",
        *_commands(omnitui, context),
        ".SH EXIT STATUS",
        *(line for code, words in MEANING.items() for line in _item(str(int(code)), words)),
        ".SH FILES",
        *(line for name, words in _FILES for line in _item(name, words)),
        ".SH ENVIRONMENT",
        *(line for name, words in _VARIABLES for line in _item(name, words)),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, parent: click.Context) -> Iterator[str]:
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, info_name=name, parent=parent)
        if isinstance(command, click.Group) and not command.invoke_without_command:
            yield from _commands(command, context)
            continue
        yield f".SS {plain(context.command_path)}"
        yield from _text((command.help or "").replace("\b\n", ""))
        for option in (p for p in command.params if isinstance(p, click.Option)):
            yield from _item(", ".join([*option.opts, *option.secondary_opts]), option.help or "")
        if isinstance(command, click.Group):
            yield from _commands(command, context)


def _item(name: str, words: str) -> list[str]:
    return [".TP", f".B {plain(name)}", *_text(words)]


def _text(text: str) -> list[str]:
    """Paragraphs; what begins with a dot or a quote is not a request."""
    lines: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        rows = [row.strip() for row in paragraph.splitlines() if row.strip()]
        lines += [".P"] * bool(lines) + [f"\\&{plain(row)}" if row[0] in ".'" else plain(row) for row in rows]
    return lines


def plain(text: str) -> str:
    """Text as roff reads it: backslashes, and hyphens that can be copied."""
    return text.replace("\\", "\\e").replace("-", "\\-")
