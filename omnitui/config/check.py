"""From what tomllib read to our frozen settings: every mistake is found, and each says what would be right."""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from omnitui.config.schema import Shape
from omnitui.core.dataclass import dataclass

Path = tuple[str | int, ...]

_NAMES = {str: "text in quotes", int: "a whole number", bool: "true or false"}


@dataclass(frozen=True)
class Mistake:
    """Something wrong at `path` in the file (a missing key: the table's path), in words."""

    path: Path
    words: str


def build(kind: Any, table: dict[str, Any], path: Path, mistakes: list[Mistake]) -> Any:
    """An instance of the settings class `kind`, or None when a mistake was found in it."""
    before = len(mistakes)
    values: dict[str, Any] = {}
    known = {f.name: f for f in fields(kind) if not f.metadata.get("own")}
    rest = next((name for name, f in known.items() if f.metadata.get("rest")), None)
    for name, found in table.items():
        if name in known and name != rest:
            values[name] = _value(hints(kind)[name], known[name], found, (*path, name), mistakes)
        elif rest is not None:
            values.setdefault(rest, {}).update(_bindings(found, (*path, name), name, mistakes))
        else:
            mistakes.append(Mistake((*path, name), f"{name} is not a setting{_meant(name, list(known))}"))
    for name, f in known.items():
        if name not in table and f.default is MISSING and f.default_factory is MISSING:
            mistakes.append(Mistake(path, f"{_place(path)}needs {name}: {f.metadata['doc']}"))
    return None if len(mistakes) > before else kind(**values)


@cache
def hints(kind: Any) -> dict[str, Any]:
    """The field types of a settings class, resolved; an optional table is given as the table."""
    return {name: _without_none(hint) for name, hint in get_type_hints(kind).items()}


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(arg for arg in get_args(hint) if arg is not type(None))
    return hint


def _value(hint: Any, spec: Field[Any], found: Any, path: Path, mistakes: list[Mistake]) -> Any:
    if is_dataclass(hint):
        return _table(hint, found, path, mistakes)
    if get_origin(hint) is tuple:
        return _list(get_args(hint)[0], spec, found, path, mistakes)
    if type(found) is not hint:
        mistakes.append(Mistake(path, f"{path[-1]} must be {_NAMES[hint]}, not {_shown(found)}"))
        return None
    choices, least, most = (spec.metadata.get(key) for key in ("choices", "least", "most"))
    if choices and found not in choices:
        meant = _meant(found, list(choices))
        mistakes.append(Mistake(path, f"{path[-1]} must be {_either(choices)}, not {_shown(found)}{meant}"))
    if least is not None and most is not None and not least <= found <= most:
        mistakes.append(Mistake(path, f"{path[-1]} must be from {least} to {most}, not {found}"))
    _shape(spec, found, path, mistakes)
    return found


def _shape(spec: Field[Any], found: Any, path: Path, mistakes: list[Mistake]) -> None:
    shape: Shape | None = spec.metadata.get("shape")
    if shape and (found or spec.default is MISSING) and not shape.pattern.fullmatch(str(found)):
        mistakes.append(Mistake(path, f"{_shown(found)} is not {shape.words}"))


def _table(kind: Any, found: Any, path: Path, mistakes: list[Mistake]) -> Any:
    if isinstance(found, dict):
        return build(kind, found, path, mistakes)
    mistakes.append(Mistake(path, f"{path[-1]} must be a table, written [{'.'.join(str(p) for p in path)}]"))
    return None


def _list(kind: Any, spec: Field[Any], found: Any, path: Path, mistakes: list[Mistake]) -> tuple[Any, ...]:
    if is_dataclass(kind):
        if isinstance(found, list) and all(item is None or isinstance(item, dict) for item in found):
            # None: an account that `load.py` has taken out, whose place still counts.
            given = [(index, item) for index, item in enumerate(found) if item is not None]
            return tuple(build(kind, item, (*path, index), mistakes) for index, item in given)
        mistakes.append(Mistake(path, f"{path[-1]} is written [[{path[-1]}]], in two brackets, once for each"))
        return ()
    if not isinstance(found, list):
        mistakes.append(Mistake(path, f'{path[-1]} must be a list, such as ["one", "two"], not {_shown(found)}'))
        return ()
    for index, item in enumerate(found):
        if type(item) is not kind:
            mistakes.append(Mistake((*path, index), f"{path[-1]} must hold {_NAMES[kind]}, not {_shown(item)}"))
        else:
            _shape(spec, item, (*path, index), mistakes)
    return tuple(found)


def _bindings(found: Any, path: Path, name: str, mistakes: list[Mistake]) -> dict[str, tuple[str, ...]]:
    """`id = "key"`, `id = ["key", "key"]`; an id written without quotes has become tables within tables."""
    if isinstance(found, dict):
        merged: dict[str, tuple[str, ...]] = {}
        for key, value in found.items():
            merged.update(_bindings(value, (*path, key), f"{name}.{key}", mistakes))
        return merged
    keys = [found] if isinstance(found, str) else found
    if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
        return {name: tuple(keys)}
    mistakes.append(Mistake(path, f'{name} must be a key or a list of keys, such as "e" or ["e", "ctrl+e"]'))
    return {}


def _place(path: Path) -> str:
    """The table's name for a sentence, or nothing at the top."""
    return ".".join(str(step) for step in path if isinstance(step, str)) + " " if path else ""


def _meant(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else f"; possible are {', '.join(known)}" if len(known) < 12 else ""


def _either(choices: tuple[str, ...]) -> str:
    return ", ".join(choices[:-1]) + f" or {choices[-1]}"


def _shown(found: Any) -> str:
    """What stood there, short; a table or a long text could hold what nobody should read in a log."""
    if isinstance(found, dict):
        return "a table"
    if isinstance(found, bool):
        return str(found).lower()
    text = repr(found)
    return text if len(text) <= 40 else text[:37] + "..."
