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

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def document(fields: Mapping[str, Any], *, indent: int | None = None) -> str:
    """JSON with the schema first. What could steer a terminal, and half a surrogate pair, is written as an escape."""
    text = json.dumps({"schema": SCHEMA, **fields}, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


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
