"""`omnitui mail`: look at mail files without an account."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from omnitui.core.mail import Address, ParsedMail

SCHEMA = 1


@click.group()
def mail() -> None:
    """Read mail files."""


@mail.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--jsonl", is_flag=True, help="One JSON object a message (otherwise a short summary).")
def parse(files: tuple[str, ...], jsonl: bool) -> None:
    """Parse mail files; an mbox with several messages gives one line each. "-" reads standard input.

    Exit status: 0 every message was read (one that could not be parsed has "error" set), 1 a file could not be
    opened (named on standard error; the others are still printed), 2 the command line is wrong.
    """
    from omnitui.sync.mail.mbox import messages
    from omnitui.sync.mail.parse import parse_mail

    failed = False
    for name in files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as problem:
            click.echo(f"{name}: {problem.strerror or problem}", err=True)
            failed = True
            continue
        for raw in messages(data):
            parsed = parse_mail(raw)
            click.echo(_json_line(name, parsed) if jsonl else _summary(name, parsed))
    sys.exit(1 if failed else 0)


def _people(people: tuple[Address, ...]) -> list[dict[str, str]]:
    return [{"name": person.name, "email": person.email} for person in people]


def _document(name: str, parsed: ParsedMail) -> dict[str, Any]:
    """`text` is the plain-text part only; `reply_text` is there for mails of HTML alone too. An attachment's name
    is empty when the sender gave none."""
    return {
        "schema": SCHEMA,
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


def _json_line(name: str, parsed: ParsedMail) -> str:
    import json

    return json.dumps(_document(name, parsed), ensure_ascii=False)


def _summary(name: str, parsed: ParsedMail) -> str:
    """Four lines for a person."""
    sender = f"{parsed.sender.name} <{parsed.sender.email}>".strip() if parsed.sender else "(no sender)"
    lines = [
        f"{name}: {parsed.subject or '(no subject)'}",
        f"  {sender}, {parsed.date or 'no date'}, {parsed.kind.value}",
        f"  {len(parsed.text)} characters, {len(parsed.attachments)} attachments",
    ]
    return "\n".join(lines + [f"  {text}" for text in (*parsed.notices, parsed.error) if text])
