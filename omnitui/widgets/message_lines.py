"""A message as lines of a thread: head, folded history, own words, attachments. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from rich.cells import cell_len, chop_cells

from omnitui.core.blocks import Block, BlockKind, Mark, links_in
from omnitui.core.models import AttachmentRow, MessageBody, MessageClass, ThreadMessage
from omnitui.core.text.reflow import rejoined
from omnitui.core.times import MINUTE
from omnitui.widgets.cells import cut, wrap
from omnitui.widgets.chat_lines import (
    CARDS,
    NOTHING,
    Told,
    aside,
    card,
    head,
    history,
    is_chat,
    marks,
    quoted,
    reactions,
    same_run,
    taken_back,
    with_marks,
)
from omnitui.widgets.lines import Line, Piece, sides, width_of
from omnitui.widgets.look import DELIVERY_ROLES, Look, who
from omnitui.widgets.words import clock, day, several, size

RUN = 5 * MINUTE
"""Messages of one sender within this time stand under one head."""
LONG_CODE = 24
"""Lines of a log or of code that are shown before the rest is folded."""

_NO_LINKS: Mapping[str, int] = {}


def message_lines(
    message: ThreadMessage,
    before: ThreadMessage | None,
    body: MessageBody | None,
    files: Sequence[AttachmentRow],
    look: Look,
    subject: str | None = None,
    *,
    told: Told = NOTHING,
) -> list[Line]:
    """Every line of one message, given the one before it (for the day's rule and for runs).

    In a timeline, `subject` is what its conversation is about; it is told where another one goes on.
    """
    lines: list[Line] = []
    new_day = before is None or day(before.at, look.now) != day(message.at, look.now)
    if new_day:
        lines += [(), _day_rule(message, look)]
    if subject is not None and (before is None or before.conversation_id != message.conversation_id):
        lines += [(), _conversation_line(message, subject, look)]
        before = None
    if message.class_ is MessageClass.NOTE:
        return [*lines, (), *_note(message, body, look)]
    if is_chat(message):
        return [*lines, *_chat(message, None if new_day else before, body, files, (look, told))]
    if new_day or before is None or not _same_run(before, message):
        lines += [(), _head(message, look), *_addresses(message, before, look)]
    else:
        lines.append(())
    for text in (
        message.error and f"This mail could not be read ({message.error}); V shows it as it came.",
        *message.notices,
    ):
        if text:
            lines += _wrapped(text, "warn", look.measure, look.glyphs.urgent + " ")
    if body is None:
        lines += _wrapped(message.preview or "...", "muted", look.measure)
    else:
        links = {url: number for number, url in enumerate(links_in(body.blocks), len(files) + 1)}
        lines += body_lines(body.blocks, look, links)
        lines += _invitation(body, look)
    if files and body is not None:
        lines.append(())
    lines += [_file(number, file, look) for number, file in enumerate(files, 1)]
    return lines + _delivery(message, look)


def _chat(
    message: ThreadMessage,
    before: ThreadMessage | None,
    body: MessageBody | None,
    files: Sequence[AttachmentRow],
    shown: tuple[Look, Told],
) -> list[Line]:
    """A message of a chat: short ones of one writer follow each other under one head."""
    look, told = shown
    told_by_nobody = aside(message, body, look)
    if told_by_nobody is not None:
        return [(), *told_by_nobody]
    before = before if before is not None and same_run(before, message) else None
    lines: list[Line] = [] if before is not None else [(), head(message, look)]
    lines += quoted(told, look)
    for notice in message.notices:
        lines += _wrapped(notice, "warn", look.measure, look.glyphs.urgent + " ")
    own = _said(message, body, look, len(files))
    lines += own if before is None else with_marks(own, marks(message, before, look), look.width - 2)
    if message.deleted_at is None or look.unfolded:
        lines += [_file(number, file, look) for number, file in enumerate(files, 1)]
    lines += history(told, look)
    lines += reactions(message.reactions, look)
    return lines + _delivery(message, look)


def _said(message: ThreadMessage, body: MessageBody | None, look: Look, files: int) -> list[Line]:
    if message.deleted_at is not None:
        return taken_back(message, body, look)
    if message.kind in CARDS:
        return card(message, body, look)
    if body is None:
        return _wrapped(message.preview or "...", "muted", look.measure)
    links = {url: number for number, url in enumerate(links_in(body.blocks), files + 1)}
    return body_lines(body.blocks, look, links)


def _delivery(message: ThreadMessage, look: Look) -> list[Line]:
    """Why it is held, asks or has failed."""
    if message.delivery not in DELIVERY_ROLES or not message.delivery_detail:
        return []
    return _wrapped(message.delivery_detail, DELIVERY_ROLES[message.delivery], look.measure, "  ")


def _conversation_line(message: ThreadMessage, subject: str, look: Look) -> Line:
    left: Line = ((f"#{message.conversation_id} ", "key"), (subject or "(no subject)", "accent"))
    return sides(left, (), look.width - 2)


def _same_run(before: ThreadMessage, message: ThreadMessage) -> bool:
    return (
        before.class_ is message.class_
        and before.sender.email == message.sender.email
        and before.author == message.author
        and message.at - before.at < RUN
        and not message.delivery
        and message.kind == before.kind
    )


def _day_rule(message: ThreadMessage, look: Look) -> Line:
    words = f" {day(message.at, look.now)} "
    room = max(look.width - 2 - len(words) - 2, 0)
    return ((look.glyphs.rule * 2 + words + look.glyphs.rule * room, "muted"),)


def _head(message: ThreadMessage, look: Look) -> Line:
    kinds = {"bounce": "delivery report", "auto": "automatic", "list": "mailing list"}
    kind = kinds.get(message.kind, "") or ("automatic" if message.class_ is MessageClass.AUTO else "")
    left: list[Piece] = [(who(message, look.me), "ours" if message.ours else "theirs")]
    if kind:
        left.append((f"  {kind}", "warn" if message.kind == "bounce" else "muted"))
    if not message.seen and not message.ours:
        left.append(("  new", "accent"))
    right: list[Piece] = [(clock(message.at), "muted")]
    if message.delivery:
        right.append((f"  {message.delivery.value}", DELIVERY_ROLES.get(message.delivery, "ok")))
    return sides(tuple(left), tuple(right), look.width - 2)


def _addresses(message: ThreadMessage, before: ThreadMessage | None, look: Look) -> list[Line]:
    """To and Cc, where they differ from the message before or there are several people."""
    if before is not None and (before.to, before.cc) == (message.to, message.cc):
        return []
    lines: list[Line] = []
    for word, people in (("to", message.to), ("cc", message.cc), ("bcc", message.bcc)):
        if people and (word != "to" or before is None or len(people) > 1 or message.ours):
            names = ", ".join(person.email or person.name for person in people)
            lines.append(((cut(f"{look.glyphs.arrow if word == 'to' else word} {names}", look.width - 2), "muted"),))
    return lines


def _note(message: ThreadMessage, body: MessageBody | None, look: Look) -> list[Line]:
    """Notes alone stand in a box, and say NOTE."""
    width = look.measure
    left, right, low_left, low_right = tuple(look.glyphs.corners)
    rule = look.glyphs.rule
    title = f" NOTE {look.glyphs.dot} only the team sees this "
    author = cut(f" {who(message, look.me)} {clock(message.at)} ", max(width - 8, 8))
    title = cut(title, max(width - 5 - len(author), 6))
    dashes = max(width - 4 - width_of(((title, ""), (author, ""))), 0)
    top = f"{left}{rule}{title}{rule * dashes}{author}{rule}{right}"
    text = body.text if body is not None else message.preview
    side = (look.glyphs.upright, "note")
    inner = [sides((side, (" " + part, "")), (side,), width) for _, part in wrap(text, width - 4)]
    return [((top, "note"),), *inner, ((f"{low_left}{rule * (width - 2)}{low_right}", "note"),)]


def body_lines(blocks: Sequence[Block], look: Look, links: Mapping[str, int] = _NO_LINKS) -> list[Line]:
    """The blocks of a body; what is folded is one line that says how much it hides. `links`: their numbers."""
    lines: list[Line] = []
    for folded, group in groupby(blocks, key=lambda block: block.folded and not look.unfolded):
        run = list(group)
        if folded:
            lines.append(_fold(run, look))
            continue
        for number, block in enumerate(run):
            if number and not (block.kind is BlockKind.LIST_ITEM and run[number - 1].kind is BlockKind.LIST_ITEM):
                lines.append(())
            lines += _block(block, look, links)
    return lines


def _fold(run: Sequence[Block], look: Look) -> Line:
    count = sum(block.text.count("\n") + 1 for block in run)
    kinds = {block.kind for block in run}
    if kinds == {BlockKind.SIGNATURE}:
        words = f"signature, {several(count, 'line')}"
    elif kinds & {BlockKind.QUOTE, BlockKind.QUOTE_HEAD}:
        words = several(count, "quoted line")
    else:
        words = f"{several(count, 'line')} more"
    return ((f"{look.glyphs.fold} {words}", "quote"),)


def _block(block: Block, look: Look, links: Mapping[str, int]) -> list[Line]:
    width, glyphs = look.measure, look.glyphs
    match block.kind:
        case BlockKind.RULE:
            return [((glyphs.rule * min(width, 24), "muted"),)]
        case BlockKind.IMAGE:
            return [((cut(f"[image: {block.text or 'no description'}]", width), "muted"),)]
        case BlockKind.HEADING:
            return _spanned(block, "strong", width, links=links)
        case BlockKind.LIST_ITEM:
            marker = "  " * block.depth + (block.marker or glyphs.dot) + " "
            return _spanned(block, "", width, marker, " " * len(marker), links)
        case BlockKind.CODE:
            return _code(block, look)
        case BlockKind.QUOTE:
            bar = (glyphs.upright + " ") * max(block.depth, 1)
            return _spanned(replace(block, text=rejoined(block.text)), "quote", width, bar, bar, links)
        case BlockKind.QUOTE_HEAD | BlockKind.SIGNATURE:
            return _spanned(block, "quote", width, links=links)
        case _:
            return _spanned(replace(block, text=rejoined(block.text)), "", width, links=links)


def _code(block: Block, look: Look) -> list[Line]:
    rows = block.text.split("\n")
    shown = rows if look.unfolded or len(rows) <= LONG_CODE else rows[: LONG_CODE - 4]
    lines: list[Line] = [line for row in shown for line in _code_row(row, look)]
    if len(shown) < len(rows):
        lines.append(((f"{look.glyphs.fold} {several(len(rows) - len(shown), 'line')} more", "quote"),))
    return lines


def _code_row(row: str, look: Look) -> Iterator[Line]:
    """A row of code with its spacing kept; one that is too long goes on below, with a mark that it does."""
    width = max(look.width - 4, 8)
    first, *more = chop_cells(row, width) if len(row) * 2 > width and cell_len(row) > width else [row]
    yield (("  " + first, "code"),)
    for part in more:
        yield ((look.glyphs.wrapped + " ", "muted"), (part, "code"))


def _stretches(block: Block, links: Mapping[str, int]) -> tuple[str, list[tuple[int, int, str]]]:
    """The text of a block and its marked stretches (from, to, role), in order. Behind each link stands its number, and
    its real host where its words hide that: as text, so that wrapping never cuts it off."""
    roles = {Mark.BOLD: "strong", Mark.ITALIC: "strong", Mark.LINK: "link"}
    spans = sorted(block.spans, key=lambda span: (span.start, span.end))
    if not links:
        return block.text, [(span.start, span.end, roles[span.mark]) for span in spans]
    text, found, at, grown = "", [], 0, 0
    for span in spans:
        found.append((span.start + grown, span.end + grown, roles[span.mark]))
        if span.mark is not Mark.LINK or span.url not in links or span.end < at:
            continue
        hidden = span.host and span.host not in block.text[span.start : span.end]
        note = f" ({span.host}) [{links[span.url]}]" if hidden else f" [{links[span.url]}]"
        text += block.text[at : span.end] + note
        at = span.end
        found.append((len(text) - len(note), len(text), "muted"))
        grown += len(note)
    return text + block.text[at:], found


def _spanned(
    block: Block, role: str, width: int, first: str = "", rest: str = "", links: Mapping[str, int] = _NO_LINKS
) -> list[Line]:
    """A block's text wrapped, its links and emphasis marked."""
    whole, marked = _stretches(block, links)
    lines: list[Line] = []
    for start, text in wrap(whole, width - len(first or rest)):
        pieces: list[Piece] = [(rest if lines else first, role or "muted")] if first or rest else []
        at = start
        for begins, ends, mark in marked:
            begin, end = max(begins, at), min(ends, start + len(text))
            if begin >= end:
                continue
            pieces.append((whole[at:begin], role))
            pieces.append((whole[begin:end], f"{role} {mark}".strip()))
            at = end
        pieces.append((text[at - start :], role))
        lines.append(tuple(piece for piece in pieces if piece[0]))
    return lines


def _invitation(body: MessageBody, look: Look) -> Iterator[Line]:
    invitation = body.invitation
    if invitation is None:
        return
    parts = (invitation.summary, invitation.starts, invitation.ends and f"until {invitation.ends}", invitation.place)
    words = f"Invitation ({invitation.method.lower() or 'event'}): " + f" {look.glyphs.dot} ".join(
        p for p in parts if p
    )
    yield from _wrapped(words, "accent", look.measure)


def _file(number: int, file: AttachmentRow, look: Look) -> Line:
    where = "" if file.here else " (on the server; o fetches it)"
    what = size(file.size)
    if file.type.startswith("image/"):
        pixels = f"{file.width}{look.glyphs.times}{file.height}, " if file.width else ""
        what = f"{'picture in the text' if file.inline else 'picture'} {pixels}{what}"
    room = look.measure - len(f"[{number}]   {what}{where}")
    return ((f"[{number}] ", "key"), (cut(file.name, max(room, 12)), "link"), (f"  {what}{where}", "muted"))


def _wrapped(text: str, role: str, width: int, lead: str = "") -> list[Line]:
    return [
        ((lead if not n else " " * len(lead), role), (part, role))
        for n, (_, part) in enumerate(wrap(text, width - len(lead)))
    ]
