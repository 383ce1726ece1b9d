"""`omnitui replies`: texts to answer with, kept for the whole team on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from omnitui.cli.deed import do
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, say, write
from omnitui.core.errors import Refused
from omnitui.core.reply_files import from_markdown, from_toml, to_markdown, to_toml
from omnitui.core.saved_replies import SavedReply

if TYPE_CHECKING:
    from omnitui.store.select import Select

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group(invoke_without_command=True)
@_AS_JSON
@pass_desk
@click.pass_context
def replies(ctx: click.Context, desk: Desk, as_json: bool) -> None:
    """List the saved replies: texts with variables such as {{contact.first_name|there}}."""
    if ctx.invoked_subcommand is not None:
        return
    from omnitui.store import saved_replies

    found = _read(desk, saved_replies.every())
    if as_json:
        emit({"replies": [_fields(reply) for reply in found]})
        return
    for reply in found:
        write(f"{reply.name:24}  {' '.join(reply.body.split())[:90]}")
    if not found:
        say("There are no saved replies. `omnitui replies set NAME` writes one, `import` brings them from files.")


@replies.command()
@click.argument("name")
@click.option("--for", "conversation", type=int, metavar="ID", help="Filled in for this conversation.")
@_AS_JSON
@pass_desk
def show(desk: Desk, name: str, conversation: int | None, as_json: bool) -> None:
    """Print the text of NAME."""
    from omnitui.cli.at_work import agent_of
    from omnitui.store.connection import Role
    from omnitui.triage import drafting, saved_replies

    cache = desk.cache(Role.READ)
    try:
        reply = saved_replies.named(cache, name)
        if conversation is not None:
            agent = agent_of(desk)
            draft = drafting.reply(cache, agent, conversation)
            reply = saved_replies.filled(cache, agent, reply, draft, desk.now())
    finally:
        cache.close()
    if as_json:
        emit({"reply": _fields(reply)})
    else:
        write(reply.body)


@replies.command("set")
@click.argument("name")
@click.argument("source", metavar="[-]", default="")
@click.option("--subject", metavar="TEXT", help="Subject for a new mail that has none.")
@_AS_JSON
@pass_desk
def set_(desk: Desk, name: str, source: str, subject: str | None, as_json: bool) -> None:
    """Write the text of NAME, new or in place of the old one: from standard input (-), or in your editor.

    \b
    Variables: {{contact.first_name}} {{contact.name}} {{contact.email}} {{contact.organisation}}
    {{conversation.number}} {{conversation.subject}} {{agent.name}} {{agent.first_name}} {{account.name}}
    {{account.address}} {{date.today}}; {{contact.first_name|there}} says what stands there when it is not known.
    """
    from omnitui.cli.at_work import typed_text
    from omnitui.store import saved_replies as stored
    from omnitui.triage import saved_replies

    old = next(iter(_read(desk, stored.by_name(name))), SavedReply(name, ""))
    text = typed_text(source, old.body)
    reply = SavedReply(name, text, old.subject if subject is None else subject)
    do(desk, lambda cache, agent, now: saved_replies.put(cache, agent, [reply], now), as_json=as_json)


@replies.command()
@click.argument("name")
@_AS_JSON
@pass_desk
def delete(desk: Desk, name: str, as_json: bool) -> None:
    """Throw NAME away; `omnitui undo` brings it back."""
    from omnitui.triage import saved_replies

    do(desk, lambda cache, agent, now: saved_replies.delete(cache, agent, name, now), as_json=as_json)


@replies.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path, exists=True))
@_AS_JSON
@pass_desk
def import_(desk: Desk, paths: tuple[Path, ...], as_json: bool) -> None:
    """Bring replies in: TOML files, Markdown files (the file's name is the reply's), or folders of them.

    Those of the same names are replaced; it is one step, which `omnitui undo` takes back.
    """
    from omnitui.triage import saved_replies

    found = [reply for path in paths for file in _files(path) for reply in _from(file)]
    if not found:
        raise Refused(f"There is no .toml or .md file in {paths[0]}")
    do(desk, lambda cache, agent, now: saved_replies.put(cache, agent, found, now), as_json=as_json)


@replies.command()
@click.argument("target", metavar="[FILE.toml|FOLDER]", required=False, type=click.Path(path_type=Path))
@pass_desk
def export(desk: Desk, target: Path | None) -> None:
    """Write all of them: as TOML to standard output or a file, or a Markdown file each into a folder."""
    from omnitui.store import saved_replies

    found = _read(desk, saved_replies.every())
    if target is None:
        click.echo(to_toml(found), nl=False)
        return
    try:
        if target.suffix == ".toml":
            target.write_text(to_toml(found), encoding="utf-8")
        else:
            target.mkdir(parents=True, exist_ok=True)
            for name, text in map(to_markdown, found):
                (target / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from error
    say(f"Wrote {len(found)} to {target}")


def _files(path: Path) -> Iterable[Path]:
    return sorted(p for p in path.iterdir() if p.suffix in (".md", ".toml")) if path.is_dir() else [path]


def _from(file: Path) -> list[SavedReply]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Refused(f"{file} cannot be read: {why}") from error
    return from_toml(text, str(file)) if file.suffix == ".toml" else [from_markdown(file.stem, text)]


def _read(desk: Desk, select: Select[SavedReply]) -> list[SavedReply]:
    from omnitui.store.connection import Role

    cache = desk.cache(Role.READ)
    try:
        return select.all(cache)
    finally:
        cache.close()


def _fields(reply: SavedReply) -> dict[str, Any]:
    from omnitui.core.times import iso

    return {
        "name": reply.name, "subject": reply.subject, "body": reply.body, "author": reply.author,
        "updated_at": iso(reply.updated_at),
    }  # fmt: skip
