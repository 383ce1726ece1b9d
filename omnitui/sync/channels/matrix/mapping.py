"""An event of a room's timeline as events of ours: pure functions, which never raise, whatever stands in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from omnitui.core.channel_events import (
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    IdentityEvent,
    MessageEvent,
    ReactionEvent,
)
from omnitui.core.times import MINUTE, Instant
from omnitui.sync.channels.matrix.content import KEY, PART, VOTE, answered, read_content, relation
from omnitui.sync.channels.matrix.cursor import Reacted
from omnitui.sync.channels.matrix.fields import number, record, texts, words
from omnitui.sync.channels.matrix.people import Names, Seen
from omnitui.sync.channels.matrix.system import happened

MESSAGES = frozenset(
    {
        "m.room.message",
        "m.room.encrypted",
        "m.sticker",
        "m.poll.start",
        "org.matrix.msc3381.poll.start",
        "m.call.invite",
    }
)
VOTES = frozenset({"m.poll.response", "org.matrix.msc3381.poll.response"})
SKEW = 5 * MINUTE
"""Another server's clock may be ahead of ours by so much; beyond that an event counts as of now."""


@dataclass
class Scene:
    """What is known while the events of one answer are read."""

    me: str
    ours: frozenset[str]
    """User ids of our people, `me` among them."""
    now: Instant
    names: Names = field(default_factory=Names)
    seen: Seen = field(default_factory=Seen)
    reactions: dict[str, Reacted] = field(default_factory=dict)
    """By the reaction's own id; what is read here is added."""
    edits: dict[str, str] = field(default_factory=dict)
    """By the edit's own id the message that it changes; what is read here is added."""
    undone: dict[str, EditedEvent] = field(default_factory=dict)
    """By the id of an edit that was taken back, how the message reads now."""
    polls: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the poll's event, its answers by their ids."""
    own_part: Callable[[str], bool] = lambda key: False
    """Whether a send of several events, by its key, was made here: then the cache holds it as one message."""

    def time(self, event: dict[str, Any]) -> Instant:
        """When it was sent; never in the future, where it would stay on top for ever."""
        at = number(event.get("origin_server_ts"), 2**62)
        return Instant(at) if 0 < at <= self.now + SKEW else self.now


def id_of(event: dict[str, Any]) -> str:
    """Its id; one without (a broken server) gets one from what it says, the same each time."""
    given = words(event.get("event_id"))
    return given or f"?{hashlib.sha256(json.dumps(event, sort_keys=True, default=str).encode()).hexdigest()[:40]}"


def is_edit(event: dict[str, Any]) -> str:
    """The message that it changes; empty where it is no edit."""
    content = record(event.get("content"))
    how, target = relation(content)
    new = isinstance(content.get("m.new_content"), dict)
    return target if how == "m.replace" and new and event.get("state_key") is None else ""


def map_event(room: str, event: dict[str, Any], scene: Scene) -> list[Event]:
    """What one event of a timeline means, in the order to take it in."""
    type_, sender = words(event.get("type")), words(event.get("sender"))
    if isinstance(event.get("state_key"), str):
        return _state(room, event, scene)
    if type_ == "m.reaction":
        return _reaction(room, event, scene)
    if type_ == "m.room.redaction":
        return _redaction(room, event, scene)
    if target := is_edit(event):
        # Only the author may change a message; servers do not check that (spec.matrix.org, "Validity of replacement
        # events").
        scene.edits[id_of(event)] = target
        if target in scene.edits or scene.seen.sender(target) != sender:
            return []
        return [_edit(room, target, event, scene)]
    if type_ in VOTES:
        return _vote(room, event, scene)
    if _taken_back(event):
        return _tombstone(room, event, scene) if type_ in MESSAGES else []
    has_text = bool(words(record(event.get("content")).get("body")))
    return _message(room, event, scene) if type_ in MESSAGES or has_text else []


def direction_of(type_: str, content: dict[str, Any], ours: bool) -> Direction:
    """Who wrote it; a notice is what bots and bridges write (m.notice)."""
    if type_ == "m.room.message" and content.get("msgtype") in ("m.notice", "m.server_notice"):
        return Direction.AUTO
    return Direction.OUT if ours else Direction.IN


def _message(room: str, event: dict[str, Any], scene: Scene) -> list[Event]:
    type_, content, sender = words(event.get("type")), record(event.get("content")), words(event.get("sender"))
    key, mine = words(content.get(KEY)), sender == scene.me
    if mine and number(content.get(PART)) and scene.own_part(key):
        return []
    said = read_content(type_, content, scene.names.of(room, sender))
    direction = direction_of(type_, content, sender in scene.ours)
    found: list[Event] = [
        MessageEvent(
            conversation=room,
            remote_id=id_of(event),
            at=scene.time(event),
            direction=Direction.SYSTEM if said.kind == "system" else direction,
            author=scene.names.person(room, sender),
            text=said.text,
            files=said.files,
            reply_to=answered(content),
            key=key if mine and not number(content.get(PART)) else "",
            kind="chat" if said.kind == "system" else said.kind,
            delivery="sent" if direction is Direction.OUT else "",
            notices=said.notices,
            html=said.html,
        )
    ]
    # What was changed before we saw it comes with its latest version (bundled aggregations, v1.4).
    bundled = record(record(record(event.get("unsigned")).get("m.relations")).get("m.replace"))
    if is_edit(bundled) and words(bundled.get("sender")) == sender:
        found.append(_edit(room, id_of(event), bundled, scene))
    return found


def as_it_is_now(room: str, event: dict[str, Any], scene: Scene) -> EditedEvent:
    """How a message reads by the server's word: as the latest edit that was not taken back, else as it was sent."""
    bundled = record(record(record(event.get("unsigned")).get("m.relations")).get("m.replace"))
    if is_edit(bundled) and bundled.get("sender") == event.get("sender") and not _taken_back(bundled):
        return _edit(room, id_of(event), bundled, scene)
    name = scene.names.of(room, words(event.get("sender")))
    said = read_content("m.room.message", record(event.get("content")), name)
    at = scene.time(event)
    return EditedEvent(conversation=room, remote_id=id_of(event), at=at, text=said.text, files=said.files)


def _vote(room: str, event: dict[str, Any], scene: Scene) -> list[Event]:
    """Somebody's choice in a poll, as a line between the messages."""
    content, sender = record(event.get("content")), words(event.get("sender"))
    _, poll = relation(content)
    chosen = texts(content.get("m.selections")) or texts(record(content.get(VOTE)).get("answers"))
    answers = scene.polls.get(poll, {})
    names = ", ".join(answers.get(one, one)[:200] for one in chosen[:20])
    who = scene.names.of(room, sender)
    return [
        MessageEvent(
            conversation=room,
            remote_id=id_of(event),
            at=scene.time(event),
            direction=Direction.SYSTEM,
            author=scene.names.person(room, sender),
            text=f"{who} voted: {names}" if names else f"{who} took a vote back",
            reply_to=poll,
        )
    ]


def _edit(room: str, target: str, event: dict[str, Any], scene: Scene) -> EditedEvent:
    new, sender = record(record(event.get("content")).get("m.new_content")), words(event.get("sender"))
    said = read_content("m.room.message", new, scene.names.of(room, sender))
    return EditedEvent(conversation=room, remote_id=target, at=scene.time(event), text=said.text, files=said.files)


def _taken_back(event: dict[str, Any]) -> bool:
    return bool(record(event.get("unsigned")).get("redacted_because"))


def _tombstone(room: str, event: dict[str, Any], scene: Scene) -> list[Event]:
    """A message that was taken back before we saw it: its place stays."""
    sender = words(event.get("sender"))
    because = record(record(event.get("unsigned")).get("redacted_because"))
    by = words(because.get("sender"))
    return [
        MessageEvent(
            conversation=room,
            remote_id=id_of(event),
            at=scene.time(event),
            direction=Direction.OUT if sender in scene.ours else Direction.IN,
            author=scene.names.person(room, sender),
            notices=("what it said was taken back before omnitui saw it",),
        ),
        DeletedEvent(
            conversation=room,
            remote_id=id_of(event),
            at=scene.time(because) if because else scene.time(event),
            by=scene.names.of(room, by) if by else "",
        ),
    ]


def _reaction(room: str, event: dict[str, Any], scene: Scene) -> list[Event]:
    content, sender = record(event.get("content")), words(event.get("sender"))
    how, target = relation(content)
    emoji = words(record(content.get("m.relates_to")).get("key"))[:100]
    if how != "m.annotation" or not target or not emoji:
        return []
    reacted = Reacted(id_of(event), target, sender, emoji)
    scene.reactions[reacted.event] = reacted
    return [_reacted(room, reacted, scene.time(event), scene, added=True)]


def _reacted(room: str, reacted: Reacted, at: Instant, scene: Scene, *, added: bool) -> ReactionEvent:
    return ReactionEvent(
        conversation=room,
        remote_id=reacted.target,
        at=at,
        person=scene.names.person(room, reacted.sender),
        emoji=(reacted.emoji,),
        added=added,
        ours=reacted.sender == scene.me,
    )


def redacts(event: dict[str, Any]) -> str:
    """What a redaction takes back. Room version 11 has moved it into the content."""
    return words(event.get("redacts")) or words(record(event.get("content")).get("redacts"))


def _redaction(room: str, event: dict[str, Any], scene: Scene) -> list[Event]:
    target, at = redacts(event), scene.time(event)
    if not target:
        return []
    if target in scene.edits:
        back = scene.undone.get(target)
        return [replace(back, at=at)] if back is not None else []
    if reacted := scene.reactions.get(target):
        return [_reacted(room, reacted, at, scene, added=False)]
    by = scene.names.of(room, words(event.get("sender")))
    return [DeletedEvent(conversation=room, remote_id=target, at=at, by=by)]


def _state(room: str, event: dict[str, Any], scene: Scene) -> list[Event]:
    found: list[Event] = []
    user = words(event.get("state_key"))
    if event.get("type") == "m.room.member" and record(event.get("content")).get("membership") == "join":
        found.append(IdentityEvent(person=scene.names.person(room, user), ours=user in scene.ours))
    if text := happened(room, event, scene.names):
        found.append(
            MessageEvent(
                conversation=room,
                remote_id=id_of(event),
                at=scene.time(event),
                direction=Direction.SYSTEM,
                author=scene.names.person(room, words(event.get("sender"))),
                text=text,
            )
        )
    return found
