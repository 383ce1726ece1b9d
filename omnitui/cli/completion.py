"""`omnitui completion`: what a shell needs to complete our commands and options."""

from __future__ import annotations

import click

from omnitui.cli.output import write

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_OMNITUI_COMPLETE"
"""Set by the shell's own function when it asks us what fits."""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash: omnitui completion bash > ~/.local/share/bash-completion/completions/omnitui
    zsh:  omnitui completion zsh > a file named _omnitui in a folder of $fpath
    fish: omnitui completion fish > ~/.config/fish/completions/omnitui.fish
    """
    write(script(shell))


def script(shell: str) -> str:
    """The script, made by click from the commands there are; it asks omnitui itself what fits, so it never ages."""
    from click.shell_completion import ShellComplete, get_completion_class

    from omnitui.cli.root import omnitui

    kind = get_completion_class(shell)
    if kind is None:
        raise ValueError(f"click knows no shell {shell}")
    # The plain `source`: that of bash would start a bash to look at its version.
    return ShellComplete.source(kind(omnitui, {}, "omnitui", VARIABLE)).strip()
