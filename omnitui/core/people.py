"""Everybody of a message: as its row keeps them, and as they are searched."""

from __future__ import annotations

import json
from collections.abc import Iterable

from omnitui.core.mail import Address

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def people_json(**uses: Iterable[Address]) -> str:
    """Addresses by their use ("to", "cc" ...); uses with nobody in them are left out."""
    lists = {use: [[person.name, person.email] for person in people] for use, people in uses.items()}
    return _COMPACT.encode({use: rows for use, rows in lists.items() if rows})


def people_of(text: str) -> dict[str, tuple[Address, ...]]:
    """The inverse of `people_json`."""
    return {use: tuple(Address(name, email) for name, email in rows) for use, rows in json.loads(text).items()}


def people_text(everybody: Iterable[Address]) -> str:
    """Everybody of a message as searched text: its writer, then to, cc, bcc and reply-to."""
    return " ".join(word for person in everybody for word in (person.name, person.email) if word)
