"""The root of the command line; subcommands are found by name and imported only when called."""

from __future__ import annotations

import importlib

import click

from omnitui import __version__

SUBCOMMANDS: dict[str, str] = {
    "mail": "omnitui.cli.mail:mail",
}
"""Subcommand to `module:attribute`."""


class LazyGroup(click.Group):
    """A group that imports a subcommand's module only when it is asked for, so that `--version` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every subcommand, sorted."""
        return sorted(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one subcommand, or None."""
        where = SUBCOMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, attribute = where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.version_option(__version__, prog_name="omnitui")
@click.pass_context
def omnitui(ctx: click.Context) -> None:
    """A keyboard-driven terminal inbox for customer support."""
