"""The operators of the query language: one table for the parser, completion, help and the generated docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ValueKind(Enum):
    """What may stand behind the colon."""

    CHOICE = "one of a list"
    TEXT = "words"
    NAME = "a name"
    DATE = "a date"
    AGE = "an age"
    NUMBER = "a number"
    PRIORITY = "a priority"
    DURATION = "a duration"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `values`: each with its help, all there are for a CHOICE, proposals for a NAME."""

    name: str
    kind: ValueKind
    help: str
    example: str
    values: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()


PRIORITIES = {"low": -1, "normal": 0, "high": 1, "urgent": 2}

OPERATORS: tuple[Operator, ...] = (
    Operator(
        "is",
        ValueKind.CHOICE,
        "What state it is in.",
        "is:waiting",
        (
            ("open", "being worked on"),
            ("pending", "waits for the customer or a third party"),
            ("snoozed", "comes back later"),
            ("closed", "done"),
            ("spam", "spam"),
            ("hidden", "from blocked senders only, or our own traffic"),
            ("waiting", "the customer wrote last and nobody has answered"),
            ("unread", "has an unread message"),
            ("read", "has no unread message"),
            ("starred", "has a star"),
            ("draft", "has a draft"),
            ("failed", "a message could not be sent"),
            ("queued", "a message is to be sent"),
            ("followup", "opens again at a time, unless they reply before"),
            ("mine", "assigned to me"),
            ("assigned", "assigned to somebody"),
            ("unassigned", "assigned to nobody"),
        ),
    ),
    Operator(
        "assignee", ValueKind.NAME, "Whose it is.", "assignee:me", (("me", "mine"), ("none", "nobody's")), ("agent",)
    ),
    Operator("tag", ValueKind.NAME, "Has a tag.", "tag:refund"),
    Operator("channel", ValueKind.NAME, "Came by a channel.", "channel:email"),
    Operator("account", ValueKind.NAME, "Belongs to one of our accounts.", "account:support"),
    Operator("folder", ValueKind.NAME, "Has a message in a mail folder.", "folder:INBOX"),
    Operator("from", ValueKind.TEXT, "Somebody with this name or address wrote in it.", "from:ana"),
    Operator(
        "to", ValueKind.TEXT, "A message went to this name or address (Cc and Bcc too).", "to:billing@shop.example"
    ),
    Operator("contact", ValueKind.TEXT, "With a contact of this name or address.", 'contact:"Anna de Vries"'),
    Operator(
        "organisation",
        ValueKind.TEXT,
        "With a contact of this organisation.",
        "organisation:acme",
        aliases=("organization", "org"),
    ),
    Operator("subject", ValueKind.TEXT, "Words of the subject.", 'subject:"lost parcel"'),
    Operator(
        "has",
        ValueKind.CHOICE,
        "What it holds.",
        "has:attachment",
        (("attachment", "a file"), ("note", "a note of the team"), ("draft", "a draft")),
    ),
    Operator(
        "kind",
        ValueKind.CHOICE,
        "Holds a message of this kind.",
        "kind:bounce",
        (
            ("bounce", "a report that our mail did not arrive"),
            ("auto", "an automatic answer"),
            ("list", "a mailing list's mail"),
            ("mail", "ordinary mail"),
        ),
    ),
    Operator(
        "before",
        ValueKind.DATE,
        "The last message is from before the start of this day.",
        "before:2026-01-05",
        aliases=("until",),
    ),
    Operator("after", ValueKind.DATE, "The last message is from this day or later.", "after:mon", aliases=("since",)),
    Operator("older", ValueKind.AGE, "The last message is older than this.", "older:30d"),
    Operator("newer", ValueKind.AGE, "The last message is at most this old.", "newer:2w"),
    Operator(
        "priority",
        ValueKind.PRIORITY,
        "Its priority; <, <=, > and >= compare.",
        "priority:>=high",
        tuple((name, "") for name in PRIORITIES),
    ),
    Operator("sla", ValueKind.DURATION, "Due within this time (<), or not before it (>).", "sla:<1h"),
    Operator("id", ValueKind.NUMBER, "The conversation with this number.", "id:1042"),
)

_BY_NAME = {name: operator for operator in OPERATORS for name in (operator.name, *operator.aliases)}


def operator_named(name: str) -> Operator | None:
    """The operator with this name or alias, in any case."""
    return _BY_NAME.get(name.lower())


def operator_names() -> list[str]:
    """All names and aliases."""
    return list(_BY_NAME)


def suggest(word: str, among: list[str] | None = None) -> str:
    """The likeliest meant of `among` (operators when not given); empty when none is near."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.lower(), among or operator_names(), 1, 0.6)), "")


def describe() -> str:
    """The query language as a Markdown table, for the docs and the help screen."""
    rows = ["| write | means | values |", "|---|---|---|"]
    for operator in OPERATORS:
        values = ", ".join(f"`{value}`" for value, _ in operator.values) or operator.kind.value
        rows.append(f"| `{operator.example}` | {operator.help} | {values} |")
    rows += [
        "| `parcel lost` | Both words, anywhere: subject, text, people, file names. | |",
        '| `"lost parcel"` | The words in this order. | |',
        "| `ref*` | Words that begin so. | |",
        "| `-tag:vip` | Not. | |",
        "| `tag:a or tag:b` | Either; parentheses group. | |",
    ]
    return "\n".join(rows)
