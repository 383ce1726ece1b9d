"""`omnitui note`: a note that only the team sees."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk


@click.command()
@click.argument("conversation", metavar="ID", type=int)
@click.argument("words", nargs=-1, metavar="[TEXT|-]")
@click.option("--json", "as_json", is_flag=True, help="Print the step as JSON.")
@pass_desk
def note(desk: Desk, conversation: int, words: tuple[str, ...], as_json: bool) -> None:
    """Write a note on conversation ID: TEXT, or standard input (-), or what you write in your editor."""
    from omnitui.cli.at_work import typed_text
    from omnitui.cli.deed import do
    from omnitui.triage import notes

    text = typed_text("-" if words == ("-",) else "") if words in ((), ("-",)) else " ".join(words)
    do(desk, lambda cache, agent, now: notes.note(cache, agent, [conversation], text, now), as_json=as_json)
