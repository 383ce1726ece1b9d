"""The fast parser: ordinary mails through the compiled one, which lets other threads run meanwhile.

It only makes the tree; headers of the mail itself, character sets and everything above the tree are ours, so both
paths read a mail alike.
"""

from __future__ import annotations

from typing import Any

from fast_mail_parser import ParseError, parse_email_tree

from omnitui.sync.mail.describe import described
from omnitui.sync.mail.fields import Fields, split_head
from omnitui.sync.mail.part import DEPTH, PARTS, Part, numbered

_TRANSFERS = ("", "7bit", "8bit", "binary", "base64", "quoted-printable")
_HTML_LIMIT = 2 * 1024 * 1024


def parse_tree(raw: bytes) -> Part | None:
    """The parts of a mail that looked ordinary, or None when the compiled parser refuses it or is known to get it
    wrong; then the careful parser reads it."""
    fields, _ = split_head(raw, sound=True)
    if fields.broken or not _known_transfer(fields):
        return None
    try:
        node = parse_email_tree(raw)
    except ParseError:
        return None
    ascii_only = raw.isascii()
    root = described(fields)
    if node.children and not root.is_multipart:
        node_children: list[Any] = []
    else:
        node_children = list(node.children)
    if root.type != _plain_type(node.content_type, root.type):
        return None
    waiting: list[tuple[Part, Any, list[Any], int]] = [(root, node, node_children, 0)]
    count = 0
    while waiting:
        part, source, children, depth = waiting.pop()
        count += 1
        if count > PARTS or depth > DEPTH or (part.is_multipart and not children):
            return None
        if not part.is_multipart:
            content = source.content
            if content is None or (part.type == "text/html" and len(content) > _HTML_LIMIT):
                return None
            part.pieces = _Held(content)
        for child in children:
            inner = _child(child, ascii_only, part.type)
            if inner is None:
                return None
            part.children.append(inner)
            waiting.append((inner, child, list(child.children) if inner.is_multipart else [], depth + 1))
    return numbered(root)


class _Held:
    """Content that is in memory already."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __call__(self) -> tuple[bytes]:
        return (self.content,)


def _plain_type(said: str, ours: str) -> str:
    """The compiled parser's idea of a type, where it is one that changes how the body is read."""
    said = said.lower()
    return said if said.startswith(("multipart/", "message/")) else (ours if not ours.startswith("multipart/") else "")


def _known_transfer(fields: Fields) -> bool:
    """Whether the transfer encoding is written as the compiled parser knows it; it takes any other for none."""
    return fields.first("content-transfer-encoding").lower() in _TRANSFERS


def _child(node: Any, ascii_only: bool, parent: str) -> Part | None:
    """A part from the compiled parser's fields, which come decoded; None when they may have been decoded wrongly."""
    fields = Fields()
    for name, values in node.headers.items():
        kept = []
        for value in values:
            if value.isascii():
                kept.append(value)
            elif ascii_only or max(value) > "\xff":
                kept.append(value.encode("utf-8", "replace").decode("latin-1"))
            else:
                return None
        fields.values[name.lower()] = kept
    if not _known_transfer(fields):
        return None
    return described(fields, "message/rfc822" if parent == "multipart/digest" else "text/plain")
