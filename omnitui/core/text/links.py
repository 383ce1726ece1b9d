"""Addresses on the web and links in plain text: what may be opened, and the host to show before it is.

Only http, https, mailto and tel are links; everything else (javascript, data, file, ...) stays text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from omnitui.core.blocks import Mark, Span

_OPENABLE = ("http://", "https://", "mailto:", "tel:")
_LONGEST_URL = 4096
_SPACES = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_CLUES = ("://", "@", "www.", "WWW.", "Www.")
_WEB = re.compile(r"(?:https?://|www\.)[^\s<>\"'`{}|\\^\x00-\x1f\u3000-\u303f\uff00-\uff20]{2,2000}", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}\b")
_LOCAL_PART = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-")
_TRAILING = ".,;:!?*_~…"
_PAIRS = {")": "(", "]": "["}
_LOOKALIKES = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")
_TOGETHER = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "KATAKANA-HIRAGANA"}


def safe_url(href: str) -> str:
    """`href` if it may be opened (http, https, mailto, tel), else an empty string."""
    url = _SPACES.sub("", href[: _LONGEST_URL + 1])
    if len(url) > _LONGEST_URL or not url[:8].lower().startswith(_OPENABLE):
        return ""
    return url if url.isprintable() else "".join(filter(str.isprintable, url))


def shown_host(url: str) -> str:
    """Whom a link leads to, as an agent should read it: the host, or the address of a mailto and tel link.

    A host whose letters could pass for those of another script is shown in punycode (RFC 3492).
    """
    scheme, _, rest = url.partition(":")
    if scheme.lower() in ("mailto", "tel"):
        return rest.partition("?")[0]
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    if host.isascii():
        return host
    labels = host.split(".")
    foreign = labels[-1].isascii()
    return ".".join(_punycode(label) if _doubtful(label, foreign) else label for label in labels)


def _doubtful(label: str, ascii_top: bool) -> bool:
    if label.isascii():
        return False
    scripts = {unicodedata.name(char, "?").partition(" ")[0] for char in label if char.isalpha()}
    if ascii_top and scripts.intersection(_LOOKALIKES):
        return True
    return len(scripts - _TOGETHER) > 1 or not label.isprintable()


def _punycode(label: str) -> str:
    folded = unicodedata.normalize("NFKC", label).lower()
    return folded if folded.isascii() else "xn--" + folded.encode("punycode").decode("ascii")


def link_spans(text: str) -> tuple[Span, ...]:
    """The links and mail addresses in plain text."""
    clues = [(at, clue) for clue in _CLUES if clue in text for at in _places(text, clue)]
    if not clues:
        return ()
    spans = []
    end = 0
    for at, clue in sorted(clues):
        found = _link_at(text, at, clue, end)
        if not found:
            continue
        shown = _trimmed(found[0])
        url = safe_url(_address(shown))
        host = shown_host(url) if url else ""
        if host:
            end = found.start() + len(shown)
            spans.append(Span(found.start(), end, Mark.LINK, url, host))
    return tuple(spans)


def _places(text: str, clue: str) -> Iterator[int]:
    at = text.find(clue)
    while at >= 0:
        yield at
        at = text.find(clue, at + 1)


def _link_at(text: str, at: int, clue: str, since: int) -> re.Match[str] | None:
    """The link or address that holds the clue at `at` and begins at `since` or later."""
    if clue == "@":
        start = at
        while start > max(since, at - 65) and text[start - 1] in _LOCAL_PART:
            start -= 1
        return _MAIL.match(text, start) if at - 65 < start < at else None
    if clue != "://":
        return _WEB.match(text, at) if at >= since and not text[at - 1 : at].isalnum() else None
    for length in (5, 4):
        if at - length >= since and text[at - length : at].lower() in ("https", "http"):
            return _WEB.match(text, at - length)
    return None


def _address(shown: str) -> str:
    if "://" in shown:
        return shown
    return f"https://{shown}" if shown[:4].lower() == "www." else f"mailto:{shown}"


def _trimmed(shown: str) -> str:
    """Without the punctuation of the sentence round it, and without a bracket that it did not open."""
    while shown:
        last = shown[-1]
        if last in _TRAILING or (last in _PAIRS and shown.count(last) > shown.count(_PAIRS[last])):
            shown = shown[:-1]
        else:
            break
    return shown
