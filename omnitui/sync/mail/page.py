"""A mail's HTML as a page that a browser may show: nothing in it runs, and nothing is fetched from anywhere.

Written anew from the parsed tree by what is allowed, never by taking out what is not. Pictures that came with the mail
are put into the page; all others become their description. A policy in the page says the same to the browser again
(Content Security Policy Level 3: `default-src 'none'`). Runs in a child process (`sync/mail/opening.py`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from omnitui.core.mail import ParsedMail
from omnitui.core.text.clean import safe_text
from omnitui.core.text.html import MOST_CHARACTERS, MOST_NODES
from omnitui.core.text.html_tame import tamed
from omnitui.core.text.links import safe_url
from omnitui.sync.mail.careful import parse_tree
from omnitui.sync.mail.parse import parse_carefully, read_ordinary

MOST_PICTURES = 20_000_000
"""Bytes of pictures put into a page."""
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
_KEPT = re.compile(
    "a|abbr|b|big|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|div|dl|dt|em|figcaption|figure|font|h[1-6]"
    "|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|section|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead"
    "|tr|tt|u|ul|var|wbr"
)
_VOID = frozenset(("br", "col", "hr", "img", "wbr"))
_DROPPED = re.compile(
    "applet|audio|base|button|canvas|embed|frame|frameset|head|iframe|input|link|map|math|meta|noembed|noframes"
    "|noscript|object|option|script|select|style|svg|template|textarea|title|video|xmp|-comment|!doctype"
)
"""With all that is in them; any other element that is not kept leaves its content behind."""
_PLAIN = re.compile(
    "align|bgcolor|border|cellpadding|cellspacing|color|colspan|dir|face|height|lang|rowspan|size|start|valign|width"
)
_VALUE = re.compile(r"[\w\s#%.,+-]{1,200}")
_PROPERTY = re.compile(
    r"(?:color|background-color|font(?:-(?:family|size|style|weight))?|text-(?:align|decoration|indent|transform)"
    r"|line-height|letter-spacing|white-space|vertical-align|width|max-width|height"
    r"|(?:padding|margin|border)(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width))?"
    r"|border-(?:collapse|radius|spacing)|list-style-type)"
)
_SETTING = re.compile(r"[\w\s#%.,'\"+-]{1,120}|rgba?\([\d\s.,%]{1,40}\)", re.IGNORECASE)
_TOP = (
    '<!doctype html>\n<html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="'
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">"
    '<meta name="referrer" content="no-referrer"><title>{title}</title>'
    "<style>body{{max-width:60em;margin:1em auto;padding:0 1em;font-family:sans-serif;overflow-wrap:anywhere}}"
    "img{{max-width:100%;height:auto}}.omni-note{{color:#666;border:1px dashed #999;padding:0 .3em;font-size:90%}}"
    "</style></head><body>\n<p><b>{title}</b><br>{sender}<br><span class=omni-note>{said}</span></p><hr>\n"
)


def page_of(raw: bytes) -> bytes | None:
    """The page of a mail, in UTF-8; None when the mail has no HTML, so that the screen shows all of it already."""
    mail = read_ordinary(raw) or parse_carefully(raw)
    if not mail.html.strip():
        return None
    writer = PageWriter(_pictures(raw))
    root = LexborHTMLParser(tamed(mail.html[:MOST_CHARACTERS])).body
    if root is not None:
        writer.write(root)
    return (_top(mail, writer.left_out) + "".join(writer.out) + "\n</body></html>\n").encode("utf-8", "replace")


def _top(mail: ParsedMail, left_out: int) -> str:
    sender = f"{mail.sender.name} <{mail.sender.email}>" if mail.sender else "(no sender)"
    said = "A copy made safe: no scripts, no forms, nothing from the network."
    if left_out:
        said += f" {left_out} pictures from the network were left out."
    return _TOP.format(title=escape(mail.subject or "(no subject)"), sender=escape(sender), said=escape(said))


def _pictures(raw: bytes) -> dict[str, str]:
    """Content-ID to `data:` address of the pictures that came with the mail (RFC 2392, RFC 2397)."""
    found: dict[str, str] = {}
    room = MOST_PICTURES
    for part in parse_tree(raw).root.walk():
        if part.type in _PICTURES and part.content_id and part.content_id not in found:
            content = part.content()
            room -= len(content)
            if room < 0:
                break
            found[part.content_id] = f"data:{part.type};base64,{base64.b64encode(content).decode('ascii')}"
    return found


class PageWriter:
    """Writes the allowed part of a tree; `left_out` counts pictures that stand on the network."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        self.out: list[str] = []
        self.left_out = 0
        self._pictures = pictures

    def write(self, root: LexborNode) -> None:
        """Everything below `root`, without recursion, up to a bound."""
        open_: list[tuple[LexborNode, str]] = []
        node: LexborNode | None = root.first_child
        for _ in range(MOST_NODES):
            if node is None:
                break
            end = self._enter(node)
            child = node.first_child if end is not None else None
            if child is not None:
                open_.append((node, end or ""))
                node = child
                continue
            self.out.append(end or "")
            node = self._next(node, open_)
        self.out += [end for _, end in reversed(open_)]

    def _next(self, node: LexborNode, open_: list[tuple[LexborNode, str]]) -> LexborNode | None:
        following = node.next
        while following is None and open_:
            node, end = open_.pop()
            self.out.append(end)
            following = node.next
        return following

    def _enter(self, node: LexborNode) -> str | None:
        """Begin an element: what ends it, or None where nothing of it is written any more."""
        tag = node.tag or ""
        if tag == "-text":
            self.out.append(escape(safe_text(node.text_content or "")))
            return None
        if _DROPPED.fullmatch(tag):
            return None
        if not _KEPT.fullmatch(tag):
            return ""
        attributes = node.attributes
        if tag == "img":
            self._picture(attributes)
            return None
        self.out.append(f"<{tag}{_kept(attributes)}{_link(attributes) if tag == 'a' else ''}>")
        return None if tag in _VOID else f"</{tag}>"

    def _picture(self, attributes: Mapping[str, str | None]) -> None:
        source = (attributes.get("src") or "").strip()
        alt = escape(safe_text(attributes.get("alt") or "", lines=False)[:200])
        if source[:4].lower() == "cid:" and (data := self._pictures.get(source[4:].strip("<> "))):
            self.out.append(f'<img src="{data}"{_kept(attributes)}>')
            return
        if source[:5].lower() in ("http:", "https"):
            self.left_out += 1
        if alt:
            self.out.append(f"<span class=omni-note>{alt}</span>")


def _kept(attributes: Mapping[str, str | None]) -> str:
    """Attributes that only place, size and colour; a value that could be more than a word is left out."""
    kept = []
    for name, value in attributes.items():
        if name in ("alt", "title"):
            kept.append(f' {name}="{escape(safe_text(value or "", lines=False)[:200])}"')
        elif _PLAIN.fullmatch(name) and value and _VALUE.fullmatch(value):
            kept.append(f' {name}="{escape(value)}"')
        elif name == "style" and value and (style := _style(value)):
            kept.append(f' style="{escape(style)}"')
    return "".join(kept)


def _style(value: str) -> str:
    settings = (setting.partition(":") for setting in value[:4000].split(";"))
    pairs = ((name.strip().lower(), setting.strip()) for name, _, setting in settings)
    return "; ".join(
        f"{name}: {said}" for name, said in pairs if _PROPERTY.fullmatch(name) and _SETTING.fullmatch(said)
    )


def _link(attributes: Mapping[str, str | None]) -> str:
    url = safe_url(attributes.get("href") or "")
    return f' href="{escape(url)}" rel="noopener noreferrer" target="_blank"' if url else ""
