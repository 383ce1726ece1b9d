"""Checks our requests against Meta's specification of the Cloud API, walking its schemas by hand.

openapi-core cannot judge this file: the parts of its `allOf` forbid each other's fields. Here fields are forbidden only
where no part knows them. What Meta's pages have and the file lacks is listed in BESIDE.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from tests.channels.specs import specification

FILE = "meta/business-messaging-api_v23.0.yaml"
BESIDE = {"biz_opaque_callback_data", "recipient", "limit", "after", "fields", "status"}
"""Documented on developers.facebook.com for messages (the first two; `recipient` stands in for `to` where somebody
shows no number) and for lists."""
TYPES = {"string": str, "object": dict, "array": list, "boolean": bool, "integer": int, "number": (int, float)}


@cache
def document() -> dict[str, Any] | None:
    """The file, or None where it is absent."""
    path = specification(FILE)
    if path is None:
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - a safe loader
    return found


def problems(method: str, template: str, query: dict[str, str], body: Any = None) -> list[str]:
    """What is wrong with a request; `template` is the path as the file has it."""
    file = document()
    assert file is not None
    item = file["paths"].get(template, {})
    operation = item.get(method.lower())
    if operation is None:
        return [f"{method} {template} is not there"]
    given = [_whole(one) for one in [*operation.get("parameters", []), *item.get("parameters", [])]]
    names = {one["name"] for one in given if one.get("in") == "query"}
    found = [f"{name} is no parameter of {template}" for name in query if name not in names | BESIDE]
    content = operation.get("requestBody", {}).get("content", {})
    if body is None or not content:
        return found
    schema = content.get("application/json", next(iter(content.values())))["schema"]
    whole = _whole(schema)
    if "discriminator" in whole and isinstance(body, dict) and "status" not in body:
        chosen = whole["discriminator"]["mapping"].get(str(body.get("type")))
        if chosen is None:
            return [*found, f"type {body.get('type')!r} is none of {sorted(whole['discriminator']['mapping'])}"]
        return found + _walk({"$ref": chosen}, body, "body")
    if isinstance(body, dict) and body.get("status") == "read":
        # Read marks are on Meta's page "Mark messages as read", not in the file.
        told = body.get("typing_indicator", {"type": "text"})
        found += [] if told == {"type": "text"} else [f"typing_indicator is {told!r}"]
        known = {"messaging_product", "status", "message_id", "typing_indicator"}
        found += [f"body.{name} is not known" for name in body if name not in known]
        return found + [f"{name} is missing" for name in ("messaging_product", "message_id") if not body.get(name)]
    return found + _walk(schema, body, "body")


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    found: Any = schema
    while "$ref" in found:
        part: Any = document()
        for step in found["$ref"].removeprefix("#/").split("/"):
            part = part[step.replace("~1", "/")]
        found = part
    result: dict[str, Any] = found
    return result


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    whole = _whole(schema)
    return [whole, *(inner for part in whole.get("allOf", []) for inner in _parts(part))]


def _walk(schema: dict[str, Any], value: Any, at: str) -> list[str]:
    parts = _parts(schema)
    found: list[str] = []
    for part in [one for one in parts if "discriminator" in one and isinstance(value, dict)]:
        rule = part["discriminator"]
        chosen = rule["mapping"].get(str(value.get(rule["propertyName"])))
        if chosen is None:
            return [f"{at}.{rule['propertyName']} is none of {sorted(rule['mapping'])}"]
        parts += [one for one in _parts({"$ref": chosen}) if "discriminator" not in one]
    properties: dict[str, Any] = {}
    for part in parts:
        kind = TYPES.get(part.get("type", ""))
        if kind is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            return [f"{at} is no {part['type']}"]
        if "enum" in part and value not in part["enum"]:
            found.append(f"{at} is {value!r}, none of {part['enum']}")
        if isinstance(value, str) and len(value) > part.get("maxLength", len(value)):
            found.append(f"{at} is longer than {part['maxLength']}")
        if isinstance(value, dict):
            found += [
                f"{at}.{name} is missing"
                for name in part.get("required", [])
                if name not in value and not (name == "to" and "recipient" in value)
            ]
        if "oneOf" in part and "discriminator" not in part:
            tries = [_walk(one, value, at) for one in part["oneOf"]]
            found += [] if any(not one for one in tries) else tries[0]
        properties |= part.get("properties", {})
        if isinstance(value, list) and "items" in part:
            found += [words for n, one in enumerate(value) for words in _walk(part["items"], one, f"{at}[{n}]")]
    if isinstance(value, dict):
        if any(part.get("additionalProperties") is False for part in parts):
            found += [f"{at}.{name} is not known" for name in value if name not in properties and name not in BESIDE]
        for name, one in value.items():
            if name in properties:
                found += _walk(properties[name], one, f"{at}.{name}")
    return found


def template_of(path: str) -> str:
    """A path of the fake as the file writes it."""
    for pattern, template in (
        (r"/v[\d.]+/\d+/messages", "/{Version}/{Phone-Number-ID}/messages"),
        (r"/v[\d.]+/\d+/media", "/{Version}/{Phone-Number-ID}/media"),
        (r"/v[\d.]+/\d+/message_templates", "/{Version}/{WABA-ID}/message_templates"),
        (r"/v[\d.]+/\d+/subscribed_apps", "/{Version}/{WABA-ID}/subscribed_apps"),
        (r"/v[\d.]+/media-\d+", "/{Version}/{Media-ID}"),
        (r"/v[\d.]+/\d+", "/{Version}/{Phone-Number-ID}"),
    ):
        if re.fullmatch(pattern, path):
            return template
    return ""
