"""A message as blocks: what the worker makes of mail text or HTML once, and the thread wraps and styles for ever.

All text in a block has passed `safe_text`. Offsets are code points into `Block.text`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from omnitui.core.dataclass import dataclass


class BlockKind(StrEnum):
    """What a block is."""

    PARAGRAPH = "p"
    HEADING = "h"
    LIST_ITEM = "li"
    QUOTE = "q"
    """Text somebody else wrote, quoted; `depth` is how often."""
    CODE = "c"
    """Lines whose spacing matters: code, logs, tables laid out by hand."""
    RULE = "hr"
    IMAGE = "img"
    """A placeholder: `text` is the alternative text or file name; nothing is ever fetched."""
    SIGNATURE = "sig"
    QUOTE_HEAD = "qh"
    """The line that announces a quote ("On Monday Anna wrote:") or a forwarded header block."""


class Mark(StrEnum):
    """How a span of a block is set apart."""

    BOLD = "b"
    ITALIC = "i"
    LINK = "a"


@dataclass(frozen=True, slots=True)
class Span:
    """A marked stretch of a block's text; for a link, `url` and `host` (shown before it is opened)."""

    start: int
    end: int
    mark: Mark
    url: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `text` may hold newlines, which are kept. `folded`: history or signature, one line until opened."""

    kind: BlockKind
    text: str
    depth: int = 0
    marker: str = ""
    """For a list item: its bullet or number."""
    spans: tuple[Span, ...] = ()
    folded: bool = False


_DEFAULTS: list[Any] = [0, 0, "", []]
"""What `blocks_to_json` leaves out at the end of a row."""


def own_words(blocks: Iterable[Block]) -> str:
    """The text of what is not folded, blocks parted by an empty line."""
    return "\n\n".join(block.text for block in blocks if not block.folded and block.kind is not BlockKind.IMAGE)


def links_in(blocks: Iterable[Block]) -> dict[str, tuple[str, str]]:
    """The addresses that may be opened, each once and in order, with the words and the host of its first link."""
    found: dict[str, tuple[str, str]] = {}
    for block in blocks:
        for span in block.spans:
            if span.mark is Mark.LINK and span.url:
                found.setdefault(span.url, (block.text[span.start : span.end], span.host))
    return found


def blocks_to_json(blocks: Iterable[Block]) -> str:
    """Compact JSON: one list a block, trailing defaults left out."""
    rows = []
    for block in blocks:
        spans = [[s.start, s.end, s.mark.value, s.url, s.host] for s in block.spans]
        row: list[object] = [block.kind.value, block.text, int(block.folded), block.depth, block.marker, spans]
        while len(row) > 2 and not row[-1]:
            row.pop()
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def blocks_from_json(data: str) -> tuple[Block, ...]:
    """The inverse of `blocks_to_json`."""
    blocks = []
    for row in json.loads(data):
        kind, text, folded, depth, marker, spans = row + _DEFAULTS[len(row) - 2 :]
        marks = tuple(Span(start, end, Mark(mark), url, host) for start, end, mark, url, host in spans)
        blocks.append(Block(BlockKind(kind), text, depth, marker, marks, bool(folded)))
    return tuple(blocks)
