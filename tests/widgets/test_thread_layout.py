"""The thread: what is shown of each message, and a place in it that does not jump."""

from __future__ import annotations

from dataclasses import replace

from rich.cells import cell_len

from omnitui.core.blocks import Block, BlockKind, Mark, Span
from omnitui.core.mail import Invitation
from omnitui.core.models import AttachmentRow, Delivery, MessageBody, MessageClass, MessageId, ThreadMessage
from omnitui.core.times import MINUTE
from omnitui.widgets.glyphs import ASCII, UNICODE
from omnitui.widgets.lines import Line
from omnitui.widgets.look import Look
from omnitui.widgets.message_lines import message_lines
from omnitui.widgets.thread_layout import ThreadLayout
from tests.widgets.rows import NOW, message

LOOK = Look(60, UNICODE, NOW, "ana")


def text_of(lines: list[Line]) -> str:
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)


def body(number: int, *blocks: Block) -> MessageBody:
    return MessageBody(MessageId(number), "\n".join(b.text for b in blocks), blocks, None)


def layout(count: int, height: int = 10) -> ThreadLayout:
    made = ThreadLayout(LOOK)
    made.height = height
    made.put([message(n) for n in range(count)], complete=True)
    made.give([body(n, Block(BlockKind.PARAGRAPH, f"text {n}")) for n in range(count)], [])
    return made


def test_history_is_folded_and_says_how_much_it_hides() -> None:
    blocks = (
        Block(BlockKind.PARAGRAPH, "Any news?"),
        Block(BlockKind.QUOTE_HEAD, "On Monday you wrote:", folded=True),
        Block(BlockKind.QUOTE, "one\ntwo\nthree", 1, folded=True),
        Block(BlockKind.SIGNATURE, "Anna\nShop", folded=True),
    )
    folded = text_of(message_lines(message(1), None, body(1, *blocks), [], LOOK))
    assert "Any news?" in folded
    assert "▸ 6 quoted lines" in folded
    assert "three" not in folded
    opened = text_of(message_lines(message(1), None, body(1, *blocks), [], replace(LOOK, unfolded=True)))
    assert "│ three" in opened
    assert "Anna" in opened


def test_a_note_stands_in_a_box_and_says_so() -> None:
    note = message(1, class_=MessageClass.NOTE, author="ana")
    lines = message_lines(note, None, body(1, Block(BlockKind.PARAGRAPH, "Carrier case 88")), [], LOOK)
    text = text_of(lines)
    assert "NOTE · only the team sees this" in text
    assert "│ Carrier case 88" in text
    ascii_text = text_of(message_lines(note, None, None, [], replace(LOOK, glyphs=ASCII)))
    assert ascii_text.isascii()


def test_a_link_shows_its_real_host_when_its_text_hides_it() -> None:
    span = Span(6, 10, Mark.LINK, "https://evil.example/x", "evil.example")
    paragraph = Block(BlockKind.PARAGRAPH, "Press here now", spans=(span,))
    assert "Press here (evil.example) [1] now" in text_of(message_lines(message(1), None, body(1, paragraph), [], LOOK))


def test_failures_and_faults_are_told_in_words() -> None:
    failed = message(
        1, class_=MessageClass.HUMAN, author="ana", delivery=Delivery.FAILED, delivery_detail="550 no such user"
    )
    text = text_of(message_lines(failed, None, None, [], LOOK))
    assert "You" in text
    assert "failed" in text
    assert "550 no such user" in text
    broken = text_of(message_lines(message(2, error="too deep"), None, None, [], LOOK))
    assert "could not be read (too deep)" in broken


def test_files_are_numbered_and_invitations_said() -> None:
    files = [AttachmentRow(5, MessageId(1), "label.pdf", "application/pdf", 240_000, False, False)]
    invitation = Invitation("REQUEST", "Visit", "Mon 9:00", "10:00", "Utrecht", "jan")
    text = text_of(message_lines(message(1), None, MessageBody(MessageId(1), "", (), invitation), files, LOOK))
    assert "[1] label.pdf  240 kB" in text
    assert "o fetches it" in text
    assert "Invitation (request): Visit · Mon 9:00" in text


def test_one_head_for_a_run_of_one_sender() -> None:
    first = message(1)
    second = replace(first, id=MessageId(2), at=first.at + MINUTE)
    lines = message_lines(second, first, body(2, Block(BlockKind.PARAGRAPH, "and another thing")), [], LOOK)
    assert text_of(lines).strip() == "and another thing"


def test_it_opens_at_the_end_and_scrolls_both_ways() -> None:
    shown = layout(30)
    assert shown.at_end
    assert "text 29" in text_of([line for _, line in shown.visible()])
    assert not shown.scroll(1)
    assert shown.scroll(-500)
    assert shown.top == (0, 0)
    assert shown.scroll(500)
    assert shown.at_end


def test_older_messages_move_nothing_in_view() -> None:
    shown = layout(30)
    shown.scroll(-20)
    before = [line for _, line in shown.visible()]
    shown.prepend([message(n) for n in range(-30, 0)], complete=True)
    assert [line for _, line in shown.visible()] == before


def test_a_new_message_at_the_end_is_seen_only_by_who_is_there() -> None:
    shown = layout(10)
    shown.put([message(n) for n in range(11)], complete=True)
    assert shown.at_end
    shown.scroll(-15)
    top = shown.messages[shown.top[0]].id
    shown.put([message(n) for n in range(12)], complete=True)
    assert not shown.at_end
    assert abs(int(shown.messages[shown.top[0]].id) - int(top)) <= 2


def test_only_what_is_near_the_view_is_asked_for() -> None:
    shown = ThreadLayout(LOOK)
    shown.height = 10
    shown.put([message(n) for n in range(5000)], complete=True)
    wanted = shown.missing()
    assert 1 <= len(wanted) <= 10
    assert 4999 in wanted


def test_code_is_wrapped_and_nothing_of_it_is_lost() -> None:
    row = "2026-11-23 ERROR " + "x" * 150 + " end"
    lines = message_lines(message(1), None, body(1, Block(BlockKind.CODE, row + "\n  short")), [], LOOK)
    text = text_of(lines)
    assert all(cell_len(line) <= LOOK.width for line in text.split("\n"))
    assert row.replace(" ", "") in text.replace("\n", "").replace("↪", "").replace(" ", "")
    assert text.endswith("    short")
    assert text_of(
        message_lines(message(1), None, body(1, Block(BlockKind.CODE, row)), [], replace(LOOK, glyphs=ASCII))
    ).count("\\ x")


def test_links_are_numbered_after_the_files_and_their_host_is_never_cut_off() -> None:
    words = "Please look at this page here. " + "And so on. " * 3
    at = words.index("here")
    spans = (
        Span(0, 6, Mark.BOLD),
        Span(at, at + 4, Mark.LINK, "https://evil.example/bank", "evil.example"),
        Span(at + 6, at + 9, Mark.LINK, "https://b.example/", "b.example"),
        Span(at + 17, at + 20, Mark.LINK, "https://evil.example/bank", "evil.example"),
    )
    files = [
        AttachmentRow(5, MessageId(1), "photo.jpg", "image/jpeg", 240_000, False, True, 4032, 3024),
        AttachmentRow(6, MessageId(1), "shot.png", "image/png", 9_000, True, True),
    ]
    for width in range(24, 90, 7):
        look = replace(LOOK, width=width)
        paragraph = Block(BlockKind.PARAGRAPH, words, spans=spans)
        text = text_of(message_lines(message(1), None, body(1, paragraph), files, look))
        flat = " ".join(text.split())
        assert "here (evil.example) [3]. And (b.example) [4] so on." in flat
        assert flat.count("[3]") == 2
    assert "[1] photo.jpg  picture 4032×3024, 240 kB" in text
    assert "[2] shot.png  picture in the text 9 kB" in text


def seen(made: ThreadLayout) -> list[str]:
    """The lines in view."""
    return ["".join(text for text, _ in line).rstrip() for _, line in made.visible()]


def chat(numbers: range) -> ThreadLayout:
    """One person's short messages, minutes apart: a run, whose head stands over the first of them."""
    made = ThreadLayout(LOOK)
    made.height = 8
    made.put([said(number) for number in numbers], complete=True)
    made.give([body(number, Block(BlockKind.PARAGRAPH, f"text {number}")) for number in numbers], [])
    return made


def said(number: int) -> ThreadMessage:
    return message(number, kind="chat", at=NOW - (200 - number) * MINUTE)


def test_what_is_said_of_the_time_before_stands_over_the_oldest_only() -> None:
    made = chat(range(100, 120))
    assert made.set_ends(("older messages may be had", ""), ("", ""))
    made.top = (0, 0)
    assert seen(made)[0] == "older messages may be had"
    made.prepend([said(99)], complete=False)
    made.top = (0, 0)
    assert "older messages may be had" not in seen(made)


def test_the_line_that_is_read_stays_when_older_ones_come() -> None:
    made = chat(range(100, 120))
    made.set_ends(("older messages: asked for", ""), ("", ""))
    made.top = (0, 0)
    made.scroll(2)
    before = seen(made)
    # The head of the run moves up to the first of the older ones.
    made.prepend([said(number) for number in range(90, 100)], complete=True)
    assert seen(made)[-3:] == before[-3:]
    made = chat(range(100, 120))
    made.set_ends(("older messages: asked for", ""), ("", ""))
    made.top = (0, 0)
    before = seen(made)
    made.put([said(number) for number in range(95, 120)], complete=False)
    assert seen(made)[-2:] == before[-2:]


def test_who_reads_the_end_still_does_when_older_ones_come() -> None:
    made = chat(range(100, 103))
    made.put([said(number) for number in range(90, 103)], complete=True)
    assert made.at_end
    assert "text 102" in seen(made)[-1]


def test_a_line_under_the_newest_message_comes_and_goes() -> None:
    made = chat(range(100, 120))
    made.to_end()
    made.set_ends(("", ""), ("Ana is typing", ""))
    assert seen(made)[-1] == "Ana is typing"
    made.put([said(number) for number in range(100, 121)], complete=True)
    assert seen(made)[-1] == "Ana is typing"
    made.set_ends(("", ""), ("", ""))
    assert made.at_end
    assert "Ana is typing" not in seen(made)
