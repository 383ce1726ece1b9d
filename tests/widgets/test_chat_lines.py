"""A chat in the thread: runs, marks, what was edited, taken back, answered, missing; and rows of the list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from omnitui.core.blocks import Block, BlockKind
from omnitui.core.mail import Address
from omnitui.core.models import (
    AttachmentRow,
    Delivery,
    MessageBody,
    MessageClass,
    MessageId,
    ReactionMark,
    ThreadMessage,
)
from omnitui.core.times import HOUR, MINUTE, SECOND
from omnitui.widgets.chat_lines import Told
from omnitui.widgets.conversation_row import about, first_line, second_line
from omnitui.widgets.glyphs import ASCII, UNICODE
from omnitui.widgets.lines import Line, width_of
from omnitui.widgets.look import Look
from omnitui.widgets.message_lines import message_lines
from omnitui.widgets.thread_layout import ThreadLayout
from omnitui.widgets.words import clock
from tests.widgets.rows import NOW, message, row

LOOK = Look(60, UNICODE, NOW, "ana")
START = NOW - HOUR


def text_of(lines: list[Line]) -> str:
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)


def said(number: int, **fields: Any) -> ThreadMessage:
    """One of a chat's messages, ten seconds after the one before."""
    known = {"kind": "chat", "at": START + number * 10 * SECOND, "sender": Address("Ana Ruiz", "4711"), "to": ()}
    return message(number, **{**known, **fields})


def ours(number: int, **fields: Any) -> ThreadMessage:
    return said(number, **{"class_": MessageClass.HUMAN, "author": "ana", "sender": Address("Shop", ""), **fields})


def body(number: int, text: str) -> MessageBody:
    return MessageBody(MessageId(number), text, (Block(BlockKind.PARAGRAPH, text),), None)


def of(one: ThreadMessage, before: ThreadMessage | None, text: str, look: Look = LOOK, **told: Any) -> str:
    return text_of(message_lines(one, before, body(one.id, text), [], look, told=Told(**told)))


def test_a_run_stands_under_one_head() -> None:
    first, second = said(1), said(2)
    assert "Ana Ruiz" in of(first, None, "hello")
    assert of(second, first, "anybody there?") == "anybody there?"
    later = said(3, at=second.at + 6 * MINUTE)
    assert "Ana Ruiz" in of(later, second, "hm")
    other = said(3, sender=Address("Ben", "4712"))
    assert "Ben" in of(other, second, "me too")


def test_a_letter_and_a_chat_stand_in_one_thread() -> None:
    letter = message(1, at=START)
    chat = said(2)
    assert "Anna de Vries" in of(letter, None, "Dear shop")
    assert "Ana Ruiz" in of(chat, letter, "hello")
    assert "→ support@shop.example" in of(letter, None, "Dear shop")
    assert "→" not in of(chat, letter, "hello")


def test_time_and_delivery_stand_at_the_end_of_a_line() -> None:
    first = ours(1, delivery=Delivery.READ)
    second = ours(8, delivery=Delivery.DELIVERED)
    assert of(first, None, "Good morning").split("\n")[-2].endswith("read")
    line = of(second, first, "It left today").split("\n")[-1]
    assert line.startswith("It left today")
    assert line.endswith(f"{clock(second.at)}  delivered")
    assert len(line) <= LOOK.width - 2
    full = of(second, first, "x" * (LOOK.width - 2)).split("\n")
    assert full[0] == "x" * (LOOK.width - 2)
    assert full[1].strip() == f"{clock(second.at)}  delivered"


def test_why_it_was_not_sent_is_told_below() -> None:
    text = of(ours(1, delivery=Delivery.ASKING, delivery_detail="The window has closed"), None, "late")
    assert "asking" in text
    assert "The window has closed" in text


def test_an_edit_is_marked_and_its_history_is_a_key_away() -> None:
    edited = said(1, edited_at=START + MINUTE)
    edits = ((START + MINUTE, "it cost 30"),)
    folded = of(edited, None, "it cost 13", edits=edits)
    assert "edited" in folded
    assert "it cost 30" not in folded
    opened = of(edited, None, "it cost 13", replace(LOOK, unfolded=True), edits=edits)
    assert "it cost 13" in opened
    assert f"until {clock(START + MINUTE)}:\n│ it cost 30" in opened


def test_what_was_deleted_is_seen_to_be() -> None:
    gone = said(1, deleted_at=START + MINUTE, preview="the secret")
    file = AttachmentRow(1, MessageId(1), "secret.pdf", "application/pdf", 9, False, True)
    folded = text_of(message_lines(gone, None, body(1, "the secret"), [file], LOOK))
    assert f"deleted {clock(START + MINUTE)}" in folded
    assert "secret" not in folded
    opened = text_of(message_lines(gone, None, body(1, "the secret"), [file], replace(LOOK, unfolded=True)))
    assert "│ the secret" in opened
    assert "secret.pdf" in opened


def test_reactions_say_who() -> None:
    marks = (ReactionMark("👍", 2, ("Ben", "ana"), True), ReactionMark("♥", 1, ("Cy",), False))
    assert "👍 2 Ben, You   ♥ Cy" in of(said(1, reactions=marks), None, "done")


def test_a_reply_quotes_one_line() -> None:
    text = of(ours(2), said(1), "yes", answered=("Ana Ruiz", "is it\nthere " + "y" * 90))
    line = next(line for line in text.split("\n") if line.startswith("│"))
    assert line.startswith("│ Ana Ruiz: is it there yyy")
    assert line.endswith("…")


def test_a_gap_goes_over_the_whole_width() -> None:
    gap = said(1, kind="gap", class_=MessageClass.SYSTEM)
    line = of(gap, said(0), "Something may be missing: kept 24 hours").split("\n")[-1]
    assert line.startswith("── Something may be missing: kept 24 hours ──")
    assert len(line) == LOOK.width - 2
    wide = message_lines(gap, said(0), body(1, "what was lost " * 12), [], LOOK)
    assert all(width_of(line) <= LOOK.width - 2 for line in wide)
    assert text_of(wide).split().count("lost") == 12
    assert "Ana Ruiz" in of(said(2), gap, "hello")


def test_what_the_channel_says_has_no_head() -> None:
    joined = said(1, kind="chat", class_=MessageClass.SYSTEM)
    assert of(joined, said(0), "Ben joined").strip() == f"· {clock(joined.at)}  Ben joined"


@pytest.mark.parametrize("kind", ["call", "voicemail", "sticker", "location", "contact", "poll", "encrypted"])
def test_a_card_names_its_kind(kind: str) -> None:
    assert f"{kind.upper()}  missed, 0:32" in of(said(1, kind=kind), None, "missed, 0:32")


def test_plain_marks_where_the_terminal_has_no_others() -> None:
    look = replace(LOOK, glyphs=ASCII, unfolded=True)
    lines = [
        of(said(1, kind="gap", class_=MessageClass.SYSTEM), said(0), "lost", look),
        of(said(1, deleted_at=START), None, "old", look),
        of(said(2, edited_at=START), said(1), "new", look, edits=((START, "old"),), answered=("Ben", "so")),
    ]
    assert all(text.isascii() for text in lines)


def test_a_reply_finds_what_it_answers_in_the_thread() -> None:
    layout = ThreadLayout(LOOK)
    layout.height = 30
    layout.put([said(1), ours(2, answers_mid="m1"), ours(3, answers_mid="m0")], complete=True)
    layout.give([body(1, "is it there?"), body(2, "yes"), body(3, "no")], [])
    assert "│ Ana Ruiz: is it there?" in text_of(layout.lines(1))
    assert "│ earlier: a message further up" in text_of(layout.lines(2))
    layout.give_edits(MessageId(1), [(START, "was it there?")])
    layout.toggle_fold(MessageId(1))
    assert "│ was it there?" in text_of(layout.lines(0))


def test_of_five_thousand_only_those_near_the_view_are_laid_out() -> None:
    layout = ThreadLayout(LOOK)
    layout.height = 30
    layout.put([said(n) for n in range(5000)], complete=True)
    assert 25 < len(layout.missing()) < 40
    layout.scroll(-15)
    assert len(layout._lines) < 80


def test_a_row_of_the_list_says_what_was_said() -> None:
    chat = row(1, channel="telegram", account="tg", subject="", preview="is it there?")
    assert about(chat) == "is it there?"
    assert about(replace(chat, subject="Name 1")) == "is it there?"
    assert about(replace(chat, subject="#help")) == "#help: is it there?"
    assert about(replace(chat, last_agent_at=NOW)) == "You: is it there?"
    assert about(row(1)) == "Subject 1"
    assert text_of([first_line(chat, 40, UNICODE, NOW, "TG")]).startswith("TG ")
    assert text_of([first_line(chat, 40, UNICODE, NOW, "ZQ")]).startswith("ZQ ")
    assert "(nothing said yet)" in text_of([second_line(replace(chat, preview=""), 60, UNICODE, NOW, False)])
