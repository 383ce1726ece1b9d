"""What agents do with people: block, describe, say which addresses are one person."""

from __future__ import annotations

from omnitui.core.errors import NotFound, Refused
from omnitui.core.models import StepRow
from omnitui.core.operations import Operation, OpKind
from omnitui.core.text.clean import safe_text
from omnitui.core.times import Instant
from omnitui.store import contacts, identities
from omnitui.store.connection import Cache
from omnitui.triage.agent import Agent
from omnitui.triage.steps import commit


def block(cache: Cache, agent: Agent, address: str, now: Instant, *, channel: str = "email") -> StepRow | None:
    """What comes from this address is stored and hidden. Raises NotFound for a stranger, Refused for one of ours."""
    return _block(cache, agent, channel, address, True, now)


def unblock(cache: Cache, agent: Agent, address: str, now: Instant, *, channel: str = "email") -> StepRow | None:
    """Shown again."""
    return _block(cache, agent, channel, address, False, now)


def _block(cache: Cache, agent: Agent, channel: str, address: str, on: bool, now: Instant) -> StepRow | None:
    operation = Operation(OpKind.BLOCK, _target(channel, address), {"blocked": on})
    return commit(cache, agent, f"{'Blocked' if on else 'Unblocked'} {address}", [operation], now)


def _target(channel: str, address: str) -> str:
    return f"{channel}:{identities.key(address, channel)}"


def describe(
    cache: Cache,
    agent: Agent,
    address: str,
    now: Instant,
    *,
    name: str | None = None,
    organisation: str | None = None,
    notes: str | None = None,
    channel: str = "email",
) -> StepRow | None:
    """Mend the contact that an address belongs to; what is None stays."""
    lines = {"name": name, "organisation": organisation}
    payload = {field: safe_text(text, lines=False) for field, text in lines.items() if text is not None}
    if notes is not None:
        payload["notes"] = safe_text(notes)
    operation = Operation(OpKind.CONTACT, _target(channel, address), payload)
    return commit(cache, agent, f"Changed the contact {address}", [operation], now)


def link(cache: Cache, agent: Agent, address: str, to: str, now: Instant, *, channel: str = "email") -> StepRow | None:
    """`address` belongs to the person to whom `to` belongs."""
    payload = {"with": _target(channel, to)}
    operation = Operation(OpKind.IDENTITY, _target(channel, address), payload)
    return commit(cache, agent, f"Linked {address} with {to}", [operation], now)


def unlink(cache: Cache, agent: Agent, address: str, now: Instant, *, channel: str = "email") -> StepRow | None:
    """`address` belongs to a person of its own."""
    operation = Operation(OpKind.IDENTITY, _target(channel, address), {"with": None})
    return commit(cache, agent, f"Made {address} a contact of its own", [operation], now)


def dismiss(cache: Cache, agent: Agent, contact_id: int, other: int, now: Instant) -> StepRow | None:
    """The two are two people: they are no longer suggested as one. It holds for their addresses, wherever those go.

    Raises NotFound where one of them is not there, Refused where they are the same.
    """
    here, there = contacts.identities(contact_id).all(cache), contacts.identities(other).all(cache)
    if not here or not there:
        raise NotFound("There is no such contact")
    if contact_id == other:
        raise Refused("These are the same person already")
    one, two = here[0], there[0]
    payload = {"than": f"{two.channel}:{two.address}", "on": True}
    operation = Operation(OpKind.OTHER_PERSON, f"{one.channel}:{one.address}", payload)
    words = f"{two.name or two.address} is another person than {one.name or one.address}"
    return commit(cache, agent, words, [operation], now)


def merge(cache: Cache, agent: Agent, contact_id: int, into: int, now: Instant) -> StepRow | None:
    """The two are one person: all addresses and the notes of `contact_id` go to `into`, as one step.

    Raises NotFound where one of them is not there, Refused where they are the same.
    """
    gone, kept = contacts.by_id(contact_id).first(cache), contacts.by_id(into).first(cache)
    if gone is None or kept is None:
        raise NotFound("There is no such contact")
    moving, staying = contacts.identities(contact_id).all(cache), contacts.identities(into).all(cache)
    if contact_id == into or not moving or not staying:
        raise Refused("These are the same person already")
    target = f"{staying[0].channel}:{staying[0].address}"
    fields: dict[str, str] = {}
    if gone.notes and gone.notes not in kept.notes:
        fields["notes"] = "\n".join(filter(None, (kept.notes, gone.notes)))
    for name in ("name", "organisation"):
        if getattr(gone, name) and not getattr(kept, name):
            fields[name] = getattr(gone, name)
    operations = [Operation(OpKind.CONTACT, target, fields)] if fields else []
    operations += [Operation(OpKind.IDENTITY, f"{one.channel}:{one.address}", {"with": target}) for one in moving]
    who, whom = (one.name or (one.addresses[0] if one.addresses else "?") for one in (gone, kept))
    return commit(cache, agent, f"Merged the contact {who} into {whom}", operations, now)
