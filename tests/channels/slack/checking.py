"""Checks a request against Slack's own description of its Web API (Swagger 2.0): path, verb, parameters, types, token.

What is newer than the description of 2021 stands in `NEWER`, each with the page that says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.channels.specs import specification

FILE = "slack/slack_web_openapi_v2.json"
NEWER_METHODS: dict[str, tuple[str, dict[str, bool]]] = {
    # https://docs.slack.dev/reference/methods/apps.connections.open
    "apps.connections.open": ("post", {}),
    # https://docs.slack.dev/reference/methods/files.getUploadURLExternal
    "files.getUploadURLExternal": ("get", {"filename": True, "length": True}),
    # https://docs.slack.dev/reference/methods/files.completeUploadExternal
    "files.completeUploadExternal": (
        "post",
        {"files": True, "channel_id": False, "thread_ts": False, "initial_comment": False},
    ),
}
NEWER_PARAMETERS = {
    # https://docs.slack.dev/messaging/message-metadata
    "chat.postMessage": {"metadata"},
    "conversations.history": {"include_all_metadata"},
    "conversations.replies": {"include_all_metadata"},
}
_SHAPES = {
    "integer": re.compile(r"-?\d+"),
    "number": re.compile(r"-?\d+(?:\.\d+)?"),
    "boolean": re.compile(r"true|false|1|0"),
}


@cache
def paths() -> dict[str, Any] | None:
    """The description's paths; None where the file is not."""
    file = specification(FILE)
    return json.loads(file.read_text(encoding="utf-8"))["paths"] if file else None


def complaints(verb: str, method: str, given: Mapping[str, str], authorization: str) -> list[str]:
    """What is wrong with a request, in words; nothing where the description is absent."""
    described = paths()
    if described is None:
        return []
    wrong = []
    kind = "xapp-" if method == "apps.connections.open" else "xoxb-"
    if not authorization.startswith(f"Bearer {kind}"):
        wrong.append(f"{method}: no {kind} token")
    if method in NEWER_METHODS:
        expected, names = NEWER_METHODS[method]
        types = dict.fromkeys(names, "string")
        required = {name for name, must in names.items() if must}
    elif f"/{method}" in described:
        expected = next(iter(described[f"/{method}"]))
        listed = [item for item in described[f"/{method}"][expected]["parameters"] if item["name"] != "token"]
        types = {item["name"]: item.get("type", "string") for item in listed}
        required = {item["name"] for item in listed if item.get("required")}
        types |= dict.fromkeys(NEWER_PARAMETERS.get(method, ()), "string")
    else:
        return [f"{method}: no such method"]
    if verb.lower() != expected:
        wrong.append(f"{method}: {verb} instead of {expected}")
    wrong += [f"{method}: {name} is missing" for name in sorted(required - set(given))]
    wrong += [f"{method}: {name} is unknown" for name in sorted(set(given) - set(types))]
    wrong += [
        f"{method}: {name} is no {types[name]}: {value!r}"
        for name, value in given.items()
        if types.get(name) in _SHAPES and not _SHAPES[types[name]].fullmatch(value)
    ]
    return wrong
