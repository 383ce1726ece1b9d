"""Text and HTML to blocks until the core's own reader is there: paragraphs only."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from omnitui.core.blocks import Block, BlockKind
from omnitui.core.text.clean import safe_text


def blocks_from_text(text: str) -> list[Block]:
    """Paragraphs parted by empty lines."""
    parts = re.split(r"\n[ \t]*\n", safe_text(text))
    return [Block(BlockKind.PARAGRAPH, part) for part in parts if part.strip()]


def blocks_from_html(html: str) -> list[Block]:
    """The words of a page, as paragraphs."""
    return blocks_from_text(LexborHTMLParser(html).text(separator="\n"))


def split_reply(blocks: list[Block]) -> list[Block]:
    """Nothing is told apart yet."""
    return blocks


def reply_words(blocks: list[Block]) -> str:
    """All words."""
    return "\n\n".join(block.text for block in blocks)
