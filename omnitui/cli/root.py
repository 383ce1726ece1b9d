"""The root of the command line; subcommands are found by name and imported only when called."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

import click

from omnitui import __version__
from omnitui.cli.arguments import Folder, prepared, tell

SUBCOMMANDS: dict[str, str] = {
    "assign": "labels:assign",
    "backup": "backup:backup",
    "channels": "channels:channels",
    "close": "states:close",
    "completion": "completion:completion",
    "config": "config:config",
    "contacts": "contacts:contacts",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "drafts": "drafts:drafts",
    "export": "export:export",
    "files": "files:files",
    "follow-up": "follow_up:follow_up",
    "import": "import_:import_",
    "keys": "keys:keys",
    "list": "list_:list_",
    "log": "log:log",
    "login": "login:login",
    "mail": "mail:mail",
    "merge": "joining:merge",
    "message": "message:message",
    "new": "new:new",
    "note": "note:note",
    "older": "older:older",
    "outbox": "outbox:outbox",
    "pending": "states:pending",
    "priority": "labels:priority",
    "read": "labels:read",
    "redo": "undo:redo",
    "relay": "relay:relay",
    "reopen": "states:reopen",
    "replies": "replies:replies",
    "reply": "reply:reply",
    "run": "run:run",
    "search": "search:search",
    "secret": "secret:secret",
    "setup": "setup:setup",
    "show": "show:show",
    "snooze": "snooze:snooze",
    "spam": "states:spam",
    "split": "joining:split",
    "star": "labels:star",
    "sync": "sync:sync",
    "tag": "labels:tag",
    "undo": "undo:undo",
    "unread": "labels:unread",
    "unstar": "labels:unstar",
    "views": "views:views",
    "why": "why:why",
}
"""Subcommand to `module:attribute` in this package."""


class LazyGroup(click.Group):
    """A group that imports a subcommand's module only when it is asked for, so that `--version` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every subcommand, sorted."""
        return sorted(name for name in SUBCOMMANDS if self.get_command(ctx, name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one subcommand, or None."""
        module, _, attribute = SUBCOMMANDS.get(cmd_name, "").partition(":")
        if not module or importlib.util.find_spec(f"omnitui.cli.{module}") is None:
            return None
        return prepared(getattr(importlib.import_module(f"omnitui.cli.{module}"), attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest subcommand when there is none of that name."""
        from difflib import get_close_matches

        near = get_close_matches(args[0], SUBCOMMANDS, n=1)
        if args[0] not in SUBCOMMANDS and near:
            ctx.fail(f"there is no command {args[0]!r}; did you mean {near[0]}?")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="omnitui")
@click.option(
    "--home",
    type=Folder(path_type=Path, file_okay=False),
    help="Keep config, mail and state under this one folder ($OMNITUI_HOME); otherwise the XDG folders.",
)
@click.pass_context
def omnitui(ctx: click.Context, home: Path | None) -> None:
    """A keyboard-driven terminal inbox for customer support. Without a subcommand: the screen."""
    from omnitui.cli.desk import Desk

    if isinstance(ctx.obj, Desk):
        ctx.obj.home = home
    else:
        ctx.obj = Desk(home)
    if ctx.invoked_subcommand is None:
        run = LazyGroup.get_command(_group(ctx), ctx, "run")
        if run is not None:
            ctx.invoke(run)


def _group(ctx: click.Context) -> LazyGroup:
    if not isinstance(ctx.command, LazyGroup):
        raise TypeError("the root command is a group")
    return ctx.command


def main(args: list[str] | None = None) -> int:
    """Run the command line; every error becomes words on stderr and an exit code (exits.py)."""
    from omnitui.cli.desk import Desk
    from omnitui.cli.exits import Exit
    from omnitui.cli.guard import guarded

    desk = Desk(None)

    def work() -> object:
        try:
            return omnitui.main(args, prog_name="omnitui", standalone_mode=False, obj=desk)
        except click.ClickException as error:
            tell(error)
            return Exit.USAGE
        except click.Abort:
            return Exit.INTERRUPTED
        except SystemExit as left:
            # Whoever read our output has enough: click leaves with 1, which says something else of ours.
            if isinstance(left.__context__, BrokenPipeError):
                raise left.__context__ from None
            raise

    return guarded(work, desk)
