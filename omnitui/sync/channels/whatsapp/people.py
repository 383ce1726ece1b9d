"""Who a customer is on WhatsApp: a number, or an id of Meta's where they show only a username. Pure.

developers.facebook.com, "Business-scoped user IDs" (2026): such an id is a country's two letters, a full stop and
letters and digits (NL.1349...); it is the same for one business, and is written to in `recipient`, never in `to`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from omnitui.core.channel_events import Person
from omnitui.sync.channels.whatsapp.contents import items, record, words

NOBODY = "unknown"
"""The conversation of a message that does not say from whom it is."""
_SCOPED = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_BRAZIL = re.compile(r"55(\d{2})([6-9]\d{7})")
_MEXICO = re.compile(r"521(\d{10})")


def scoped(address: str) -> bool:
    """Whether it is an id of Meta's and no number."""
    return _SCOPED.fullmatch(address) is not None


def phone_of(wa_id: str) -> str:
    """The number to dial, in E.164. WhatsApp's ids keep what two countries have changed since: Brazil's mobile numbers
    have got a 9 after the area code, Mexico's have lost the 1 after the country's."""
    if not (wa_id.isascii() and wa_id.isdigit()):
        return ""
    if found := _BRAZIL.fullmatch(wa_id):
        return f"+55{found[1]}9{found[2]}"
    if found := _MEXICO.fullmatch(wa_id):
        return f"+52{found[1]}"
    return f"+{wa_id}"


def person(address: str, name: str = "", username: str = "") -> Person:
    """A customer by number or id."""
    phone = phone_of(address)
    handle = f"@{username.removeprefix('@')}" if username else ""
    return Person(f"+{address}" if phone else address or NOBODY, name or handle, handle, phone)


class Known:
    """The customers of one webhook, as its `contacts` describe them."""

    def __init__(self, contacts: Any) -> None:
        self._by_id: dict[str, tuple[str, str]] = {}
        for one in map(record, items(contacts)):
            profile = record(one.get("profile"))
            told = (words(profile.get("name")), words(profile.get("username")))
            for address in filter(None, (words(one.get("wa_id")), words(one.get("user_id")))):
                self._by_id.setdefault(address, told)

    def person(self, number: str, user: str) -> Person:
        """Somebody with a number, an id, or both."""
        name, username = self._by_id.get(number) or self._by_id.get(user) or ("", "")
        found = person(number or user, name, username)
        return replace(found, other_address=user) if number and user else found
