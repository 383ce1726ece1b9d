"""Makes big HTML harmless before a real parser sees it: nested to a bound, every element closed, nothing hidden in it.

The HTML rules cost a parser time that grows with the square of the depth of nesting, and copies of every formatting
element left open for every paragraph after it. Small mails cannot hurt; big ones are read here once, token by token,
in linear time, and written anew: what lexbor then parses has as many elements as tokens, a bounded depth and at most
a few formatting elements open, by construction. Words are never lost, only tags.
"""

from __future__ import annotations

import re

FEW_TAGS = 800
"""Up to so many `<` the worst a parser can be made to do is small."""

DEEPEST = 200
_MOST_FORMATTING = 8
_LONGEST_VALUE = 4200
_READ = frozenset(["alt", "class", "height", "href", "id", "src", "start", "style", "type", "width"])
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:.-]{0,40}+)\s*+=\s*+(?:\"([^\"]*+)\"?|'([^']*+)'?|([^\s\"'][^\s>]*+)|)")
_IS_HIDDEN = re.compile(r"\shidden(?=\s|/|$)", re.IGNORECASE)
_VOID = frozenset(["area", "br", "col", "embed", "hr", "img", "input", "param", "source", "track", "wbr"])
_FORMATTING = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_RAW = frozenset(
    ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "template"]
).union(["svg", "math", "select"])
_DROPPED = frozenset(
    ["html", "head", "body", "meta", "link", "base", "frameset", "frame", "plaintext", "object", "applet", "form"]
)
_END_IMPLIED = frozenset(["p", "li", "td", "th", "tr", "dd", "dt"])
"""Elements whose end is often left out: the next one beside them closes them."""
_NAME = re.compile(r"[a-z][a-z0-9:-]{0,30}")
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+(?:>|\Z)|</(?![a-zA-Z])[^>]*+(?:>|\Z)"
    r"|<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+)*+)(?:>|\Z)",
    re.DOTALL,
)


def tamed(html: str) -> str:
    """`html` as the same words in bounded HTML; as it is when it is small."""
    return html if html.count("<") <= FEW_TAGS else _Tamer(html).rewritten()


class _Tamer:
    """One HTML being rewritten."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._out: list[str] = []
        self._open: list[str] = []
        self._counts: dict[str, int] = {}

    def rewritten(self) -> str:
        """The whole."""
        html, out = self._html, self._out
        at = 0
        while (found := _TOKEN.search(html, at)) is not None:
            if found.start() > at:
                out.append(html[at : found.start()].replace("<", "&lt;"))
            at = found.end()
            name = (found[2] or "").lower()
            if name in _RAW and not found[1]:
                at = self._past(name, at)
            elif name not in _DROPPED and _NAME.fullmatch(name):
                if found[1]:
                    self._close(name)
                else:
                    self._begin(name, found[3])
        out.append(html[at:].replace("<", "&lt;"))
        while self._open:
            self._pop()
        return "".join(out)

    def _past(self, name: str, at: int) -> int:
        """Where the element that is dropped with its content ends."""
        end = re.compile(rf"</{name}\b[^>]*+(?:>|\Z)", re.IGNORECASE).search(self._html, at)
        return end.end() if end else len(self._html)

    def _begin(self, name: str, attributes: str) -> None:
        if name in _END_IMPLIED and self._open and self._open[-1] == name:
            self._pop()
        if name in _FORMATTING and sum(self._counts.get(other, 0) for other in _FORMATTING) >= _MOST_FORMATTING:
            return
        if len(self._open) >= DEEPEST and name not in _VOID:
            self._out.append("<br>")
            return
        self._out.append(f"<{name}{_kept(attributes) if '=' in attributes or 'hidden' in attributes else ''}>")
        if name not in _VOID:
            self._open.append(name)
            self._counts[name] = self._counts.get(name, 0) + 1

    def _close(self, name: str) -> None:
        """Close the element and what was left open in it; an end without a beginning is dropped."""
        if not self._counts.get(name):
            return
        while self._pop() != name:
            pass

    def _pop(self) -> str:
        name = self._open.pop()
        self._counts[name] -= 1
        self._out.append(f"</{name}>")
        return name


def _kept(attributes: str) -> str:
    """The attributes that the reader looks at, each written so that it ends where it should."""
    pieces = []
    for found in _ATTRIBUTE.finditer(attributes):
        name, value = found[1].lower(), found[2] or found[3] or found[4] or ""
        if name in _READ and len(value) <= _LONGEST_VALUE:
            value = value.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
            pieces.append(f' {name}="{value}"')
    if _IS_HIDDEN.search(attributes):
        pieces.append(" hidden")
    return "".join(pieces)
