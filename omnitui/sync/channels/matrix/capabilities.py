"""What the Matrix channel can do."""

from __future__ import annotations

from omnitui.core.channels import Capabilities, Dedupe, History, Inbound

CAPABILITIES = Capabilities(
    inbound=Inbound.LONG_POLL,
    history=History.FULL,
    dedupe=Dedupe.SERVER_KEY,
    may_start=True,
    edit=True,
    delete=True,
    react=True,
    reply_to=True,
    typing=True,
    mark_read=True,
    receipts="read",
    attachments=True,
    # An event holds 65,536 bytes at most, and a character has up to 4.
    most_text=15_000,
    most_file=50 * 1024 * 1024,
    enter_sends=True,
)
