"""Saved replies: kept, thrown away, brought in; filled in for what is being written."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from omnitui.core.errors import NotFound, Refused
from omnitui.core.models import Draft, StepRow
from omnitui.core.operations import Operation, OpKind
from omnitui.core.saved_replies import SavedReply, checked, fill, first_name
from omnitui.core.times import Instant, as_datetime
from omnitui.store import contacts, reply_drafts, saved_replies
from omnitui.store.connection import Cache, joined
from omnitui.triage.agent import Agent
from omnitui.triage.steps import commit, look_up


def save(
    cache: Cache, agent: Agent, reply: SavedReply, now: Instant, *, was: str = "", draft: str = ""
) -> StepRow | None:
    """Keep a text under its name; `was` is the name it had before, `draft` the name under which it was kept while it
    was written. Raises Refused for a name or text that cannot be, and for a new name that another one has."""
    reply = checked(reply)
    operations = [_kept(reply)]
    if was.lower() != reply.name.lower() and saved_replies.by_name(reply.name).first(cache) is not None:
        raise Refused(f"There is a saved reply “{reply.name}” already: choose another name, or edit that one")
    if was and was != reply.name:
        operations.insert(0, Operation(OpKind.SAVED_REPLY, was, {"body": None}))
    with joined(cache):
        reply_drafts.delete(cache, agent.name, draft)
        return commit(cache, agent, f"Saved the reply “{reply.name}”", operations, now)


def put(cache: Cache, agent: Agent, replies: Sequence[SavedReply], now: Instant) -> StepRow | None:
    """Keep all of these, in place of those of the same names, as one step. Raises Refused; nothing is changed then."""
    operations = [_kept(checked(reply)) for reply in replies]
    label = f"Saved the reply “{operations[0].target}”" if len(operations) == 1 else f"Saved {len(operations)} replies"
    return commit(cache, agent, label, operations, now)


def delete(cache: Cache, agent: Agent, name: str, now: Instant) -> StepRow | None:
    """Throw one away; undo brings it back. Raises NotFound."""
    found = named(cache, name)
    return commit(
        cache, agent, f"Deleted the saved reply “{found.name}”",
        [Operation(OpKind.SAVED_REPLY, found.name, {"body": None})], now,
    )  # fmt: skip


def named(cache: Cache, name: str) -> SavedReply:
    """The saved reply of this name. Raises NotFound."""
    found = saved_replies.by_name(name).first(cache)
    if found is None:
        raise NotFound(f"There is no saved reply “{name}”")
    return found


def values(cache: Cache, agent: Agent, draft: Draft, now: Instant) -> dict[str, str]:
    """What each variable stands for in this draft; empty where it is not known.

    The customer is the conversation's contact; of a mail to somebody else, or a new one, it is its first recipient.
    """
    name, email, organisation = _customer(cache, draft)
    target = look_up(cache, [draft.conversation_id])[0] if draft.conversation_id else None
    address = next((known.address for known in agent.accounts if known.name == draft.account), "")
    return {
        "contact.name": name,
        "contact.first_name": first_name(name),
        "contact.email": email,
        "contact.organisation": organisation,
        "conversation.number": f"#{target.id}" if target else "",
        "conversation.subject": target.subject if target else draft.subject,
        "agent.name": agent.name,
        "agent.first_name": first_name(agent.name),
        "account.name": draft.account,
        "account.address": address,
        "date.today": as_datetime(now).astimezone(ZoneInfo(agent.zone)).date().isoformat(),
    }


def filled(cache: Cache, agent: Agent, reply: SavedReply, draft: Draft, now: Instant) -> SavedReply:
    """The reply with what is known filled in; what is not stays as `{{...}}` and stops the sending."""
    known = values(cache, agent, draft, now)
    return SavedReply(reply.name, fill(reply.body, known), fill(reply.subject, known), reply.author, reply.updated_at)


def _kept(reply: SavedReply) -> Operation:
    return Operation(OpKind.SAVED_REPLY, reply.name, {"body": reply.body, "subject": reply.subject})


def _customer(cache: Cache, draft: Draft) -> tuple[str, str, str]:
    card = contacts.card(cache, draft.conversation_id, limit=1) if draft.conversation_id else None
    known = {identity.address.lower() for identity in card.identities} if card else set()
    if card is not None and (not draft.to or any(person.email.lower() in known for person in draft.to)):
        email = next((p.email for p in draft.to if p.email.lower() in known), "") or card.identities[0].address
        name = card.name if "@" not in card.name else ""
        return name or next((p.name for p in draft.to if p.email == email), ""), email, card.organisation
    if draft.to:
        return draft.to[0].name, draft.to[0].email, ""
    return "", "", ""
