"""Slack's messages and events as ours. Pure functions: any field may be missing, null, of a wrong type or hostile.

https://docs.slack.dev/reference/events/message and the pages of its subtypes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.channel_events import (
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    MessageEvent,
    Person,
    ReactionEvent,
    RemoteFile,
)
from omnitui.core.times import Instant
from omnitui.sync.channels.slack.emoji import shown_emoji
from omnitui.sync.channels.slack.people import Member, address_of
from omnitui.sync.channels.slack.rooms import Room
from omnitui.sync.channels.slack.text import dicts, string, words_of

OWN_EVENT = "omnitui_send"
"""The type of the metadata that our messages carry; its payload holds the key."""
SLACKBOT = "USLACKBOT"
UNREADABLE = "[A message that cannot be shown here; open it in Slack]"
_TS = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?")
_ROOM_NOISE = re.compile(
    r"(?:channel|group)_(?:join|leave|topic|purpose|name|archive|unarchive|convert_to_private|convert_to_public|"
    r"posting_permissions|canvas_updated)|pinned_item|unpinned_item|bot_add|bot_remove|bot_enable|bot_disable|"
    r"reminder_add|huddle_thread|sh_room_created|sh_room_shared|ekm_access_denied|app_conversation_join"
)
"""Subtypes of what the channel itself says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What has to be known to tell who is who."""

    user: str
    """Our own app's user, bot, team and (in an enterprise) organisation."""
    bot: str
    team: str
    enterprise: str = ""
    everyone: bool = False
    agents: frozenset[str] = frozenset()
    customer_bots: frozenset[str] = frozenset()
    members: Mapping[str, Member] = field(default_factory=dict)
    rooms: Mapping[str, str] = field(default_factory=dict)
    """Names of channels."""
    file_keys: Mapping[str, str] = field(default_factory=dict)
    """Our keys by the ids of files that we have sent: such a message carries no metadata."""


def ts_instant(ts: object) -> Instant:
    """Slack's time of a message as an instant; 0 for what is none."""
    found = _TS.fullmatch(ts) if isinstance(ts, str) else None
    if found is None:
        return Instant(0)
    return Instant(int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")[:3]))


def ts_order(ts: str) -> tuple[int, int]:
    """By what to order times; they are text, and the earliest ones are shorter."""
    found = _TS.fullmatch(ts)
    return (int(found[1]), int((found[2] or "").ljust(9, "0"))) if found else (0, 0)


def later(one: str, other: str) -> str:
    """The later of two times."""
    return one if ts_order(one) >= ts_order(other) else other


def root_of(message: Mapping[str, Any]) -> str:
    """The ts of the thread's first message, or its own."""
    return string(message.get("thread_ts")) or string(message.get("ts"))


def is_own(message: Mapping[str, Any], sight: Sight) -> bool:
    """Whether our app wrote it."""
    return string(message.get("user")) == sight.user or (bool(sight.bot) and string(message.get("bot_id")) == sight.bot)


def direction_of(message: Mapping[str, Any], sight: Sight) -> Direction:
    """Who wrote it. Whoever cannot be told to be ours counts as a customer, so that nobody goes unheard."""
    user, bot = string(message.get("user")), string(message.get("bot_id"))
    if is_own(message, sight):
        return Direction.OUT
    if user == SLACKBOT or _ROOM_NOISE.fullmatch(string(message.get("subtype"))):
        return Direction.SYSTEM
    member = sight.members.get(user)
    if bot and (member is None or member.bot):
        profile = _profile(message)
        if sight.customer_bots & {bot, user, string(message.get("username")), string(profile.get("name"))} - {""}:
            return Direction.IN
        team = string(profile.get("team_id")) or string(message.get("team"))
        return Direction.IN if team and team != sight.team else Direction.AUTO
    if user in sight.agents:
        return Direction.OUT
    return Direction.OUT if not sight.everyone and _of_ours(message, member, sight) else Direction.IN


def author_of(message: Mapping[str, Any], sight: Sight) -> Person | None:
    """The writer as a person."""
    user, bot = string(message.get("user")), string(message.get("bot_id"))
    if user in sight.members:
        return sight.members[user].person
    if user:
        return Person(address_of(team_said(message), user))
    if bot:
        name = string(message.get("username")) or string(_profile(message).get("name"))
        return Person(bot, name)
    return None


def posted(message: Mapping[str, Any], room: Room, sight: Sight) -> list[Event]:
    """A message as history or the socket gives it, with its reactions; nothing for noise between threads."""
    ts = string(message.get("ts"))
    if not ts:
        return []
    root, at = root_of(message), ts_instant(ts)
    remote, conversation = f"{room.id}:{ts}", room.conversation(root)
    if message.get("subtype") == "tombstone":
        return [DeletedEvent(conversation=conversation, remote_id=remote, at=at)]
    direction = direction_of(message, sight)
    if direction is Direction.SYSTEM and not room.whole and root == ts:
        return []
    files = files_of(message)
    names = {id: member.person.handle.lstrip("@") or member.person.name for id, member in sight.members.items()}
    text = words_of(message, {**sight.rooms, **names})
    edited = message.get("edited")
    own = is_own(message, sight)
    event = MessageEvent(
        conversation=conversation,
        remote_id=remote,
        at=at,
        direction=direction,
        author=author_of(message, sight),
        text=text or ("" if files else UNREADABLE),
        files=files,
        reply_to=f"{room.id}:{root}" if room.whole and root != ts else "",
        key=key_of(message, sight) if own else "",
        title=room.title,
        delivery="sent" if own else "",
        notices=() if text or files else ("Slack sent something without text.",),
        edited_at=ts_instant(edited.get("ts")) if isinstance(edited, dict) else None,
    )
    return [event, *reactions_of(message, room, sight)]


def key_of(message: Mapping[str, Any], sight: Sight) -> str:
    """Our key of a message of ours: from its metadata, or by its files."""
    metadata = message.get("metadata")
    if isinstance(metadata, dict) and metadata.get("event_type") == OWN_EVENT:
        payload = metadata.get("event_payload")
        if isinstance(payload, dict) and string(payload.get("key")):
            return string(payload.get("key"))
    keys = (sight.file_keys.get(string(file.get("id"))) for file in dicts(message.get("files")))
    return next((key for key in keys if key), "")


def changed(event: Mapping[str, Any], room: Room, sight: Sight) -> list[Event]:
    """`message_changed`: another text, a message that left a tombstone, or only the picture of a link."""
    raw, before = event.get("message"), event.get("previous_message")
    if not isinstance(raw, dict) or not string(raw.get("ts")):
        return []
    message = dict(raw)
    now = posted(message, room, sight)
    if not now or isinstance(now[0], DeletedEvent):
        return now
    first = now[0]
    if not isinstance(first, MessageEvent):
        return []
    earlier = posted({**before, "ts": message["ts"]}, room, sight) if isinstance(before, dict) else []
    same = bool(earlier) and isinstance(earlier[0], MessageEvent)
    if same and (earlier[0].text, earlier[0].files) == (first.text, first.files):  # type: ignore[union-attr]
        return []
    at = ts_instant(event.get("event_ts")) or ts_instant(event.get("ts")) or first.at
    return [edit_of(first, first.edited_at or at)]


def edit_of(message: MessageEvent, at: Instant) -> EditedEvent:
    """The message's present text as a change of what was there."""
    return EditedEvent(
        conversation=message.conversation, remote_id=message.remote_id, at=at, text=message.text, files=message.files
    )


def deleted(event: Mapping[str, Any], room: Room) -> list[Event]:
    """`message_deleted`."""
    raw = event.get("previous_message")
    before: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    ts = string(event.get("deleted_ts")) or string(before.get("ts"))
    if not ts:
        return []
    root = string(before.get("thread_ts")) or ts
    at = ts_instant(event.get("event_ts")) or ts_instant(event.get("ts")) or ts_instant(ts)
    return [DeletedEvent(conversation=room.conversation(root), remote_id=f"{room.id}:{ts}", at=at)]


def reacted(event: Mapping[str, Any], room: Room, sight: Sight) -> list[Event]:
    """`reaction_added` and `reaction_removed`. Slack does not say the thread: the message's id is enough."""
    raw, user, name = event.get("item"), string(event.get("user")), string(event.get("reaction"))
    item: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    ts = string(item.get("ts"))
    if not ts or not user or not name:
        return []
    reaction = ReactionEvent(
        conversation=room.conversation(ts),
        remote_id=f"{room.id}:{ts}",
        at=ts_instant(event.get("event_ts")) or ts_instant(ts),
        person=_person(user, sight),
        emoji=(shown_emoji(name),),
        added=event.get("type") != "reaction_removed",
        ours=user == sight.user,
    )
    return [reaction]


def reactions_of(message: Mapping[str, Any], room: Room, sight: Sight) -> list[Event]:
    """The reactions that stand at a message of history, all of each person's together."""
    ts = string(message.get("ts"))
    return [
        ReactionEvent(
            conversation=room.conversation(root_of(message)),
            remote_id=f"{room.id}:{ts}",
            at=ts_instant(ts),
            person=_person(user, sight),
            emoji=tuple(dict.fromkeys(map(shown_emoji, names))),
            whole=True,
            ours=user == sight.user,
        )
        for user, names in emoji_of(message).items()
    ]


def taken_back(message: Mapping[str, Any], room: Room, users: Iterable[str], sight: Sight, at: Instant) -> list[Event]:
    """These people have no reaction at a message any more."""
    return [
        ReactionEvent(
            conversation=room.conversation(root_of(message)),
            remote_id=f"{room.id}:{string(message.get('ts'))}",
            at=at,
            person=_person(user, sight),
            emoji=(),
            whole=True,
            ours=user == sight.user,
        )
        for user in sorted(users)
    ]


def files_of(message: Mapping[str, Any]) -> tuple[RemoteFile, ...]:
    """A message's files. What cannot be had is kept with the reason."""
    found = []
    for file in dicts(message.get("files")):
        id, name = string(file.get("id")), string(file.get("name")) or string(file.get("title"))
        if not id and not name:
            continue
        found.append(
            RemoteFile(
                ref=id,
                name=name or "file",
                type=string(file.get("mimetype")) or "application/octet-stream",
                size=_count(file.get("size")),
                width=_count(file.get("original_w")),
                height=_count(file.get("original_h")),
                lost=lost(file),
            )
        )
    return tuple(found)


def lost(file: Mapping[str, Any]) -> str:
    """Why a file cannot be had, or nothing. https://docs.slack.dev/reference/objects/file-object"""
    mode, access = string(file.get("mode")), string(file.get("file_access"))
    if mode == "tombstone":
        return "It was deleted in Slack."
    if mode == "hidden_by_limit":
        return "Slack hides it: the workspace's plan keeps no files of that age."
    if mode == "external" or file.get("is_external") is True:
        return "Another service keeps it; open it in Slack."
    if access in ("access_denied", "file_not_found"):
        return "Slack does not give it out to the app."
    return "" if string(file.get("id")) else "Slack did not say where it is."


def emoji_of(message: Mapping[str, Any]) -> dict[str, list[str]]:
    """Slack's names of the emoji of each person who has reacted."""
    theirs: dict[str, list[str]] = {}
    for reaction in dicts(message.get("reactions")):
        users, name = reaction.get("users"), string(reaction.get("name"))
        for user in users if isinstance(users, list) and name else []:
            if isinstance(user, str):
                theirs.setdefault(user, []).append(name)
    return theirs


def _of_ours(message: Mapping[str, Any], member: Member | None, sight: Sight) -> bool:
    if member is not None and member.enterprise and member.enterprise == sight.enterprise:
        return True
    team = (member.team if member is not None else "") or team_said(message)
    return bool(team) and team == sight.team


def team_said(message: Mapping[str, Any]) -> str:
    """The writer's team as the message says it; in a shared channel `team` may be that of the app."""
    return string(message.get("user_team")) or string(message.get("source_team")) or string(message.get("team"))


def _person(user: str, sight: Sight) -> Person:
    return sight.members[user].person if user in sight.members else Person(user)


def _profile(message: Mapping[str, Any]) -> Mapping[str, Any]:
    raw = message.get("bot_profile")
    return raw if isinstance(raw, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53 else 0
