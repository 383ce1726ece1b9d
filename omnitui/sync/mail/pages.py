"""The guard before an HTML parser: how deep a page nests, in one pass over its tags.

HTML parsers look up their whole stack of open elements again and again, so a page of a hundred thousand open `div`s
takes them minutes. No page a person wrote nests five hundred deep.
"""

from __future__ import annotations

import re

DEEPEST = 500
_FEW = 400
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_ANY_TAG = re.compile(r"<[^<>]{0,10000}>")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
    | {"p", "li", "td", "tr", "th"}
)
"""Elements that have no end tag, or whose end tag is so often left out that they say nothing about depth."""


def too_deep(html: str) -> bool:
    """Whether parsing this page would take out of proportion."""
    if html.count("<") < _FEW:
        return False
    depth = deepest = 0
    unclosed = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() in _VOID:
            unclosed += not tag[1]
        elif tag[1]:
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest > DEEPEST or unclosed > 50_000


def without_tags(html: str) -> str:
    """The text of a page that is not parsed: tags taken out, entities left as they stand."""
    return _ANY_TAG.sub(" ", html)
