"""Saved replies: texts with variables, filled in for one conversation.

A variable is `{{contact.first_name}}`; `{{contact.first_name|there}}` says what stands there when it is not known.
`\\{{name}}` is no variable: the braces are sent as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from omnitui.core.errors import Refused
from omnitui.core.text.clean import safe_text
from omnitui.core.times import Instant

VARIABLES: dict[str, str] = {
    "contact.name": "the customer's name",
    "contact.first_name": "the first of their names",
    "contact.email": "their address",
    "contact.organisation": "their firm",
    "conversation.number": "the number of the conversation, as in #1042",
    "conversation.subject": "what it is about",
    "agent.name": "your name",
    "agent.first_name": "the first of your names",
    "account.name": "the account it leaves from",
    "account.address": "the address it leaves from",
    "date.today": "today as 2026-11-23",
}
"""Every variable and what it stands for."""

NAME_LENGTH = 64
_VARIABLE = re.compile(r"(?<!\\)\{\{ *(?P<name>[^{}|\n]+?) *(?:\|(?P<fallback>[^{}\n]*))?\}\}")
_ESCAPED = re.compile(r"\\(\{\{[^{}\n]*\}\})")
_NAME = re.compile(r"[^\W_](?:[^\x00-\x1f/\\]*[^\s/\\.])?")
_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "mevr", "dhr", "ing", "ir", "sr", "sra"})


@dataclass(frozen=True, slots=True)
class SavedReply:
    """A text to answer with. `name` is how one finds it; `subject` is used for a new mail that has none."""

    name: str
    body: str
    subject: str = ""
    author: str = ""
    updated_at: Instant = Instant(0)


def checked_name(name: str) -> str:
    """The name made safe. Raises Refused for what cannot be one."""
    name = safe_text(name, lines=False).strip()
    if not name:
        raise Refused("a saved reply needs a name")
    if not _NAME.fullmatch(name) or len(name) > NAME_LENGTH:
        raise Refused(f"“{name[:80]}” cannot be the name of a saved reply: letters and digits first, no / in it")
    return name


def checked(reply: SavedReply) -> SavedReply:
    """The reply made safe. Raises Refused for a name that cannot be one, an empty text or a variable there is not."""
    name = checked_name(reply.name)
    body = safe_text(reply.body).strip("\n").rstrip()
    if not body:
        raise Refused(f"The saved reply “{name}” has no text")
    subject = safe_text(reply.subject, lines=False)
    for variable in dict.fromkeys(found["name"] for found in _VARIABLE.finditer(f"{subject}\n{body}")):
        if variable not in VARIABLES:
            near = get_close_matches(variable, VARIABLES, n=1)
            hint = f"did you mean {{{{{near[0]}}}}}?" if near else f"there are {', '.join(VARIABLES)}"
            raise Refused(f"{{{{{variable}}}}} is no variable: {hint}")
    return SavedReply(name, body, subject, reply.author, reply.updated_at)


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with every variable that has a value, or a fallback, filled in. The others stay as they are.

    A name that is no variable stays too, whatever its fallback: it is a slip of the pen.
    """

    def value(found: re.Match[str]) -> str:
        known = values.get(found["name"])
        if known is None:
            return found[0]
        return known or (found[0] if found["fallback"] is None else found["fallback"].strip())

    return _VARIABLE.sub(value, text)


def unresolved(text: str) -> tuple[str, ...]:
    """What is not filled in, as it stands there, each once; lines quoted with `>` are somebody else's words."""
    own = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    return tuple(dict.fromkeys(found[0] for found in _VARIABLE.finditer(own)))


def spans(line: str) -> list[tuple[int, int]]:
    """Where in a line something is not filled in."""
    return [found.span() for found in _VARIABLE.finditer(line)]


def without_escapes(text: str) -> str:
    r"""The text as it goes out: `\{{name}}` without its backslash."""
    return _ESCAPED.sub(r"\1", text)


def first_name(name: str) -> str:
    """What to call somebody: the first word that is no title; of `Vries, Anna de` the one behind the comma."""
    family, comma, given = name.partition(",")
    words = (given if comma and given.strip() else family).split()
    words = [word for word in words if word.lower().rstrip(".") not in _TITLES]
    return words[0] if words and "@" not in words[0] else ""
