"""HTML mail as blocks: read by a real HTML parser, walked without recursion, nothing fetched.

Block level elements become lines and paragraphs as a browser would space them, lists keep their markers, tables
become rows whose cells stand two spaces apart, quote containers of the known mail programs become quotes. What a
mail hides (display:none, mso-hide, zero size) is left out; pictures become placeholders, tracking pixels are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from omnitui.core.blocks import Block, BlockKind
from omnitui.core.text.clean import safe_text
from omnitui.core.text.html_marks import Shape, font_size, is_hidden, is_pixel, role_of
from omnitui.core.text.html_tame import tamed
from omnitui.core.text.html_writer import BlockWriter

MOST_CHARACTERS = 2_000_000
MOST_NODES = 50_000
_SKIPPED = frozenset(
    [
        "head",
        "script",
        "style",
        "title",
        "template",
        "noscript",
        "svg",
        "math",
        "object",
        "iframe",
        "canvas",
        "audio",
        "video",
        "select",
        "textarea",
        "applet",
        "map",
        "frameset",
        "noframes",
        "datalist",
        "meta",
        "link",
        "base",
        "-comment",
        "!doctype",
    ]
)
_LINES = frozenset(
    [
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
        "aside",
        "center",
        "address",
        "form",
        "fieldset",
        "figure",
        "figcaption",
        "dt",
        "dd",
        "details",
        "summary",
        "tbody",
        "thead",
        "tfoot",
        "caption",
        "legend",
        "body",
        "html",
    ]
)
_PARAGRAPHS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"])
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_BOLD = frozenset(("b", "strong"))
_ITALIC = frozenset(("i", "em", "cite"))


@dataclass(frozen=True, slots=True)
class HtmlReading:
    """What was read: the blocks, and how many pictures too small to see the mail wanted fetched."""

    blocks: tuple[Block, ...]
    pixels: int = 0


def blocks_from_html(html: str) -> tuple[Block, ...]:
    """`html` as blocks. Never raises; beyond 2 MB or 50,000 nodes a last block says that more is there."""
    return read_html(html).blocks


def html_to_text(html: str) -> str:
    """What `html` says, as plain text: for search, snippets and mails without a text part."""
    pieces = []
    for block in blocks_from_html(html):
        if block.kind is BlockKind.LIST_ITEM:
            pieces.append(f"{'  ' * block.depth}{block.marker} {block.text}")
        elif block.kind is BlockKind.QUOTE:
            pieces.append("\n".join("> " * block.depth + line for line in block.text.split("\n")))
        elif block.kind is not BlockKind.IMAGE:
            pieces.append(block.text)
    return "\n\n".join(pieces)


def read_html(html: str) -> HtmlReading:
    """`blocks_from_html` and the count of tracking pixels."""
    root = LexborHTMLParser(tamed(html[:MOST_CHARACTERS])).root
    walk = _Walk()
    cut = root is not None and walk.through(root)
    blocks = walk.writer.finish()
    if cut or len(html) > MOST_CHARACTERS:
        notice = f"[The rest of this mail is not shown here: {len(html):,} characters of HTML in all.]"
        blocks = (*blocks, Block(BlockKind.PARAGRAPH, notice))
    return HtmlReading(blocks, walk.pixels)


class _Walk:
    """One pass over the tree with a stack of its own, telling the writer what it meets."""

    def __init__(self) -> None:
        self.writer = BlockWriter()
        self.pixels = 0

    def through(self, root: LexborNode) -> bool:
        """Walk the tree; True when it was cut short."""
        writer = self.writer
        stack: list[tuple[LexborNode, str, Shape | None, bool]] = []
        node: LexborNode | None = root
        budget = MOST_NODES
        while node is not None:
            budget -= 1
            if budget < 0:
                return True
            tag = node.tag or ""
            child = None
            if tag == "-text":
                writer.text(node.text_content or "")
            elif tag not in _SKIPPED:
                unseen = writer.unseen
                entered, shape = self._enter(node, tag)
                if entered:
                    child = node.first_child
                    if child is not None:
                        stack.append((node, tag, shape, unseen))
                        node = child
                        continue
                    self._leave(tag, shape)
                    writer.unseen = unseen
            following = node.next
            while following is None and stack:
                node, tag, shape, writer.unseen = stack.pop()
                self._leave(tag, shape)
                following = node.next
            node = following
        return False

    def _enter(self, node: LexborNode, tag: str) -> tuple[bool, Shape | None]:
        """Begin an element: whether to look into it, and what its attributes make of it."""
        writer = self.writer
        if tag == "br":
            writer.newline()
            return False, None
        attributes = node.attributes
        if tag == "img":
            self._image(attributes)
            return False, None
        if attributes and is_hidden(attributes):
            return False, None
        if tag == "hr":
            writer.rule()
            return False, None
        if attributes and (size := font_size(attributes)) is not None:
            writer.unseen = size == 0
        shape = role_of(tag, attributes)
        self._edge(tag, shape)
        self._open(tag, attributes, shape)
        return True, shape

    def _edge(self, tag: str, shape: Shape | None) -> None:
        if tag == "tr":
            self.writer.row_break()
        elif tag in _LINES or (tag == "p" and shape is not None and shape.tight):
            self.writer.line_break()
        elif tag in _PARAGRAPHS:
            self.writer.line_break(paragraph=True)

    def _open(self, tag: str, attributes: dict[str, str | None], shape: Shape | None) -> None:
        writer = self.writer
        if shape is not None:
            writer.begin(shape)
        if tag == "a":
            writer.open_link(attributes.get("href") or "")
        elif tag in _BOLD:
            writer.open_mark(bold=True)
        elif tag in _ITALIC:
            writer.open_mark(bold=False)
        elif tag == "td" or tag == "th":
            writer.open_cell()
        elif tag == "li":
            writer.open_item()
        elif tag == "ul" or tag == "ol":
            start = attributes.get("start") or "1"
            writer.open_list(int(start) if tag == "ol" and start.isdecimal() and len(start) < 7 else 1, tag == "ol")
        elif tag == "pre":
            writer.nest(BlockKind.CODE, 1)
        elif tag in _HEADINGS:
            writer.nest(BlockKind.HEADING, 1)

    def _leave(self, tag: str, shape: Shape | None) -> None:
        writer = self.writer
        if tag == "a":
            writer.close_link()
        elif tag in _BOLD or tag in _ITALIC:
            writer.close_mark(bold=tag in _BOLD)
        elif tag == "td" or tag == "th":
            writer.close_cell()
        elif tag == "li":
            writer.close_item()
        elif tag == "ul" or tag == "ol":
            writer.close_list()
        elif tag == "pre":
            writer.nest(BlockKind.CODE, -1)
        elif tag in _HEADINGS:
            writer.nest(BlockKind.HEADING, -1)
        self._edge(tag, shape)
        if shape is not None:
            writer.end(shape)

    def _image(self, attributes: dict[str, str | None]) -> None:
        if is_pixel(attributes):
            self.pixels += 1
            return
        alt = safe_text(attributes.get("alt") or "", lines=False)
        if "alt" in attributes and not alt:
            return  # HTML's way to say that a picture is only decoration
        if alt and len(alt) <= 4 and not any(map(str.isalnum, alt)):
            self.writer.text(alt)
            return
        source = (attributes.get("src") or "").partition("?")[0]
        name = "" if source[:5].lower() in ("data:", "") else source.rpartition("/")[2].removeprefix("cid:")
        self.writer.image(alt or safe_text(name, lines=False)[:80] or "image", described=bool(alt))
