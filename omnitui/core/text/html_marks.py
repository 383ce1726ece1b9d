"""What the attributes of an HTML element say about it: hidden, a tracking pixel, a quote, a signature.

The names are those that mail programs write (and the `x_` that Outlook puts before them when it quotes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|"
    r"max-(?:height|width)\s*:\s*0(?:px)?\s*(?:;|!|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_OUTLOOK_ONLY = re.compile(r"mso-hide\s*:\s*all", re.IGNORECASE)
_FONT_SIZE = re.compile(
    r"(?<![-\w])font(?:-size)?\s*:\s*[^;]*?(?<![\w.#-])(\d*\.?\d+)(?:px|pt|em|rem|%|\s*(?:;|!|$))", re.IGNORECASE
)
_TINY = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)", re.IGNORECASE)
_TIGHT = re.compile(r"margin(?:-bottom|-top)?\s*:\s*(?:0[a-z]*\s*)+(?:;|$|\.0)", re.IGNORECASE)
_BAR = re.compile(r"border-left\s*:\s*[^;]*\bsolid\b", re.IGNORECASE)
_NO_BAR = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)
_QUOTES = frozenset(
    [
        "yahoo_quoted",
        "protonmail_quote",
        "tutanota_quote",
        "zmail_extra_hr",
        "replyquote",
        "mail-quote",
        "ms-outlook-mobile-reference-message",
        "bloop_original_html",
        "front-blockquote",
    ]
)
_HEADS = frozenset(
    [
        "gmail_attr",
        "moz-cite-prefix",
        "moz-forward-container-head",
        "outlookmessageheader",
        "reply-intro",
        "divrplyfwdmsg",
    ]
)
_SIGNATURES = frozenset(
    [
        "gmail_signature",
        "moz-signature",
        "apple-signature",
        "ms-outlook-mobile-signature",
        "yahoo-signature",
        "ymail_signature",
        "protonmail_signature_block-user",
        "signature",
        "outlooksignature",
        "mail-signature",
    ]
)


_LONGEST_STYLE = 2000


@dataclass(frozen=True, slots=True)
class Shape:
    """What an element is beyond its tag."""

    quote: bool = False
    head: bool = False
    signature: bool = False
    tight: bool = False
    """A paragraph without space round it: a line."""


_QUOTE, _HEAD, _SIGNATURE, _LINE = Shape(quote=True), Shape(head=True), Shape(signature=True), Shape(tight=True)


def is_hidden(attributes: Mapping[str, str | None]) -> bool:
    """Whether a reader of the mail in a browser would not see the element."""
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return style is not None and _style(style).hidden


def font_size(attributes: Mapping[str, str | None]) -> float | None:
    """The size that an element gives its text; 0 hides it, unless one within sets another. None if it sets none."""
    style = attributes.get("style")
    return _style(style).font if style is not None else None


@dataclass(frozen=True, slots=True)
class _Style:
    hidden: bool
    bar: bool
    """A line at the left side, as round a quote."""
    tight: bool
    font: float | None


@lru_cache(maxsize=1024)
def _style(style: str) -> _Style:
    """What a style does; a mail repeats the same few over and over."""
    style = style[:_LONGEST_STYLE]
    size = _FONT_SIZE.search(style)
    return _Style(
        hidden=bool(_HIDDEN.search(style) or (_OUTLOOK_ONLY.search(style) and "block" not in style)),
        bar=bool(_BAR.search(style)),
        tight=bool(_TIGHT.search(style)),
        font=float(size[1]) if size else None,
    )


def is_pixel(attributes: Mapping[str, str | None]) -> bool:
    """Whether a picture is too small to be seen or hidden: it is there to report that the mail was opened."""
    width, height = (attributes.get(name) or "" for name in ("width", "height"))
    if width.strip(" px") in ("0", "1") or height.strip(" px") in ("0", "1") or is_hidden(attributes):
        return True
    style = attributes.get("style")
    return bool(style and _TINY.search(style))


def role_of(tag: str, attributes: Mapping[str, str | None]) -> Shape | None:
    """What class, id and style make of an element, None for most."""
    if tag == "blockquote":
        border = attributes.get("style") or ""
        return None if _NO_BAR.search(border) and "cite" not in (attributes.get("type") or "") else _QUOTE
    if not attributes:
        return None
    classes, own_id = attributes.get("class"), attributes.get("id")
    if classes or own_id:
        for name in f"{classes or ''} {own_id or ''}".lower().split():
            name = name.removeprefix("x_")
            if name in _SIGNATURES:
                return _SIGNATURE
            if name in _HEADS:
                return _HEAD
            if name in _QUOTES:
                return _QUOTE
            if name == "msonormal" and tag == "p":
                return _LINE
    style = attributes.get("style")
    if not style:
        return None
    if tag == "div":
        return _QUOTE if _style(style).bar else None
    return _LINE if tag == "p" and _style(style).tight else None
