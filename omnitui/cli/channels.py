"""`omnitui channels`: which channels there are, how one is set up, and what ours and others' can do."""

from __future__ import annotations

from dataclasses import asdict, fields

import click

from omnitui.cli.output import emit, write


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def channels(ctx: click.Context, as_json: bool) -> None:
    """List the channels that can be set up: mailboxes and messaging channels."""
    if ctx.invoked_subcommand is not None:
        return
    from omnitui.sync.channels.registry import every

    good, bad = every()
    if as_json:
        listed = [{"name": c.name, "title": c.title, "mark": c.mark, "can": asdict(c.capabilities)} for c in good]
        emit({"channels": listed, "unusable": [asdict(one) for one in bad]})
        return
    for channel in good:
        write(f"{channel.name:<11} {channel.mark}  {channel.title}")
    for one in bad:
        write(f"{one.name:<11} --  {one.words}")


@channels.command()
@click.argument("name")
def show(name: str) -> None:
    """Say how an account of a channel is set up, and what the channel can do."""
    from omnitui.core.channels import Capabilities
    from omnitui.sync.channels.registry import channel_named

    channel = channel_named(name)
    write(channel.title)
    for number, step in enumerate(channel.steps, 1):
        write(f"  {number}. {step}")
    write("Secrets: " + (", ".join(spec.name for spec in channel.secrets) or "none"))
    plain = Capabilities()
    for spec in fields(Capabilities):
        value = getattr(channel.capabilities, spec.name)
        if value != getattr(plain, spec.name):
            write(f"  {spec.name.replace('_', ' ')}: {value if not isinstance(value, bool) else 'yes'}")


@channels.command()
@click.argument("name")
def manifest(name: str) -> None:
    """Print what a channel's own side wants to be given, such as Slack's app manifest."""
    from importlib import resources

    from omnitui.core.errors import NotFound
    from omnitui.sync.channels.registry import announced, channel_named

    channel_named(name)
    folder = resources.files(announced()[name].module)
    found = next((one for one in folder.iterdir() if one.name.startswith("manifest.")), None)
    if found is None:
        raise NotFound(f"{name} needs no manifest")
    click.echo(found.read_text(encoding="utf-8"), nl=False)
