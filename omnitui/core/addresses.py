"""Addresses as people type them: `Anna <anna@example.org>, ben@example.org`."""

from __future__ import annotations

import re

from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.recipients import check_address
from omnitui.core.text.clean import safe_text

_PART = re.compile(
    r"""\s*(?:"(?P<quoted>[^"]*)"|(?P<name>[^<>,;"]*?))\s*<(?P<email>[^<>]*)>\s*|\s*(?P<bare>[^\s<>,;]+)\s*"""
)


def parse_addresses(text: str) -> tuple[Address, ...]:
    """Each address of a line, parted by commas or semicolons. Raises Refused, naming what is none."""
    text = safe_text(text, lines=False).strip().rstrip(",;").strip()
    found: list[Address] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None or (part.end() < len(text) and text[part.end()] not in ",;"):
            rest = re.split(r"[,;]", text[at:], maxsplit=1)[0].strip()
            raise Refused(f"“{rest[:80]}” is not a mail address")
        email = check_address((part["email"] if part["bare"] is None else part["bare"]).strip())
        found.append(Address((part["quoted"] or part["name"] or "").strip(), email))
        at = part.end() + 1
    return tuple({person.email.lower(): person for person in reversed(found)}.values())[::-1]
