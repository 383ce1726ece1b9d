"""What one does with a message: its original, and why it is here."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.core.models import ConversationRow
from omnitui.core.text.clean import safe_text
from omnitui.screens.acts_files import at_hand
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import TextPage
from omnitui.store import log, messages
from omnitui.widgets.words import moment


@handles("message.original")
async def original(page: InboxPage, call: Call) -> None:
    """The mail as it came, its control characters made visible."""
    message = at_hand(page)
    found = await page.session.reader.first(messages.original(message.id))
    if found is None:
        raise Refused("this message has no original: it was written here")
    text = found.data.decode("utf-8", errors="replace")
    more = "" if found.complete else " (big parts are still on the server)"
    page.app.push_screen(TextPage(page.session, f"Original of #{message.conversation_id}{more}", safe_text(text)))


@handles("conversation.why")
async def why(page: InboxPage, call: Call) -> None:
    """Why it stands here, why its mails are together, and who did what."""
    row = page.here
    if row is None:
        raise Refused("there is no conversation here")
    now = page.session.now()
    lines = [why_here(row), ""]
    lines.append("Why these messages are together:")
    for message in reversed(await page.session.reader.all(messages.thread(row.id, limit=200))):
        reason = " ".join(filter(None, (message.join_reason, message.join_detail)))
        lines.append(
            f"  {moment(message.at, now):14} {message.sender.email or message.author}: {reason or 'written here'}"
        )
    lines += ["", "What was done, newest first:"]
    history = await page.session.reader.all(log.history(row.id))
    lines += [
        f"  {moment(entry.at, now):14} {entry.actor}: {entry.step}{' (undone)' if entry.undoes else ''}"
        for entry in history
    ]
    if not history:
        lines.append("  nothing yet")
    page.app.push_screen(TextPage(page.session, f"Why #{row.id}", "\n".join(lines)))


def why_here(row: ConversationRow) -> str:
    """Its place in the order by waiting, in words."""
    if row.failed_count:
        return "It stands first because something you sent has failed or asks; g o shows it."
    if row.waiting_since is not None and row.state.value == "open":
        return "It is ordered by how long the customer has waited since their first message that nobody answered."
    return f"Nobody waits here (it is {row.state.value}), so it stands after those who do, newest first."
