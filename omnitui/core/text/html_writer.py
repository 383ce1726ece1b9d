"""Collects text, marks and breaks from a walk over HTML and makes blocks of them.

White space collapses as in a browser. Breaks are counted, not written: one ends a line, two or more end a paragraph,
so that `<div>a</div><div><br></div><div>b</div>` and `<p>a</p><p>b</p>` look alike.
"""

from __future__ import annotations

from dataclasses import replace

from omnitui.core.blocks import Block, BlockKind, Mark, Span
from omnitui.core.text.clean import safe_text
from omnitui.core.text.html_marks import Shape
from omnitui.core.text.links import link_spans, safe_url, shown_host

_BULLET = "•"
_DEEPEST_LIST = 8


class BlockWriter:
    """The block being written, and those that are done."""

    def __init__(self) -> None:
        self.unseen = False
        """Text is too small to be seen just now (font-size: 0)."""
        self._blocks: list[Block] = []
        self._pieces: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._breaks = 0
        self._space = False
        self._quotes = 0
        self._heads = 0
        self._signatures = 0
        self._codes = 0
        self._headings = 0
        self._lists: list[list[int]] = []
        """For each open list its next number, 0 for bullets."""
        self._items = 0
        self._marker = ""
        """What the innermost list item still has to show."""
        self._listed = False
        """The last block is a list in a quote; the next item joins it."""
        self._nameless = 0
        """How many pictures the last placeholder stands for, if they have no description."""
        self._links: list[tuple[int, str]] = []
        self._bold: list[int] = []
        self._italic: list[int] = []
        self._cell = False
        """The text to come belongs on the line of the cell before it."""
        self._cells: list[tuple[int, bool]] = []
        """For each open table cell where it began, and whether it is one line so far."""

    def finish(self) -> tuple[Block, ...]:
        """The blocks, the last one closed."""
        self._flush()
        return tuple(self._blocks)

    def text(self, text: str) -> None:
        """A run of characters as it stands in the HTML."""
        if self.unseen:
            return
        if self._codes:
            self._code_text(text)
            return
        words = text.split()
        if not words:
            if text and "\xa0" in text and (self._breaks or not self._length):
                self._breaks += 1
            elif text:
                self._space = True
            return
        joined = " ".join(words)
        if not joined.isascii() or not joined.isprintable():
            joined = safe_text(joined)
            if not joined.strip():
                return
        self._lead(text[0].isspace())
        self._pieces.append(joined)
        self._length += len(joined)
        self._space = text[-1].isspace()

    def _lead(self, spaced: bool) -> None:
        """What stands between the text so far and the text to come."""
        if self._breaks:
            self._spread_cells()
            if self._breaks >= 2:
                self._flush()
        if self._length:
            gap = "\n" if self._breaks else "  " if self._cell else " " if self._space or spaced else ""
            if gap:
                self._pieces.append(gap)
                self._length += len(gap)
        self._breaks = 0
        self._cell = False
        if self._bold or self._italic or self._links:
            self._start_marks()

    def _spread_cells(self) -> None:
        """A second line begins in each open cell that has one already."""
        if self._cells and self._cells[-1][0] < self._length:
            self._cells = [(start, flat and start >= self._length) for start, flat in self._cells]

    def _start_marks(self) -> None:
        """Marks opened before their first character begin at it."""
        at = self._length
        for marks in (self._bold, self._italic):
            if marks and marks[-1] < 0:
                marks[-1] = at
        if self._links and self._links[-1][0] < 0:
            self._links[-1] = (at, self._links[-1][1])

    def _code_text(self, text: str) -> None:
        if self._breaks >= 2:
            self._flush()
        elif self._breaks and self._length:
            text = "\n" + text
        self._breaks = 0
        clean = safe_text(text)
        self._pieces.append(clean)
        self._length += len(clean)

    def newline(self) -> None:
        """A `<br>`."""
        if self._codes:
            self._pieces.append("\n")
            self._length += 1
        else:
            self._breaks += 1
        self._cell = False

    def line_break(self, *, paragraph: bool = False) -> None:
        """The edge of a block that begins or ends a line, or a paragraph with space round it."""
        fresh = bool(self._cells) and self._cells[-1][0] == self._length
        if paragraph and not fresh:
            self._breaks = max(self._breaks, 2)
        elif not self._breaks and not self._cell:
            self._breaks = 1

    def rule(self) -> None:
        """An `<hr>`."""
        self._flush()
        if not self._quotes:
            self._blocks.append(Block(BlockKind.RULE, "───"))
        self._breaks = 2

    def image(self, name: str, *, described: bool) -> None:
        """A picture that is not shown. Several in a row of which only file names are known become one placeholder."""
        self._flush()
        self._breaks = 2
        if self._signatures:
            self._blocks.append(Block(BlockKind.SIGNATURE, f"[{name}]"))
            return
        before = self._blocks[-1] if self._blocks else None
        if (
            not described
            and self._nameless
            and before
            and (before.kind, before.depth) == (BlockKind.IMAGE, self._quotes)
        ):
            self._nameless += 1
            self._blocks[-1] = replace(before, text=f"{self._nameless} images")
            return
        self._nameless = 0 if described else 1
        self._blocks.append(Block(BlockKind.IMAGE, name, self._quotes))

    def begin(self, shape: Shape) -> None:
        """Enter an element that is a quote, the head of one, or a signature."""
        if shape.quote or shape.head or shape.signature:
            self._flush()
            self._quotes += shape.quote
            self._heads += shape.head
            self._signatures += shape.signature

    def end(self, shape: Shape) -> None:
        """Leave it."""
        if shape.quote or shape.head or shape.signature:
            self._flush()
            self._quotes -= shape.quote
            self._heads -= shape.head
            self._signatures -= shape.signature
            self._breaks = max(self._breaks, 2)

    def open_link(self, href: str) -> None:
        """An `<a>`; one whose target may not be opened is plain text."""
        self._links.append((-1, safe_url(href)))

    def close_link(self) -> None:
        """Its end."""
        if self._links:
            start, url = self._links.pop()
            if 0 <= start < self._length and url and (host := shown_host(url)):
                self._spans.append(Span(start, self._length, Mark.LINK, url, host))

    def open_mark(self, *, bold: bool) -> None:
        """Bold or italic begins."""
        (self._bold if bold else self._italic).append(-1)

    def close_mark(self, *, bold: bool) -> None:
        """It ends."""
        marks = self._bold if bold else self._italic
        if marks and 0 <= (start := marks.pop()) < self._length:
            self._spans.append(Span(start, self._length, Mark.BOLD if bold else Mark.ITALIC))

    def row_break(self) -> None:
        """The edge of a table row."""
        self._cell = False
        self.line_break()

    def open_cell(self) -> None:
        """A cell: on the row's line if what stands there is one line."""
        self._cells.append((self._length, True))

    def close_cell(self) -> None:
        """Its end: what follows stands beside it, unless it was more than a line."""
        if not self._cells:
            return
        start, flat = self._cells.pop()
        if flat and start < self._length:
            self._breaks = 0
            self._cell = True

    def open_list(self, first: int, numbered: bool) -> None:
        """A list begins; `first` is the number of its first item."""
        self._flush()
        self._lists.append([first if numbered else 0])

    def close_list(self) -> None:
        """It ends."""
        self._flush()
        if self._lists:
            self._lists.pop()

    def open_item(self) -> None:
        """An item of the innermost list."""
        self._flush()
        self._breaks = 0
        self._items += 1
        if self._lists and self._lists[-1][0]:
            self._marker = f"{self._lists[-1][0]}."
            self._lists[-1][0] += 1
        else:
            self._marker = _BULLET

    def close_item(self) -> None:
        """Its end."""
        self._flush()
        self._items -= 1
        self._marker = ""

    def nest(self, kind: BlockKind, step: int) -> None:
        """A heading, or preformatted text in which white space counts, begins (1) or ends (-1)."""
        self._flush()
        if kind is BlockKind.CODE:
            self._codes += step
        else:
            self._headings += step

    def _kind(self) -> BlockKind:
        if self._quotes:
            return BlockKind.QUOTE
        if self._signatures:
            return BlockKind.SIGNATURE
        if self._heads:
            return BlockKind.QUOTE_HEAD
        if self._codes:
            return BlockKind.CODE
        if self._items:
            return BlockKind.LIST_ITEM
        return BlockKind.HEADING if self._headings else BlockKind.PARAGRAPH

    def _flush(self) -> None:
        """Close the block being written, if it holds anything."""
        if self._length:
            self._cells = [(0, flat and start >= self._length) for start, flat in self._cells]
            self._write("".join(self._pieces))
            self._pieces.clear()
            self._spans.clear()
            self._length = 0
            for marks in (self._bold, self._italic):
                marks[:] = [-1] * len(marks)
            self._links = [(-1, url) for _, url in self._links]
        self._space = self._cell = False

    def _write(self, text: str) -> None:
        kind = self._kind()
        if kind is BlockKind.CODE:
            text = text.strip("\n")
        spans = tuple(self._open_spans())
        if not text.isascii() and (clean := safe_text(text)) != text:
            text, spans = clean, ()
        if not text.strip():
            return
        if not spans:
            spans = link_spans(text)
        depth, marker = self._quotes, ""
        if kind is BlockKind.LIST_ITEM:
            depth, marker = min(max(len(self._lists) - 1, 0), _DEEPEST_LIST), self._marker
        elif self._marker:
            lead = f"{self._marker} "
            text = lead + text
            spans = tuple(replace(s, start=s.start + len(lead), end=s.end + len(lead)) for s in spans)
            if self._listed and self._blocks and self._blocks[-1].depth == depth:
                before = self._blocks.pop()
                shift = len(before.text) + 1
                moved = (replace(s, start=s.start + shift, end=s.end + shift) for s in spans)
                text, spans = f"{before.text}\n{text}", (*before.spans, *moved)
        self._listed = kind is BlockKind.QUOTE and bool(self._marker)
        self._marker = ""
        self._blocks.append(Block(kind, text, depth, marker, spans))

    def _open_spans(self) -> list[Span]:
        """The closed spans, and those still open up to here."""
        spans = list(self._spans)
        for marks, mark in ((self._bold, Mark.BOLD), (self._italic, Mark.ITALIC)):
            spans += [Span(start, self._length, mark) for start in marks if start >= 0]
        spans += [
            Span(start, self._length, Mark.LINK, url, shown_host(url))
            for start, url in self._links
            if start >= 0 and url
        ]
        spans.sort(key=lambda span: (span.start, span.end))
        return spans
