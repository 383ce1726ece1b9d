"""Writes the pages that come from tables in the program: `python -m tools.docs`. A test keeps them true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import click

from omnitui.cli.exits import MEANING
from omnitui.cli.root import omnitui
from omnitui.config.check import hints
from omnitui.config.example import example, plain_fields, shown, toml
from omnitui.config.schema import ChannelAccountSettings, Settings
from omnitui.core.commands import COMMANDS, Command
from omnitui.core.key_layouts import LAYOUTS
from omnitui.core.key_presets import PRESETS
from omnitui.core.query.operators import describe
from omnitui.sync.channels.registry import tables
from tools.man import man_page

ROOT = Path(__file__).resolve().parents[1]
_NOTE = "<!-- Written by `make docs`; change the table in {source} instead. -->\n"


def pages() -> dict[str, str]:
    """Every generated file, by its path from the top of the repository."""
    return {
        "config.example.toml": example(tables()),
        "docs/config.md": _config(),
        "docs/commands.md": _commands(),
        "docs/exit-codes.md": _exits(),
        "docs/keys.md": _keys(),
        "docs/omnitui.1": man_page(),
        "docs/search.md": _search(),
    }


def _page(title: str, source: str, *parts: str) -> str:
    return "\n".join([f"# {title}\n", _NOTE.format(source=source), *parts]).rstrip() + "\n"


def _config() -> str:
    text = (
        "All settings of `config.toml`. `omnitui config path` shows where it stands, `omnitui config check` tells what "
        "is wrong in it, `omnitui config example` prints it with every setting. An unknown name is an error.\n"
    )
    return _page("Settings", "omnitui/config/schema.py", text, *_tables(Settings, ""), *_channels())


def _channels() -> Iterator[str]:
    yield "## `[[account]]` of a messaging channel\n\n" + (ChannelAccountSettings.__doc__ or "") + "\n"
    yield _rows(ChannelAccountSettings)
    for name, kind in tables():
        yield f"## `[account.{name}]`\n\n{' '.join((kind.__doc__ or '').split())}\n"
        yield _rows(kind)


def _tables(kind: Any, path: str) -> Iterator[str]:
    for spec in plain_fields(kind):
        hint = hints(kind)[spec.name]
        many = get_origin(hint) is tuple and is_dataclass(get_args(hint)[0])
        inner = get_args(hint)[0] if many else hint
        if not is_dataclass(inner):
            continue
        name = f"{path}{spec.name}"
        header = f"[[{name}]]" if many else f"[{name}]"
        yield f"## `{header}`\n\n{spec.metadata.get('doc') or inner.__doc__}\n"
        yield _rows(inner)
        yield from _tables(inner, f"{name}.")


def _rows(kind: Any) -> str:
    rows = [_row(f, hints(kind)[f.name]) for f in plain_fields(kind) if _is_plain(f, hints(kind)[f.name])]
    return "\n".join(["| setting | kind | default | what it does |", "|---|---|---|---|", *rows, ""])


def _is_plain(spec: Field[Any], hint: Any) -> bool:
    return not is_dataclass(hint) and not spec.metadata.get("rest")


def _row(spec: Field[Any], hint: Any) -> str:
    kind = {str: "text", int: "number", bool: "true or false"}.get(hint, "list of texts")
    if spec.metadata["choices"]:
        kind = " or ".join(f"`{choice}`" for choice in spec.metadata["choices"])
    if spec.metadata["least"] is not None:
        kind = f"{spec.metadata['least']} to {spec.metadata['most']}"
    default = "needed" if spec.default is MISSING else f"`{toml(spec.default)}`"
    if spec.default is MISSING:
        default += f", such as `{toml(shown(spec))}`"
    return f"| `{spec.name}` | {kind} | {default} | {spec.metadata['doc']} |"


def _commands() -> str:
    intro = (
        'Data goes to standard output, messages to standard error. Every JSON document says `"schema": 1` (json.md); '
        "exit codes stand in exit-codes.md. All of them work while the screen runs. `--home DIR` before the command "
        "(or `OMNITUI_HOME`) keeps everything under one folder.\n"
    )
    context = click.Context(omnitui, info_name="omnitui")
    return _page("The command line", "omnitui/cli/", intro, *_command_parts(omnitui, context))


def _command_parts(group: click.Group, parent: click.Context) -> Iterator[str]:
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, info_name=name, parent=parent)
        if isinstance(command, click.Group) and not command.invoke_without_command:
            yield from _command_parts(command, context)
            continue
        arguments = [_argument(p) for p in command.params if isinstance(p, click.Argument)]
        yield f"## `{' '.join([context.command_path, *arguments])}`\n\n{_help(command)}\n"
        yield "".join(_option(p) for p in command.params if isinstance(p, click.Option))
        if isinstance(command, click.Group):
            yield from _command_parts(command, context)


def _argument(argument: click.Argument) -> str:
    """As usage lines show it; written here, since click's own words differ between its versions."""
    name = argument.metavar or (argument.name or "").upper()
    many = "..." if argument.nargs != 1 and not name.endswith("...") else ""
    return f"{name}{many}" if argument.required or name.startswith("[") else f"[{name}{many}]"


def _option(option: click.Option) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    kind = option.type
    if not option.is_flag and not option.count:
        names += " " + (option.metavar or ("|".join(kind.choices) if isinstance(kind, click.Choice) else _kind(kind)))
    return f"- `{names}` {option.help or ''}".rstrip() + "\n"


def _kind(kind: click.ParamType) -> str:
    if isinstance(kind, click.IntRange | click.FloatRange):
        return f"{kind.min}..{kind.max}"
    return "FILE" if isinstance(kind, click.Path | click.File) else kind.name.upper()


def _help(command: click.Command) -> str:
    import inspect

    return inspect.cleandoc(command.help or "").replace("\b\n", "")


def _keys() -> str:
    intro = (
        "`?` shows this list in the program, with the keys as you have set them: Enter runs what the cursor is on, "
        "`ctrl+r` gives it another key (so does `b` once you have gone to a row; "
        "`b` and Enter at once ask for the command), "
        "which is written to the config and "
        "holds at once. By hand, name the command in "
        '`[keys]` of the config: `"conversation.close" = "e"`, several keys as a list, two keys in a row as `"g i"`, '
        'arguments behind the name: `"conversation.snooze 2h" = "h"`. A command without a key is reached by `:` and by '
        "`ctrl+p`.\n"
    )
    parts = [intro]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        rows = [_key_row(command) for command in COMMANDS if command.group == group]
        parts.append("\n".join([f"## {group}\n", "| key | command | what it does |", "|---|---|---|", *rows, ""]))
    return _page("Keys", "omnitui/core/commands.py", *parts, _presets())


def _presets() -> str:
    text = (
        "## Other keys to begin with\n\n"
        '`[keys] preset = "helpdesk"` takes those of web help desks, `"mutt"` those of mutt; entries by command go '
        "before them. What they change:\n"
    )
    lists = []
    for name, changes in PRESETS.items():
        rows = [f"- `{id}`: {' '.join(f'`{key}`' for key in keys)}" for id, keys in changes.items()]
        lists += [f"### {name}\n", *rows, ""] if rows else []
    layouts = ", ".join(f"`{name}`" for name in LAYOUTS if name)
    last = (
        "## Keyboards with other letters\n\n"
        f'`[keys] layout = "ru"` (of {layouts}) lets commands work by the place of the key, without switching: `у` '
        "stands where `e` does and closes the conversation. Signs and digits mean what they say; a command whose place "
        "types a sign is reached by its other keys, `:` and `ctrl+p`.\n"
    )
    return "\n".join([text, *lists, last])


def _key_row(command: Command) -> str:
    keys = " ".join(f"`` {key} ``" if "`" in key else f"`{key}`" for key in command.keys).replace("|", "\\|")
    return f"| {keys} | `{command.id}` | {command.help} |"


def _search() -> str:
    intro = (
        "The same words work in `/`, in saved views and on the command line (`omnitui list`, `export`). Words "
        "stand side by side; `or` and parentheses do as they say, `-` in front means not.\n"
    )
    return _page("Search", "omnitui/core/query/operators.py", intro, describe())


def _exits() -> str:
    rows = [f"| {int(code)} | {words} |" for code, words in MEANING.items()]
    return _page("Exit codes", "omnitui/cli/exits.py", "\n".join(["| code | meaning |", "|---|---|", *rows]))


def main() -> None:
    """Write every page that differs."""
    for name, text in pages().items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
