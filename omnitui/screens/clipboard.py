"""Copying out of the program: through the terminal (OSC 52), so that it works over SSH, bounded and told in words."""

from __future__ import annotations

from omnitui.core.text.clean import safe_text
from omnitui.screens.base import Page
from omnitui.widgets.words import size

MOST = 74_994
"""Bytes of text: as base64 that is just below 100,000, beyond which common terminals drop the whole sequence."""


def fitting(text: str) -> tuple[str, bool]:
    """The clean text, or its beginning that fits, cut between characters; and whether it was cut."""
    clean = safe_text(text)
    raw = clean.encode("utf-8", "replace")
    if len(raw) <= MOST:
        return clean, False
    return raw[:MOST].decode("utf-8", "ignore"), True


def copy(page: Page, text: str, what: str) -> None:
    """Put it on the clipboard of this terminal, and say so."""
    cut, shortened = fitting(text)
    if not cut.strip():
        page.say(f"There is nothing to copy: the {what} is empty", "warn")
        return
    page.app.copy_to_clipboard(cut)
    if shortened:
        whole = size(len(text.encode("utf-8", "replace")))
        page.say(f"Copied the first {size(MOST)} of {whole}: more does not pass the terminal", "warn")
    else:
        page.say(f"Copied the {what}, {size(len(cut.encode('utf-8', 'replace')))}")
