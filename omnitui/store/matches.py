"""One person on several channels: who may be the same as whom, and whether they were answered elsewhere meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from omnitui.core.models import ContactId, Match
from omnitui.core.times import Instant
from omnitui.store.select import Select

# The terms `<> ''` stand at the looked-up side, as the partial indexes ask.
_SAME = """
    SELECT j.contact_id, j.channel, j.address, 'same phone' AS why, 1 AS rank
    FROM mine i JOIN identity j ON j.phone = i.phone WHERE j.phone <> ''
    UNION ALL SELECT j.contact_id, j.channel, j.address, 'same address', 2
    FROM mine i JOIN identity j ON j.channel = 'email' AND j.address = i.email WHERE i.email <> ''
    UNION ALL SELECT j.contact_id, j.channel, j.address, 'same address', 2
    FROM mine i JOIN identity j ON j.email = i.mail WHERE j.email <> ''
    UNION ALL SELECT j.contact_id, j.channel, j.address, 'same name and firm', 3
    FROM contact p JOIN contact q ON q.name = p.name AND q.organisation = p.organisation
    JOIN identity j ON j.contact_id = q.id WHERE p.id = ?1 AND q.name <> '' AND q.organisation <> ''
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that one of us wrote to the same person in another conversation."""

    account: str
    author: str
    at: Instant


def possible(contact_id: int, limit: int = 5) -> Select[Match]:
    """Contacts that may be the same person, the surest first: one phone (E.164), one mail address, one name and firm.

    Nobody is merged because of it; our own identities, those that were merged already, and those of whom somebody said
    that they are another person are not among them.
    """
    return Select(
        "WITH mine AS (SELECT phone, coalesce(nullif(email, ''), CASE channel WHEN 'email' THEN address ELSE '' END)"
        " AS mail, email FROM identity WHERE contact_id = ?1 AND ours = 0),"
        f" found AS ({_SAME})"
        " SELECT f.contact_id, q.name, f.channel, f.address, f.why, min(f.rank) FROM found f"
        " JOIN contact q ON q.id = f.contact_id WHERE f.contact_id <> ?1 AND q.merged_into IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM identity o WHERE o.contact_id = f.contact_id AND o.ours = 1)"
        " AND NOT EXISTS (SELECT 1 FROM identity i JOIN identity j ON j.contact_id = f.contact_id JOIN other_person o"
        " ON o.one = min(i.id, j.id) AND o.two = max(i.id, j.id) WHERE i.contact_id = ?1)"
        " GROUP BY f.contact_id ORDER BY min(f.rank), f.contact_id LIMIT ?2",
        (contact_id, limit),
        lambda row: Match(ContactId(row[0]), row[1], row[2], row[3], row[4]),
    )


def answered_elsewhere(conversation_id: int, since: int) -> Select[Answer]:
    """What was written to the person of this conversation in others of theirs after `since`, oldest first."""
    return Select(
        "SELECT a.name, m.author, m.at FROM conversation here JOIN conversation c ON c.contact_id = here.contact_id"
        " AND c.id <> here.id AND c.merged_into IS NULL AND c.last_agent_at > ?2"
        " JOIN message m ON m.conversation_id = c.id AND m.at > ?2 AND m.class = 'human'"
        " JOIN account a ON a.id = c.account_id WHERE here.id = ?1 ORDER BY m.at LIMIT 5",
        (conversation_id, since),
        lambda row: Answer(row[0], row[1] or "Somebody", Instant(row[2])),
    )
