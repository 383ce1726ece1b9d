"""Who writes to the demo's shop, and what: read from `mailbox/*.toml`, one file a language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

SHOP = "Lantern Lane"
DOMAIN = "lantern.example"
SUPPORT = f"support@{DOMAIN}"

LANGUAGES = ("en", "nl", "es", "zh", "vi")


@dataclass(frozen=True)
class Letter:
    """One mail of a conversation; `hours` before the demo began."""

    text: str
    ours: bool = False
    hours: float = 0
    html: bool = False
    quote: bool = False
    attach: tuple[str, ...] = ()


@dataclass(frozen=True)
class Talk:
    """One conversation: its letters so far, and what the customer will answer to us.

    `kind` is mail, bounce, auto, invitation or list; `arrives` is seconds after the start, 0 is already there.
    """

    language: str
    name: str
    address: str
    subject: str
    letters: tuple[Letter, ...]
    answers: tuple[str, ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    state: str = ""
    kind: str = "mail"
    arrives: int = 0
    about: str = ""

    @property
    def domain(self) -> str:
        """The customer's mail domain."""
        return self.address.partition("@")[2]

    def message_id(self, index: int) -> str:
        """The Message-ID of its mail at `index`, without brackets; the same in every demo."""
        place = DOMAIN if self.letters[index].ours else self.domain
        return f"{self.language}.{self.address.partition('@')[0]}.{index}@{place}"


def talks() -> list[Talk]:
    """Every conversation of the demo."""
    folder = resources.files("omnitui.demo") / "mailbox"
    return [
        _talk(language, table)
        for language in LANGUAGES
        for table in tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))["conversation"]
    ]


def _talk(language: str, table: dict[str, Any]) -> Talk:
    letters = tuple(
        Letter(
            text=message["text"],
            ours=message.get("from") == "us",
            hours=message.get("hours", 0),
            html=message.get("html", False),
            quote=message.get("quote", False),
            attach=tuple(message.get("attach", ())),
        )
        for message in table.pop("message")
    )
    cc = tuple((name, address) for name, address in table.pop("cc", ()))
    answers = tuple(table.pop("answers", ()))
    return Talk(language=language, letters=letters, cc=cc, answers=answers, **table)
