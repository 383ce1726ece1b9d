"""What one can change on the screen, a script can change from the command line, and gets JSON for it."""

from __future__ import annotations

import click
import pytest

from omnitui.cli.root import omnitui
from omnitui.core.commands import COMMANDS

IN_THE_SHELL = {
    "conversation.close": "close",
    "conversation.reopen": "reopen",
    "conversation.snooze": "snooze --until",
    "conversation.follow_up": "follow-up --by",
    "conversation.assign": "assign --to",
    "conversation.tag": "tag",
    "conversation.state": "pending",
    "conversation.priority": "priority --to",
    "conversation.spam": "spam",
    "conversation.star": "star",
    "conversation.unread": "unread",
    "conversation.merge": "merge",
    "conversation.split": "split",
    "message.react": "message react --off",
    "message.edit": "message edit",
    "message.delete": "message delete",
    "contact.name": "contacts set --name",
    "contact.firm": "contacts set --organisation",
    "contact.notes": "contacts set --notes",
    "contact.merge": "contacts merge",
    "contact.match": "contacts merge",
    "contact.dismiss": "contacts apart",
    "contact.separate": "contacts separate",
    "contact.block": "contacts block --off",
    "undo": "undo",
    "redo": "redo",
    "reply.all": "reply --all",
    "reply.sender": "reply",
    "forward": "reply --forward",
    "note.write": "note",
    "compose.new": "new --to",
    "compose.attach": "reply --attach",
    "compose.later": "reply --at",
    "compose.unless_reply": "reply --unless-reply",
    "compose.follow_up": "reply --follow-up",
    "compose.saved": "reply --saved",
    "compose.quote": "reply --no-quote",
    "draft.delete": "drafts delete",
    "message.older": "older",
    "conversation.why": "why",
}
"""The screen's command to the words that do the same in a shell."""


def told(words: str) -> click.Command:
    """The command that these words name, with the option where there is one."""
    found: click.Command = omnitui
    context = click.Context(found)
    for word in words.split():
        if word.startswith("--"):
            assert word in {name for one in found.params for name in one.opts}, f"{words}: no such option"
            continue
        assert isinstance(found, click.Group)
        inner = found.get_command(context, word)
        assert inner is not None, f"{words}: no such command"
        found = inner
    return found


def test_every_change_has_its_words() -> None:
    assert {command.id for command in COMMANDS if command.undoable} <= set(IN_THE_SHELL)


@pytest.mark.parametrize(("id", "words"), IN_THE_SHELL.items())
def test_the_words_are_there_and_answer_in_json(id: str, words: str) -> None:
    assert id in {command.id for command in COMMANDS}
    assert "--json" in {name for one in told(words).params for name in one.opts}
