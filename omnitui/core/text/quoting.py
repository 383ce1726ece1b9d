"""Whose words are whose: history and signature are folded, never removed.

If nothing would be left, or an answer stands between two quotes, everything is shown. A forwarded mail is shown:
it was sent to be read. A quote that no line announces and that text follows was picked by the writer, and stays too.
All of it is linear in the length of the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omnitui.core.blocks import Block, BlockKind, Span
from omnitui.core.text.heads import FIRST_OF_HEAD, LAST_OF_HEAD, Head, HeadKind, head_at
from omnitui.core.text.vocabulary import DEVICE, FORWARDED, SENT_FROM

_WORD = re.compile(r"[^\W_]|[^\x00-\x7f\u1427]")
_BARE_RULE = re.compile(r"[-_=*#~+‐―—–─\u1427 ]+$")
_DELIMITER = re.compile(r"\s*(?:--|—|–|_{20,}|-{30,})\s*$")
_NAMED_QUOTE = re.compile(r"(?:[A-Za-z]{1,16}>|\|)(?: |$)")
"""Quote marks that name the writer ("Ana> yes"), and bars."""
_OTHER_MARK = re.compile(r" {0,4}[|#):%}+!~\]-]{1,3}(?= ?\S|\s*$)")
_OMISSION = re.compile(r"\s*(?:[\[(<{].{0,60}[\])>}]|\.{2,}|…)?\s*$")
"""What stands for words left out: "[...]", "<snip>"."""
_LIST = re.compile(
    r"(?i)\blists?\b|listinfo|mailman|subscri|afmelden|abmelden|désabonn|darse de baja|sponsored|退訂|退订"
)
_LONGEST_FOOTER = 800
_LONGEST_UNSURE = 1200
_LONGEST_SIGNATURE = 20
_LONGEST_DEVICE_LINE = 120
_SENT_LAST = ("傳送", "发送", "送信", "送信しました", "보냄", "gesendet", "gönderildi", "lähetetty")
_BETWEEN = {BlockKind.LIST_ITEM: "\n", BlockKind.QUOTE: "\n>\n"}
_HELD_TOGETHER = (BlockKind.QUOTE, BlockKind.IMAGE)


class _Rows:
    """The lines of all blocks, one list for each thing known of them; `owner` is -1 for the gap between two blocks."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.lines: list[str] = []
        """Empty for a block that is not looked into."""
        self.owner: list[int] = []
        self.quoted: set[int] = set()
        self.images: set[int] = set()
        self.named: set[int] = set()
        """First rows of what HTML itself named a head or a signature."""
        for number, block in enumerate(blocks):
            if number:
                self.lines.append("")
                self.owner.append(-1)
            kind = block.kind
            if kind is BlockKind.QUOTE or (kind is BlockKind.IMAGE and block.depth):
                self.quoted.add(len(self.lines))
            elif kind is BlockKind.IMAGE:
                self.images.add(number)
            elif kind is BlockKind.QUOTE_HEAD or kind is BlockKind.SIGNATURE:
                self.named.add(len(self.lines))
            if kind in _HELD_TOGETHER:
                self.lines.append("")
                self.owner.append(number)
            else:
                lines = block.text.split("\n")
                self.lines += lines
                self.owner += [number] * len(lines)


@dataclass(slots=True)
class _Part:
    """Rows `start` to `end` that belong together."""

    kind: str
    """own, quote, history, signature, forward."""
    start: int
    end: int
    head: int = 0
    """How many rows at the start announce it."""
    cut: int = 0
    folded: bool = False


def split_reply(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The same blocks in the same order, cut where needed, with history and signatures folded and named.

    Meant for blocks fresh from a parser: what it returns is not to be split again.
    """
    rows = _Rows(blocks)
    parts = _parts(blocks, rows)
    if len(parts) == 1 and parts[0].kind == "own":
        return tuple(blocks)
    _fold(rows, parts)
    return tuple(_rebuilt(blocks, rows, parts))


def reply_words(blocks: Iterable[Block]) -> str:
    """The writer's own words as text: what is not folded, with quote and list marks; a head at the top is left out."""
    pieces: list[str] = []
    before: BlockKind | None = None
    for block in blocks:
        if block.folded or block.kind is BlockKind.IMAGE or (block.kind is BlockKind.QUOTE_HEAD and before is None):
            continue
        text = block.text
        if block.kind is BlockKind.QUOTE:
            mark = "> " * max(block.depth, 1)
            text = "\n".join((mark + line).rstrip() for line in text.split("\n"))
        elif block.kind is BlockKind.LIST_ITEM:
            text = f"{'  ' * block.depth}{block.marker} {text}"
        same = before is block.kind
        pieces.append(_BETWEEN.get(block.kind, "\n\n") if same else "\n\n")
        pieces.append(text)
        before = block.kind
    return "".join(pieces[1:]).strip("\n")


def _parts(blocks: Sequence[Block], rows: _Rows) -> list[_Part]:
    """The mail from top to bottom as parts, each row in exactly one."""
    parts: list[_Part] = []
    lines, quoted, named = rows.lines, rows.quoted, rows.named
    at = since = 0
    while at < len(lines):
        part: _Part | None = None
        line = lines[at]
        if line and at not in named:
            if (line[-1] in LAST_OF_HEAD or line[0] in FIRST_OF_HEAD or ":" in line[:33] or "：" in line[:33]) and (
                head := head_at(lines, at, since)
            ):
                part = _headed(rows, head)
            elif ">" in line[:18] and (end := _named_end(lines, at)) > at + 1:
                part = _Part("quote", at, end)
        elif at in quoted:
            part = _Part("quote", at, _quote_end(rows, at))
        elif at in named:
            part = _given(blocks, rows, at)
        if part is None:
            at += 1
            continue
        if part.start > since or part.cut:
            parts.append(_Part("own", since, part.start))
        parts.append(part)
        at = since = part.end
    if since < len(lines) or not parts:
        parts.append(_Part("own", since, len(lines)))
    return _with_signatures(lines, parts)


def _given(blocks: Sequence[Block], rows: _Rows, at: int) -> _Part:
    """A part that the HTML named itself."""
    block = rows.owner[at]
    size = len(rows.lines)
    end = at + 1
    while end < size and rows.owner[end] == block:
        end += 1
    if blocks[block].kind is BlockKind.SIGNATURE:
        return _Part("signature", at, end)
    if FORWARDED.match(rows.lines[at].strip("-‐―—–_* ")):
        return _Part("forward", at, size, end - at)
    below = end
    while below < size and rows.owner[below] < 0:
        below += 1
    if below in rows.quoted:
        return _Part("quote", at, _quote_end(rows, below), end - at)
    return _Part("history", at, size, end - at)


def _headed(rows: _Rows, head: Head) -> _Part | None:
    lines, quoted = rows.lines, rows.quoted
    below = head.end
    while below < len(lines) and below not in quoted and not lines[below].strip():
        below += 1
    size = head.end - head.start
    if head.kind is HeadKind.FORWARD:
        return _Part("forward", head.start, len(lines), size)
    if below in quoted:
        return _Part("quote", head.start, _quote_end(rows, below), size, head.cut)
    if below < len(lines) and (end := _marked_end(rows, below)) > below:
        return _Part("quote", head.start, end, size, head.cut)
    if head.kind is HeadKind.WEAK:
        return None
    after = below
    while after < len(lines) and after not in quoted and after < below + 4 and _OMISSION.match(lines[after]):
        after += 1
    if after in quoted:
        return _Part("quote", head.start, _quote_end(rows, after), size, head.cut)
    return _Part("history", head.start, len(lines), size)


def _marked_end(rows: _Rows, at: int) -> int:
    """The line after those that, below an announcement, bear one mark of another kind than `>`; `at` when none does.

    The mark ("|", "#", ")", "--]", ...) must stand before three lines in a row, or before all there are.
    """
    lines = rows.lines
    found = _OTHER_MARK.match(lines[at])
    if not found:
        return at
    mark = found[0].strip()
    end = at
    while end < len(lines) and lines[end].lstrip().startswith(mark):
        end += 1
    rest = end < len(lines) and any(line.strip() for line in lines[end : end + 3])
    return end if end - at >= 3 or not rest else at


def _named_end(lines: list[str], at: int) -> int:
    """The line after those that bear the named quote mark of line `at`; `at` when it has none."""
    found = _NAMED_QUOTE.match(lines[at])
    if not found:
        return at
    mark = found[0].rstrip()
    end = at
    while end < len(lines) and lines[end].startswith(mark):
        end += 1
    return end


def _quote_end(rows: _Rows, at: int) -> int:
    """The row after the quotes that begin at `at`, with the gaps behind them."""
    while (
        at < len(rows.lines) and (at in rows.quoted or not rows.lines[at].strip()) and rows.owner[at] not in rows.images
    ):
        at += 1
    return at


def _with_signatures(lines: list[str], parts: list[_Part]) -> list[_Part]:
    """Own parts with the signature at their end set apart; only the last words before history or the end can be one."""
    out: list[_Part] = []
    for part in parts:
        if part.kind != "own":
            out.append(part)
            continue
        start = _signature_start(lines, part.start, part.end)
        if start > part.start or start == part.end:
            out.append(_Part("own", part.start, start))
        if start < part.end:
            out.append(_Part("signature", start, part.end))
    return out


def _signature_start(lines: list[str], start: int, end: int) -> int:
    """Where the signature of the rows begins; `end` when there is none."""
    at = _above_device_lines(lines, start, end)
    for number in range(max(start, at - _LONGEST_SIGNATURE), at):
        if _DELIMITER.match(lines[number]) and _is_signature(lines, start, number, at):
            at = _above_device_lines(lines, start, number)
            break
    while at < end and not lines[at].strip():
        at += 1
    return at


def _above_device_lines(lines: list[str], start: int, end: int) -> int:
    """`end` without the empty lines, rules and lines of devices above it."""
    while end > start:
        line = lines[end - 1].strip()
        if line and not _BARE_RULE.match(line) and not _is_device_line(line):
            break
        end -= 1
    return end


def _is_device_line(line: str) -> bool:
    bare = line.strip(" \t<>()[]*_-‐―—–.\"'“”")
    if not bare or len(bare) > _LONGEST_DEVICE_LINE:
        return False
    if SENT_FROM.match(bare):
        return bool(DEVICE.search(bare)) or bare[:13].lower() == "sent from my "
    if len(bare) < 60 and bare.endswith(_SENT_LAST):
        return bool(DEVICE.search(bare))
    return bool(len(bare) < 40 and re.match(r"(?i)from my |someone from mobile", bare) and DEVICE.search(bare))


def _is_signature(lines: list[str], start: int, at: int, end: int) -> bool:
    """Whether rows `at` to `end`, below a delimiter, are a signature: always below "-- " (RFC 3676 section 4.3).

    Below dashes alone they ask nothing, and there is no second such line; below a long rule they are a list's footer:
    short, and speaking of a list.
    """
    delimiter = lines[at]
    text = "\n".join(lines[at + 1 : end])
    if delimiter == "-- ":
        return True
    if len(text) < _LONGEST_FOOTER and ("://" in text or "@" in text) and _LIST.search(text):
        return True
    if len(delimiter.strip()) > 3 or len(text) > _LONGEST_UNSURE or "?" in text.replace("/?", ""):
        return False
    return not any(lines[n].strip() == "--" for n in range(start, end) if n != at)


def _fold(rows: _Rows, parts: list[_Part]) -> None:
    own = [n for n, part in enumerate(parts) if part.kind == "own" and _has_words(rows, part)]
    quotes = [n for n, part in enumerate(parts) if part.kind in ("quote", "history")]
    between = bool(quotes) and any(quotes[0] < n < quotes[-1] for n in own)
    last_own = own[-1] if own else -1
    for number, part in enumerate(parts):
        picked = part.kind == "quote" and not part.head and number < last_own
        part.folded = part.kind == "signature" or (part.kind in ("quote", "history") and not between and not picked)
    shown = own or any(part.kind == "forward" or (part.kind == "quote" and not part.folded) for part in parts)
    if not shown:
        for part in parts:
            part.folded = False


def _has_words(rows: _Rows, part: _Part) -> bool:
    return part.start == part.end or any(map(_WORD.search, rows.lines[part.start : part.end]))


def _rebuilt(blocks: Sequence[Block], rows: _Rows, parts: list[_Part]) -> Iterable[Block]:
    starts = _starts(rows)
    for part in parts:
        kind = BlockKind.SIGNATURE if part.kind == "signature" else None
        body = part.start + part.head
        if part.cut:
            block, start = blocks[rows.owner[part.start]], starts[part.start]
            yield _cut(block, start, start + part.cut, None, False)
            starts[part.start] += part.cut
            rows.lines[part.start] = rows.lines[part.start][part.cut :]
        if part.head:
            yield from _slice(blocks, rows, starts, (part.start, body), BlockKind.QUOTE_HEAD, part.folded)
        yield from _slice(blocks, rows, starts, (body, part.end), kind, part.folded)


def _starts(rows: _Rows) -> list[int]:
    """Where each row begins in the text of its block."""
    starts = []
    owner, start = -1, 0
    for number, line in zip(rows.owner, rows.lines, strict=True):
        if number != owner:
            owner, start = number, 0
        starts.append(start)
        start += len(line) + 1
    return starts


def _slice(
    blocks: Sequence[Block],
    rows: _Rows,
    starts: list[int],
    span: tuple[int, int],
    kind: BlockKind | None,
    folded: bool,
) -> Iterable[Block]:
    """The blocks that the rows of `span` make up, whole ones as they are."""
    at, end = span
    owner = rows.owner
    while at < end:
        number = owner[at]
        last = at
        while last + 1 < end and owner[last + 1] == number:
            last += 1
        if number >= 0:
            block = blocks[number]
            stop = len(block.text) if block.kind in _HELD_TOGETHER else starts[last] + len(rows.lines[last])
            yield _cut(block, starts[at], stop, kind, folded)
        at = last + 1


def _cut(block: Block, start: int, stop: int, kind: BlockKind | None, folded: bool) -> Block:
    if start == 0 and stop >= len(block.text):
        if (kind is None or kind is block.kind) and block.folded == folded:
            return block
        return Block(kind or block.kind, block.text, block.depth, block.marker, block.spans, folded)
    spans = tuple(
        Span(span.start - start, span.end - start, span.mark, span.url, span.host)
        for span in block.spans
        if span.start >= start and span.end <= stop
    )
    marker = block.marker if start == 0 else ""
    left = block.kind if start == 0 or block.kind is not BlockKind.LIST_ITEM else BlockKind.PARAGRAPH
    return Block(kind or left, block.text[start:stop], block.depth, marker, spans, folded)
