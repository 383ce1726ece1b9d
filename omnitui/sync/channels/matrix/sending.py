"""Handing over a message so that no retry doubles it, and looking for one whose fate is not known.

A homeserver takes a transaction id once, but forgets it after a time, and knows it for one access token only. So our
key stands in the event, too, and a send that may be a late retry looks for it first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from omnitui.core.errors import NotFound, Offline, Refused
from omnitui.core.times import MINUTE, Instant
from omnitui.sync.channels.contract import Lookup, Outbound, Receipt
from omnitui.sync.channels.matrix.client import V3, Denied, Homeserver, part
from omnitui.sync.channels.matrix.content import KEY, PART
from omnitui.sync.channels.matrix.fields import number, record, records, words
from omnitui.sync.channels.matrix.outgoing import contents, transaction
from omnitui.sync.channels.matrix.parts import SentInParts
from omnitui.sync.channels.matrix.people import Seen
from omnitui.sync.channels.matrix.starting import room_for
from omnitui.sync.channels.matrix.system import BARRED_ENCRYPTED
from omnitui.sync.http.messages import Unanswered

FRESH = 1 * MINUTE
"""A draft younger than this is tried for the first time, or its transaction id is certainly still known."""
SKEW = 15 * MINUTE
"""Our clock and the homeserver's may differ by so much."""
PAGES = 50
"""Pages of a room, 100 events each, that are looked through for a send."""


class Sender:
    """Sends as one user."""

    def __init__(self, server: Homeserver, clock: Callable[[], Instant], parts: SentInParts, seen: Seen) -> None:
        self._server, self._clock, self._parts, self._seen = server, clock, parts, seen

    async def send(self, me: str, draft: Outbound, *, invited: bool = False) -> Receipt:
        """Once; `invited`: join the room before. Raises Offline, Unanswered, Refused."""
        if draft.private or draft.template is not None:
            raise Refused("Matrix has neither notes nor templates")
        room = draft.conversation or await room_for(self._server, me, draft)
        if invited:
            await self._server.join(room)
        await self.refuse_encrypted(room)
        there: dict[int, str] = {}
        if self._clock() - draft.composed_at > FRESH:
            there, _ = await self._look(me, room, draft)
        if len(there) == count(draft):
            return Receipt("duplicate", there[0], conversation=room)
        # All files first: a message is not begun that cannot be brought to its end.
        files = [await self._upload(draft, place) for place in range(len(draft.files))]
        made = contents(draft, files, await self._thread(room, draft.reply_to))
        if len(made) > 1:
            await self._parts.add(draft.key)
        for place, content in enumerate(made):
            if place in there:
                continue
            path = f"{V3}/rooms/{part(room)}/send/m.room.message/{part(transaction(draft.key, place))}"
            try:
                there[place] = words((await self._server.put_once(path, content)).get("event_id"))
            except (Offline, Refused, NotFound) as error:
                raise _what_it_means(error, place) from None
        return Receipt("accepted", there[0], conversation=room)

    async def reconcile(self, me: str, draft: Outbound) -> Lookup:
        """Look for our key in the room."""
        room = draft.conversation or await room_for(self._server, me, draft)
        there, whole = await self._look(me, room, draft)
        if len(there) == count(draft):
            return Lookup("found", there[0])
        if there:
            return Lookup("absent", detail=f"{len(there)} of its {count(draft)} parts are there; the others are sent")
        return Lookup("absent") if whole else Lookup("cannot_tell", detail="the room has too many newer messages")

    async def refuse_encrypted(self, room: str) -> None:
        """Nothing of ours goes into an encrypted room in clear text. Asked each time: it may be switched on any day."""
        if await self._server.encrypted(room):
            raise Refused(BARRED_ENCRYPTED)

    async def _look(self, me: str, room: str, draft: Outbound) -> tuple[dict[int, str], bool]:
        """The parts of the send that are in the room, and whether it was looked through back to when it was written."""
        there: dict[int, str] = {}
        token = ""
        for _ in range(PAGES):
            page = await self._server.messages(room, token)
            chunk = records(page.get("chunk"))
            for event in chunk:
                content = record(event.get("content"))
                if event.get("sender") == me and words(content.get(KEY)) == draft.key:
                    there[number(content.get(PART))] = words(event.get("event_id"))
            token = words(page.get("end"))
            oldest = min((number(event.get("origin_server_ts")) for event in chunk), default=0)
            if not token or len(there) == count(draft) or (chunk and oldest < draft.composed_at - SKEW):
                return there, True
        return there, False

    async def _upload(self, draft: Outbound, place: int) -> str:
        file = draft.files[place]
        data = await asyncio.to_thread(file.path.read_bytes)
        try:
            return await self._server.upload(file.name, file.type, data)
        except Denied as error:
            if error.status == 413:
                raise Refused(f"{file.name} is larger than the homeserver takes") from None
            raise

    async def _thread(self, room: str, target: str) -> str:
        """The root of the thread that a message stands in, so that the answer stands there, too."""
        if target.startswith("$") and target not in self._seen:
            try:
                self._seen.learn(await self._server.event(room, target))
            except (Denied, NotFound):
                return ""
        return self._seen.thread(target)


def count(draft: Outbound) -> int:
    """Events that a send consists of."""
    return len(draft.files) + (1 if draft.text or not draft.files else 0)


def _what_it_means(error: Offline | Refused | NotFound, place: int) -> Exception:
    """An error while parts are handed over: once the first is there, the send has been begun."""
    if place:
        return Unanswered(f"a part of the message was sent, the rest was not yet: {error}")
    if isinstance(error, NotFound):
        return Refused(f"the room is not there any more: {error}")
    return error
