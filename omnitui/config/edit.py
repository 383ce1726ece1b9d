"""Changing one entry of `[keys]` in the user's own file: all else in it, comments too, stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from omnitui.config.example import toml
from omnitui.config.lines import key_lines
from omnitui.config.load import load, parse
from omnitui.config.replacing import alone, replace_file
from omnitui.config.schema import Settings
from omnitui.core.errors import Refused

_LONGEST = 40
"""Lines that one entry may run over."""
_COMMENT = re.compile(r"""^\s*(?:"[^"]*"|'[^']*'|[\w.-]+)\s*=\s*(?:"[^"]*"|'[^']*'|\[[^\]#]*\])(\s*#.*)$""")


def set_keys(path: Path, changes: dict[str, Sequence[str] | None]) -> Settings:
    """Write entries of `[keys]` (None takes one away) and give the settings as they then are.

    The file is replaced in one step; a link to it is followed. Raises ConfigError when it has mistakes already, and
    Refused, with the line to write by hand, when it is laid out in a way that cannot be changed safely.
    """
    target = path.resolve()
    try:
        with alone(target.parent):
            return _set_keys(path, target, changes)
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from error


def _set_keys(path: Path, target: Path, changes: dict[str, Sequence[str] | None]) -> Settings:
    settings = load(target)
    text = target.read_bytes().decode("utf-8") if target.exists() else ""
    for entry, keys in changes.items():
        settings = _wanted(settings, entry, keys)
        line = "" if keys is None else f"{toml(entry)} = {toml(keys[0] if len(keys) == 1 else list(keys))}"
        found = next((new for new in _attempts(text, entry, line) if parse(new, target)[0] == settings), None)
        if found is None:
            raise Refused(
                f"{path} cannot be changed safely; under [keys] {'write ' + line if line else 'drop ' + entry}"
            )
        text = found
    replace_file(target, text)
    return settings


def _wanted(settings: Settings, entry: str, keys: Sequence[str] | None) -> Settings:
    bindings = {name: value for name, value in settings.keys.bindings.items() if name != entry}
    if keys is not None:
        bindings[entry] = tuple(keys)
    return replace(settings, keys=replace(settings.keys, bindings=bindings))


def _attempts(text: str, entry: str, line: str) -> Iterator[str]:
    """Texts that may be right, the likeliest first: in place of the entry, under the header, at the end."""
    rows = text.split("\n")
    where = {path: number for path, number in key_lines(text).items() if path[:1] == ("keys",)}
    at = next((number for path, number in where.items() if ".".join(map(str, path[1:])) == entry), 0)
    if at:
        own = _COMMENT.match(rows[at - 1])
        new = [line + (own[1] if own else "")] if line else []
        for more in range(_LONGEST):
            yield "\n".join([*rows[: at - 1], *new, *rows[at + more :]])
    elif not line:
        yield text
    elif ("keys",) in where:
        yield "\n".join([*rows[: where["keys",]], line, *rows[where["keys",] :]])
    else:
        yield f"{text.rstrip()}\n\n[keys]\n{line}\n".lstrip()
