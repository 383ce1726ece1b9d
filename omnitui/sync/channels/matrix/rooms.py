"""What a room is: its name, who is in it, whether we may answer. Pure; learnt from what /sync says of its state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Direction, MessageEvent
from omnitui.core.times import Instant
from omnitui.sync.channels.matrix.fields import number, record, records, texts, words
from omnitui.sync.channels.matrix.mapping import Scene
from omnitui.sync.channels.matrix.people import Names
from omnitui.sync.channels.matrix.system import BARRED_ALONE, BARRED_ENCRYPTED, BARRED_REPLACED

JOINED, INVITED = "m.joined_member_count", "m.invited_member_count"
MOST_HEROES = 3
"""People named in the title of a room without a name."""
TOLD = frozenset(
    {
        "m.room.create",
        "m.room.name",
        "m.room.canonical_alias",
        "m.room.encryption",
        "m.room.tombstone",
        "m.bridge",
        "uk.half-shot.bridge",
    }
)
"""State of which a room is described."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a room; None: not heard of in this process."""

    name: str | None = None
    alias: str | None = None
    heroes: tuple[str, ...] | None = None
    barred: str | None = None
    space: bool = False
    alone: bool = False
    """Everybody else has left, and nobody is invited."""
    before: str = ""
    """The room that this one says it replaces."""
    after: str = ""
    """The room that replaces this one."""
    bridge: str = ""
    """What the other side is on, such as WhatsApp (the bridge's own word)."""

    @property
    def whole(self) -> bool:
        """All that a title is made of is known."""
        return None not in (self.name, self.alias)


def state_events(data: dict[str, Any]) -> list[dict[str, Any]]:
    """A room's state in an answer to /sync: at the start of the timeline, and what changed in it."""
    before = records(record(data.get("state")).get("events"))
    after = records(record(data.get("timeline")).get("events"))
    return [event for event in [*before, *after] if isinstance(event.get("state_key"), str)]


def learn(facts: Facts, data: dict[str, Any], events: list[dict[str, Any]]) -> Facts:
    """The facts after an answer. `events`: the state in it."""
    if any(event.get("type") == "m.room.create" for event in events):
        # The whole state is told: what is not in it is not there.
        facts = Facts(name="", alias="", heroes=facts.heroes or (), barred="")
    for event in events:
        content = record(event.get("content"))
        match event.get("type"):
            case "m.room.create":
                before = words(record(content.get("predecessor")).get("room_id"))
                facts = replace(facts, space=content.get("type") == "m.space", before=before)
            case "m.room.name":
                facts = replace(facts, name=words(content.get("name"))[:500])
            case "m.room.canonical_alias":
                facts = replace(facts, alias=words(content.get("alias"))[:300])
            case "m.room.encryption":
                facts = replace(facts, barred=BARRED_ENCRYPTED)
            case "m.room.tombstone":
                facts = replace(facts, barred=BARRED_REPLACED, after=words(content.get("replacement_room")))
            case "m.bridge" | "uk.half-shot.bridge":
                protocol = record(content.get("protocol"))
                facts = replace(facts, bridge=(words(protocol.get("displayname")) or words(protocol.get("id")))[:50])
    summary = record(data.get("summary"))
    if "m.heroes" in summary:
        facts = replace(facts, heroes=tuple(texts(summary["m.heroes"])))
    if JOINED in summary or INVITED in summary:
        # A count that is left out has not changed; nobody was alone in a room that others are invited to.
        joined, invited = number(summary.get(JOINED, 1)), number(summary.get(INVITED))
        facts = replace(facts, alone=JOINED in summary and joined <= 1 and not invited)
    return facts


def title(room: str, facts: Facts, names: Names, ours: frozenset[str]) -> str:
    """What to call the room: its name, its address, or who is in it ("Calculating the display name for a room")."""
    own = facts.name or facts.alias or _people(room, facts, names, ours)
    return f"{own} ({facts.bridge})" if own and facts.bridge and facts.bridge.casefold() not in own.casefold() else own


def _people(room: str, facts: Facts, names: Names, ours: frozenset[str]) -> str:
    others = [hero for hero in facts.heroes or () if hero not in ours]
    named = [names.of(room, hero) for hero in others[:MOST_HEROES]]
    more = f" and {len(others) - MOST_HEROES} more" if len(others) > MOST_HEROES else ""
    return ", ".join(named) + more


def describe(room: str, facts: Facts, scene: Scene, at: Instant) -> ConversationEvent:
    """The room as it is now."""
    heroes = [hero for hero in facts.heroes or () if hero not in scene.ours]
    called = title(room, facts, scene.names, scene.ours) if facts.whole else ""
    return ConversationEvent(
        conversation=room,
        at=at,
        title=called or None,
        barred=BARRED_ALONE if facts.alone and not facts.barred else facts.barred,
        people=tuple(scene.names.person(room, hero) for hero in heroes),
    )


def describes(events: list[dict[str, Any]], data: dict[str, Any]) -> bool:
    """Whether an answer says anything of what `describe` tells."""
    kinds = {event.get("type") for event in events}
    return bool(kinds & TOLD) or bool({"m.heroes", JOINED, INVITED} & record(data.get("summary")).keys())


def invitation(
    room: str, stripped: list[dict[str, Any]], scene: Scene, why: str
) -> list[ConversationEvent | MessageEvent]:
    """An invitation that waits for the agent, as a conversation with a message in it. `why`: it was not accepted."""
    facts = learn(Facts(name="", alias="", heroes=(), barred=""), {}, stripped)
    ours = [e for e in stripped if e.get("type") == "m.room.member" and e.get("state_key") == scene.me]
    inviter = words(ours[-1].get("sender")) if ours else ""
    reason = words(record(ours[-1].get("content")).get("reason"))[:500] if ours else ""
    for event in stripped:
        scene.names.learn(room, event)
    person = scene.names.person(room, inviter) if inviter else None
    whole = f"{scene.names.of(room, inviter) if inviter else 'Somebody'} invites you to talk here"
    whole += f": {reason}" if reason else ". To answer is to accept."
    return [
        ConversationEvent(
            conversation=room,
            at=scene.now,
            title=facts.name or (person.name or inviter if person else "") or None,
            barred=facts.barred or None,
            people=(person,) if person else (),
        ),
        MessageEvent(
            conversation=room,
            remote_id=f"invite:{room}",
            at=scene.now,
            direction=Direction.IN,
            author=person,
            text=whole,
            kind="invite",
            notices=(why,) if why else (),
        ),
    ]
