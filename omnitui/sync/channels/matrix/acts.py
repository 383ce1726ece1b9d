"""Changes that are no message: edit, take back, react, say what was read, say that somebody writes."""

from __future__ import annotations

import secrets

from omnitui.core.errors import NotFound, Refused
from omnitui.sync.channels.contract import Action, Receipt
from omnitui.sync.channels.matrix.client import V3, Denied, Homeserver, part
from omnitui.sync.channels.matrix.content import KEY, PARTS
from omnitui.sync.channels.matrix.fields import number, record, records, words
from omnitui.sync.channels.matrix.outgoing import edit, reaction
from omnitui.sync.channels.matrix.sending import Sender

TYPING = 20_000
"""Milliseconds for which we are shown as writing after one call."""
AROUND = 40
"""Events on both sides of a message in which its other parts are looked for."""


class Acts:
    """As one user."""

    def __init__(self, server: Homeserver, sender: Sender) -> None:
        self._server, self._sender = server, sender

    async def carry_out(self, me: str, action: Action) -> Receipt:
        """Doing it twice does no harm. Raises Refused for what Matrix has not."""
        room, target = action.conversation, action.remote_id
        try:
            match action.kind:
                case "edit":
                    await self._sender.refuse_encrypted(room)
                    await self._send(room, "m.room.message", edit(target, words(action.value.get("text"))))
                case "delete":
                    await self._delete(me, room, target)
                case "react":
                    emoji, added = words(action.value.get("emoji")), action.value.get("added") is not False
                    await (self._react(room, target, emoji) if added else self._unreact(me, room, target, emoji))
                case "read":
                    up_to = words(action.value.get("up_to")) or target
                    if up_to.startswith("$"):
                        where = f"{V3}/rooms/{part(room)}/receipt/m.read/{part(up_to)}"
                        await self._server.change("POST", where, {})
                case "typing":
                    on = action.value.get("typing") is not False
                    body = {"typing": on, **({"timeout": TYPING} if on else {})}
                    await self._server.change("PUT", f"{V3}/rooms/{part(room)}/typing/{part(me)}", body)
                case _:
                    raise Refused(f"Matrix cannot do this: {action.kind}")
        except NotFound as error:
            raise Refused(f"the message or room is not there any more: {error}") from None
        return Receipt("accepted", target)

    async def _send(self, room: str, kind: str, content: dict[str, object]) -> None:
        # One id for the tries of this call: a later call that says the same means it anew.
        path = f"{V3}/rooms/{part(room)}/send/{kind}/{secrets.token_hex(12)}"
        await self._server.change("PUT", path, content)

    async def _redact(self, room: str, event: str) -> None:
        await self._server.change("PUT", f"{V3}/rooms/{part(room)}/redact/{part(event)}/{secrets.token_hex(12)}", {})

    async def _delete(self, me: str, room: str, target: str) -> None:
        """A message with files is several events: all of them go."""
        content = record((await self._server.event(room, target)).get("content"))
        key, others = words(content.get(KEY)), []
        if key and number(content.get(PARTS)) > 1:
            around = await self._server.around(room, target, AROUND)
            near = [*records(around.get("events_before")), *records(around.get("events_after"))]
            others = [e for e in near if e.get("sender") == me and record(e.get("content")).get(KEY) == key]
        for event in [target, *(words(other.get("event_id")) for other in others)]:
            await self._redact(room, event)

    async def _react(self, room: str, target: str, emoji: str) -> None:
        try:
            await self._send(room, "m.reaction", reaction(target, emoji))
        except Denied as error:
            if error.code != "M_DUPLICATE_ANNOTATION":
                raise

    async def _unreact(self, me: str, room: str, target: str, emoji: str) -> None:
        path = f"/_matrix/client/v1/rooms/{part(room)}/relations/{part(target)}/m.annotation/m.reaction"
        token = ""
        while True:
            page = await self._server.get(path, {"limit": "100", **({"from": token} if token else {})}, urgent=True)
            for event in records(page.get("chunk")):
                key = words(record(record(event.get("content")).get("m.relates_to")).get("key"))
                if event.get("sender") == me and key == emoji:
                    await self._redact(room, words(event.get("event_id")))
            token = words(page.get("next_batch"))
            if not token:
                return
