"""`omnitui mail`: look at mail files without an account."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from omnitui.cli.arguments import PLACE
from omnitui.cli.exits import Exit
from omnitui.cli.output import emit_line, say, write

if TYPE_CHECKING:
    from omnitui.core.mail import Address, ParsedMail


@click.group()
def mail() -> None:
    """Read mail files."""


@mail.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=PLACE)
@click.option("--jsonl", is_flag=True, help="One JSON object a message (otherwise a short summary).")
def parse(files: tuple[str, ...], jsonl: bool) -> int:
    """Parse mail files; an mbox with several messages gives one line each. "-" reads standard input.

    A file that cannot be opened is named on standard error and the others are still printed; a mail that cannot be
    parsed is printed with its "error". The exit code tells of either.
    """
    from omnitui.sync.mail.mbox import messages
    from omnitui.sync.mail.parse import parse_mail

    outcome = Exit.OK
    for name in files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as problem:
            say(f"{name}: {problem.strerror or problem}")
            outcome = Exit.MISSING
            continue
        for raw in messages(data):
            parsed = parse_mail(raw)
            if parsed.error is not None and outcome is Exit.OK:
                outcome = Exit.FOUND
            if jsonl:
                emit_line(_document(name, parsed))
            else:
                write(_summary(name, parsed))
    return outcome


def _people(people: tuple[Address, ...]) -> list[dict[str, str]]:
    return [{"name": person.name, "email": person.email} for person in people]


def _document(name: str, parsed: ParsedMail) -> dict[str, Any]:
    """`text` is the plain-text part only; `reply_text` is there for mails of HTML alone too. An attachment's name
    is empty when the sender gave none."""
    return {
        "file": name,
        "message_id": parsed.message_id,
        "subject": parsed.subject,
        "from": _people((parsed.sender,))[0] if parsed.sender else None,
        "to": _people(parsed.to),
        "cc": _people(parsed.cc),
        "date": parsed.date or None,
        "text": "" if parsed.text_from_html else parsed.text,
        "reply_text": parsed.reply_text,
        "html": parsed.html,
        "attachments": [
            {"name": a.name if a.named else "", "type": a.type, "size": a.size, "sha256": a.sha256}
            for a in parsed.attachments
        ],
        "kind": parsed.kind.value,
        "notices": list(parsed.notices),
        "error": parsed.error,
    }


def _summary(name: str, parsed: ParsedMail) -> str:
    """Four lines for a person."""
    sender = f"{parsed.sender.name} <{parsed.sender.email}>".strip() if parsed.sender else "(no sender)"
    lines = [
        f"{name}: {parsed.subject or '(no subject)'}",
        f"  {sender}, {parsed.date or 'no date'}, {parsed.kind.value}",
        f"  {len(parsed.text)} characters, {len(parsed.attachments)} attachments",
    ]
    return "\n".join(lines + [f"  {text}" for text in (*parsed.notices, parsed.error) if text])
