"""Hostile words in every field that a channel reports: none of them stands in a line that is painted.

The last gate (`widgets/outside_text.py`) is not asked here: nothing may come as far as that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from campaigns._foreign import STEERING
from campaigns._hostile_strings import ATTACKS, CONTROLS
from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    GapEvent,
    IdentityEvent,
    MessageEvent,
    Person,
    ReactionEvent,
    ReceiptEvent,
    RemoteFile,
    TypingEvent,
)
from omnitui.core.channels import Capabilities
from omnitui.core.safe_events import safe_address
from omnitui.core.times import MINUTE, Instant
from omnitui.store import channels, contacts, conversations, matches, messages
from omnitui.store.chat import writing
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.widgets.chat_lines import Told, who_writes
from omnitui.widgets.contact_panel import card_lines
from omnitui.widgets.conversation_row import about, first_line, second_line
from omnitui.widgets.glyphs import UNICODE, ChannelMarks
from omnitui.widgets.lines import Line
from omnitui.widgets.look import Look
from omnitui.widgets.message_lines import message_lines

NOW = Instant(1_800_000_000_000)
IDS = {"conversation", "remote_id", "ref", "reply_to", "key", "merged_into", "html", "url", "capabilities"}
"""What no test of words can put words into: ids by which events belong together, and JSON."""
MEANT = {"kind", "state", "delivery", "direction", "type"}
"""Words of our own, chosen by the connector."""


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_cache(tmp_path / "cache.db", Role.PULL)
    yield connection
    connection.close()


def hostile(value: Any, words: str, *, nameless: bool = False) -> Any:
    """`value` with `words` in each of its texts, also in those that are empty."""
    changes: dict[str, Any] = {}
    for spec in fields(value):
        found = getattr(value, spec.name)
        if spec.name in IDS | MEANT or (nameless and spec.name == "name"):
            continue
        if is_dataclass(found):
            changes[spec.name] = hostile(found, words, nameless=nameless)
        elif isinstance(found, tuple):
            changes[spec.name] = tuple(
                hostile(one, words, nameless=nameless) if is_dataclass(one) else words for one in found
            )
        elif type(found) is str:
            changes[spec.name] = f"{found}{words}"
    return replace(value, **changes)


def events(words: str, *, nameless: bool) -> list[Event]:
    """One of each that is shown."""
    ana = Person("4711", "" if nameless else "Ana")
    file = RemoteFile("1", "photo.png", "image/png", 9, lost="gone ")
    at = [Instant(NOW - (60 - n) * MINUTE) for n in range(40)]

    def message(number: int, **more: Any) -> MessageEvent:
        base: dict[str, Any] = {"direction": Direction.IN, "author": ana, "text": "x ", "title": "Room "}
        return MessageEvent(conversation="c", remote_id=str(number), at=at[number], **{**base, **more})

    ours = Person("shop", "" if nameless else "Ben")
    made: list[Event] = [
        message(1, files=(file,), people=(ana, ours), notices=("read as ",)),
        message(2, reply_to="1"),
        message(3, direction=Direction.OUT, author=ours, delivery="failed", detail="because "),
        message(4, direction=Direction.SYSTEM, author=None),
        message(5, direction=Direction.NOTE, author=ours),
        message(6, direction=Direction.AUTO, author=None),
        *(message(7 + n, kind=kind) for n, kind in enumerate(("call", "voicemail", "location", "contact", "poll"))),
        EditedEvent(conversation="c", remote_id="2", at=at[20], text="y "),
        EditedEvent(conversation="c", remote_id="2", at=at[21], text="z "),
        DeletedEvent(conversation="c", remote_id="7", at=at[22], by="Ana "),
        ReactionEvent(conversation="c", remote_id="3", at=at[23], person=ana, emoji=("👍 ",)),
        ReceiptEvent(conversation="c", at=at[24], state="failed", remote_id="3", detail="why "),
        IdentityEvent(person=replace(ana, handle="@", phone="+1", email="a@b.example", organisation="Firm ")),
        ConversationEvent(
            conversation="c", at=at[25], title="T ", assignee="A ", tags=("tag",), barred="B ", people=(ana,), url="u"
        ),
        GapEvent(since=at[26], until=at[27], reason="R ", conversation="c"),
        TypingEvent(conversation="c", person=replace(ours, address="ben")),
    ]
    return [hostile(one, words, nameless=nameless) for one in made]


def painted(cache: sqlite3.Connection) -> list[Line]:
    """Everything that list, thread and panel show of the one conversation."""
    (id,) = cache.execute("SELECT id FROM conversation").fetchone()
    row = conversations.by_id(id).first(cache)
    card = contacts.card(cache, id)
    assert row is not None
    assert card is not None
    card = replace(card, matches=tuple(matches.possible(card.id).all(cache)))
    thread = messages.thread(id).all(cache)[::-1]
    ids = [message.id for message in thread]
    bodies = {body.message_id: body for body in messages.bodies(ids).all(cache)}
    lines = [first_line(row, 60, UNICODE, NOW, "TG"), ((about(row), ""),), second_line(row, 60, UNICODE, NOW, False)]
    lines += [line for line, _ in card_lines(card, row, 40, (UNICODE, ChannelMarks()), NOW)]
    writers = writing.of_conversation(id, NOW).all(cache)
    assert writers
    lines.append((who_writes([one.name for one in writers]),))
    for unfolded in (False, True):
        look = Look(72, UNICODE, NOW, "ana", unfolded=unfolded)
        before = None
        for message in thread:
            edits = tuple((edit.at, edit.text) for edit in messages.edits(message.id).all(cache))
            files = messages.attachments([message.id]).all(cache)
            quoted = (thread[0].sender.name or thread[0].sender.email, bodies[thread[0].id].text)
            told = Told(answered=quoted if message.kind == "chat" else None, edits=edits)
            lines += message_lines(message, before, bodies.get(message.id), files, look, told=told)
            before = message
    return lines


@pytest.mark.parametrize("nameless", [False, True])
@pytest.mark.parametrize("part", range(6))
def test_nothing_hostile_stands_in_a_line(cache: sqlite3.Connection, part: int, nameless: bool) -> None:
    every = [*CONTROLS, *ATTACKS]
    words = "".join(f"q{one}" for one in every[part::6])
    with transaction(cache):
        number = channels.upsert(cache, "tg", "telegram", "@shop", mark="TG", capabilities=Capabilities())
        store_events(cache, ChatAccount(number, "tg", "telegram"), events(words, nameless=nameless), NOW)
    lines = painted(cache)
    texts = ["".join(text for text, _ in line) for line in lines]
    assert sum("q" in text for text in texts) > 40, "the words are shown, without what is hostile in them"
    found = {char: text for text in texts for char in (*STEERING.findall(text), *("\n" if "\n" in text else ""))}
    assert not found


def test_an_address_is_not_made_into_another_persons() -> None:
    usual = ("+34600111222", "@ana:example.org", "U04711", "ana ruiz", "أنا", "用户")
    assert [safe_address(one) for one in usual] == list(usual)
    assert safe_address("ana\u200b") == "ana%200B"
    assert safe_address("\x1b[2Jana\n") == "%1B[2Jana%0A"
