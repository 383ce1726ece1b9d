"""The room to write to somebody who has not written: the one there is, else a new one, made once."""

from __future__ import annotations

import hashlib

from omnitui.core.errors import NotFound, Refused
from omnitui.sync.channels.contract import Outbound
from omnitui.sync.channels.matrix.client import V3, Denied, Homeserver, part
from omnitui.sync.channels.matrix.fields import record, texts, words


async def room_for(server: Homeserver, me: str, draft: Outbound) -> str:
    """The room of a draft without a conversation. A second try finds the room of the first, by its alias.

    Raises Refused, Offline.
    """
    people = [person.address for person in draft.to]
    if not people or any(not user.startswith("@") or ":" not in user for user in people):
        raise Refused("a Matrix user id, such as @ana:example.org, is needed to write to somebody")
    own = me.partition(":")[2]
    local = f"omnitui-{hashlib.sha256(draft.key.encode()).hexdigest()[:24]}"
    try:
        found = await server.get(f"{V3}/directory/room/{part(f'#{local}:{own}')}", urgent=True)
        return words(found.get("room_id"))
    except NotFound:
        pass
    if len(people) == 1 and not draft.title and (room := await _direct(server, me, people[0])):
        return room
    wish = {
        "preset": "trusted_private_chat",
        "is_direct": len(people) == 1,
        "invite": people,
        "room_alias_name": local,
        **({"name": draft.title} if draft.title else {}),
    }
    try:
        made = await server.change("POST", f"{V3}/createRoom", wish)
    except Denied as error:
        if error.code != "M_ROOM_IN_USE":
            raise
        made = await server.get(f"{V3}/directory/room/{part(f'#{local}:{own}')}", urgent=True)
    room = words(made.get("room_id"))
    if not room:
        raise Refused("the homeserver made a room and did not say which")
    if len(people) == 1:
        await _remember(server, me, people[0], room)
    return room


async def _direct(server: Homeserver, me: str, user: str) -> str:
    """A direct room with them (m.direct) that both are in and that is not encrypted; empty where there is none."""
    for room in reversed(texts((await _direct_rooms(server, me)).get(user))):
        try:
            members = await server.get(f"{V3}/rooms/{part(room)}/joined_members", urgent=True)
            if {me, user} <= record(members.get("joined")).keys() and not await server.encrypted(room):
                return room
        except (Denied, NotFound):
            continue
    return ""


async def _direct_rooms(server: Homeserver, me: str) -> dict[str, object]:
    try:
        return await server.get(f"{V3}/user/{part(me)}/account_data/m.direct", urgent=True)
    except NotFound:
        return {}


async def _remember(server: Homeserver, me: str, user: str, room: str) -> None:
    """So that other programs of ours, and the next send, know it as the room with them."""
    direct = await _direct_rooms(server, me)
    wanted = {**direct, user: [*texts(direct.get(user)), room]}
    await server.change("PUT", f"{V3}/user/{part(me)}/account_data/m.direct", wanted)
