"""`omnitui undo` and `redo`: take back what was done last, and do it again."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk

_JSON = click.option("--json", "as_json", is_flag=True, help="Print the step as JSON.")


@click.command()
@_JSON
@pass_desk
def undo(desk: Desk, as_json: bool) -> None:
    """Take back what you did last, here or on the screen."""
    from omnitui.cli.deed import do
    from omnitui.triage import undo as triage

    do(desk, triage.undo, as_json=as_json, before="Took back: ", nothing="There is nothing to take back")


@click.command()
@_JSON
@pass_desk
def redo(desk: Desk, as_json: bool) -> None:
    """Do again what was taken back last."""
    from omnitui.cli.deed import do
    from omnitui.triage import undo as triage

    do(desk, triage.redo, as_json=as_json, before="Done again: ", nothing="There is nothing to do again")
