"""What commands print: data on stdout, messages on stderr; every JSON document says which schema it follows.

The schema's history stands in docs/json.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import click

from omnitui.core.text.clean import safe_text

SCHEMA = 1
"""Rises when a field changes its meaning or goes away; a new field does not raise it."""

_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def document(fields: Mapping[str, Any], *, indent: int | None = None) -> str:
    """JSON with the schema first. What could steer a terminal, hide or reorder text, and half a surrogate pair, is
    written as an escape: programs read the same, and a terminal shows what is there."""
    text = json.dumps({"schema": SCHEMA, **fields}, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda found: json.dumps(found.group())[1:-1], text)


def emit(fields: Mapping[str, Any]) -> None:
    """Print one document for people and programs."""
    click.echo(document(fields, indent=2))


def emit_line(fields: Mapping[str, Any]) -> None:
    """Print one document on one line, for JSON Lines."""
    click.echo(document(fields))


def write(text: str = "") -> None:
    """Print text as data; nothing in it can steer the terminal."""
    click.echo(safe_text(text))


def say(text: str) -> None:
    """Tell the user something beside the data."""
    click.echo(safe_text(text), err=True)
