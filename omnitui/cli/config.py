"""`omnitui config`: where the settings stand, and whether they are right."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.exits import Exit
from omnitui.cli.output import emit, say, write


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command()
@pass_desk
def path(desk: Desk) -> None:
    """Print the path of config.toml."""
    write(str(desk.places.config_file))


@config.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_desk
def check(desk: Desk, as_json: bool) -> int:
    """Check config.toml; every mistake with its line and what would be right."""
    from omnitui.config.load import check as check_file
    from omnitui.config.load import key_problems, theme_problems
    from omnitui.widgets.themes import theme_names

    file = desk.places.config_file
    settings, problems = check_file(file)
    if settings is not None:
        problems = key_problems(settings, file, desk.now()) + theme_problems(settings, file, theme_names())
        if settings.channel_accounts:
            from omnitui.sync.channels.registry import option_problems

            problems += option_problems(settings, file)
    if as_json:
        listed = [{"file": str(p.file), "line": p.line, "problem": p.words} for p in problems]
        emit({"ok": not problems, "problems": listed})
    for problem in [] if as_json else problems:
        write(str(problem))
    if settings is not None and not problems and not as_json:
        accounts = ", ".join(settings.names) or "none"
        say(
            f"{file} is right. Accounts: {accounts}." if file.exists() else f"{file} does not exist; defaults are used."
        )
    return Exit.CONFIG if problems else Exit.OK


@config.command()
def example() -> None:
    """Print a commented config with every setting."""
    from omnitui.config.example import example as render
    from omnitui.sync.channels.registry import tables

    click.echo(render(tables()), nl=False)
