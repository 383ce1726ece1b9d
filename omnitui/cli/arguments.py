"""What the command line takes for a text and a number, for every subcommand: anything may be typed or come out of a
script, and what makes no sense is told in words."""

from __future__ import annotations

from typing import Any

import click

from omnitui.cli.output import say

MOST = 2**63 - 1
"""The highest number that the cache can hold."""
PLACE = click.Path(allow_dash=True)
"""A file or a folder, whose name may be of bytes that are no text."""


class _Number(click.types.IntParamType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number: int = super().convert(value, param, ctx)
        if not -MOST <= number <= MOST:
            self.fail(f"{str(value)[:40]} is higher than any number here", param, ctx)
        return number


class _Text(click.types.StringParamType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return whole(str(super().convert(value, param, ctx)))


_NUMBER, _TEXT = _Number(), _Text()


class Folder(click.Path):
    """A folder that has a name: an empty one, as an unset variable of a script gives, would mean the current one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Fails for an empty name."""
        if value == "":
            self.fail("the name is empty", param, ctx)
        return super().convert(value, param, ctx)


def whole(text: str) -> str:
    """The text with a replacement mark for each byte that is no UTF-8, as Python hands it over (PEP 383)."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def prepared(command: click.Command) -> click.Command:
    """The command, taking any text and any number."""
    for param in command.params:
        if param.type is click.INT:
            param.type = _NUMBER
        elif param.type is click.STRING:
            param.type = _TEXT
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            prepared(inner)
    return command


def tell(error: click.ClickException) -> None:
    """What is wrong with the command line; nothing that stands in it can steer the terminal."""
    context = getattr(error, "ctx", None)
    if context is not None:
        say(context.get_usage())
        say(f"Try '{context.command_path} --help' for help.\n")
    say(f"Error: {error.format_message()}")
