"""Requests held against the Bot API's description (`telegram/api.json`): methods, fields, types, nested ones too."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.channels.specs import specification

PLAIN = {"Integer": int, "String": str, "Boolean": bool, "Float": (int, float)}


@cache
def description() -> dict[str, Any] | None:
    """The description, or None where it does not stand beside the project."""
    path = specification("telegram/api.json")
    return json.loads(path.read_text(encoding="utf-8")) if path else None


def faults_of(method: str, fields: dict[str, Any], files: set[str]) -> list[str]:
    """What is wrong with a call, in words. `files`: the parts of the form that are files."""
    api = description()
    if api is None:
        return []
    if method not in api["methods"]:
        return [f"{method} is no method"]
    given: dict[str, Any] = {**fields, **{name: None for name in files if not _attached(name, fields)}}
    return _fields(method, api["methods"][method].get("fields", []), given)


def _attached(name: str, fields: dict[str, Any]) -> bool:
    return f"attach://{name}" in json.dumps(fields)


def _fields(where: str, known: list[dict[str, Any]], given: dict[str, Any]) -> list[str]:
    names = {one["name"]: one for one in known}
    found = [f"{where}: {name} is not known" for name in given if name not in names]
    found += [f"{where}: {name} is missing" for name, one in names.items() if one["required"] and name not in given]
    for name, value in given.items():
        if name in names:
            tries = [_wrong(f"{where}.{name}", kind, value) for kind in names[name]["types"]]
            found += [] if [] in tries else min(tries, key=len)
    return found


def _wrong(where: str, kind: str, value: Any) -> list[str]:
    if kind == "InputFile":
        return [] if value is None else [f"{where} is no file"]
    if kind in PLAIN:
        fits = isinstance(value, PLAIN[kind]) and (kind == "Boolean" or not isinstance(value, bool))
        return [] if fits else [f"{where} is no {kind}"]
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{where} is no array"]
        return [words for one in value for words in _wrong(where, kind.removeprefix("Array of "), one)]
    api = description()
    assert api is not None
    described = api["types"][kind]
    if "subtypes" in described:
        tries = [_wrong(where, one, value) for one in described["subtypes"]]
        return [] if [] in tries else min(tries, key=len)
    if not isinstance(value, dict):
        return [f"{where} is no {kind}"]
    return _fields(where, described.get("fields", []), value)
