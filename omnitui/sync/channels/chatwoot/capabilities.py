"""What Chatwoot can do; what the channel behind an inbox cannot is taken away by `inboxes.py`."""

from __future__ import annotations

from omnitui.core.channels import Capabilities, Dedupe, History, Inbound

CAPABILITIES = Capabilities(
    inbound=Inbound.POLL,
    history=History.FULL,
    dedupe=Dedupe.QUERYABLE,
    may_start=True,
    delete=True,
    reply_to=True,
    typing=True,
    mark_read=True,
    receipts="read",
    attachments=True,
    notes=True,
    templates=True,
    after_window="template",
    states=True,
    assignees=True,
    tags=True,
    priority=True,
    links_expire=True,
    most_text=150_000,
    most_file=40 * 1024 * 1024,
    formats="markdown",
)
