"""What one does with a message: its original."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.core.text.clean import safe_text
from omnitui.screens.acts_files import at_hand
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import TextPage
from omnitui.store import messages
from omnitui.widgets.words import size

MOST = 400_000
"""Bytes of an original that are shown; all of it would keep the screen busy for seconds."""


@handles("message.original")
async def original(page: InboxPage, call: Call) -> None:
    """The mail as it came, its control characters made visible."""
    message = await at_hand(page)
    found = await page.session.reader.first(messages.original(message.id))
    if found is None:
        raise Refused("this message has no original: it was written here")
    text = found.data[:MOST].decode("utf-8", errors="replace")
    more = "" if found.complete else " (big parts are still on the server)"
    if len(found.data) > MOST:
        more = f" (the first {size(MOST)}; omnitui show {message.conversation_id} --raw {message.id} prints all)"
    page.open_page(TextPage(page.session, f"Original of #{message.conversation_id}{more}", safe_text(text)))
