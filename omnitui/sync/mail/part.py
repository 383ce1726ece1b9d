"""The tree of a mail's parts: what both parsers make and everything else reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from omnitui.sync.mail.fields import Fields

DEPTH = 32
PARTS = 500
"""Limits on nesting and on the number of parts that are looked at; what is beyond stays in the original."""


@dataclass(slots=True)
class Part:
    """One node. `number` is its IMAP section (RFC 9051 section 6.4.5); a multipart root has ""."""

    type: str
    params: dict[str, str]
    disposition: str
    name: str
    """The file name as declared, decoded, uncleaned."""
    fields: Fields
    number: str = ""
    content_id: str = ""
    children: list[Part] = field(default_factory=list)
    pieces: Callable[[], Iterable[bytes]] = tuple
    """The content with its transfer encoding undone, piece by piece; made anew at each call."""

    def content(self) -> bytes:
        """The whole decoded content."""
        return b"".join(self.pieces())

    @property
    def is_multipart(self) -> bool:
        """Whether this is a container of parts."""
        return self.type.startswith("multipart/")

    def walk(self) -> Iterator[Part]:
        """This part and every part below it, in order, without recursion."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def numbered(root: Part) -> Part:
    """Give every part its IMAP section number."""
    root.number = "" if root.is_multipart else "1"
    waiting = [root]
    while waiting:
        part = waiting.pop()
        for index, child in enumerate(part.children, 1):
            child.number = f"{part.number}.{index}" if part.number else str(index)
        waiting.extend(part.children)
    return root
