"""Reads the contact of a conversation for the side panel."""

from __future__ import annotations

from omnitui.core.models import ContactCard, ConversationRow
from omnitui.screens.session import Session
from omnitui.store import conversations


async def read_card(session: Session, row: ConversationRow) -> ContactCard | None:
    """Who a conversation is with; None when with nobody known."""
    if row.contact_id is None:
        return None
    others = await session.reader.all(conversations.of_contact(row.contact_id))
    return ContactCard(row.contact_id, row.contact_name, "", "", None, row.last_at, (), tuple(others), len(others))
