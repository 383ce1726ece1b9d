"""Changes that are no message: edit, delete, react, read, typing. Doing one twice does no harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnitui.core.errors import Refused
from omnitui.sync.channels.contract import Action, Receipt
from omnitui.sync.channels.telegram.client import Api
from omnitui.sync.channels.telegram.reading import utf16, words
from omnitui.sync.channels.telegram.routes import Route, number_of
from omnitui.sync.channels.telegram.sending import CAPTION, TEXT, address

DONE = Receipt("accepted")


async def carry_out(
    api: Api, action: Action, route: Route, connection: str, albums: Mapping[str, list[int]]
) -> Receipt:
    """Raises Refused for what Telegram has not or does not allow, saying why."""
    match action.kind:
        case "edit":
            return await _edit(api, action, route, connection)
        case "delete":
            return await _delete(api, action, route, connection, albums)
        case "react":
            return await _react(api, action, route)
        case "read":
            return await _read(api, action, route, connection)
        case "typing":
            return await _typing(api, action, route, connection)
    raise Refused(f"Telegram cannot {action.kind}")


async def _edit(api: Api, action: Action, route: Route, connection: str) -> Receipt:
    """The text, or what stands under a file: which of them it is only Telegram knows."""
    text = words(action.value.get("text"))
    if utf16(text) > TEXT:
        raise Refused(f"Telegram takes {TEXT:,} characters, and the text has {utf16(text):,}; nothing was changed")
    which = _which(action, route, connection)
    try:
        return await _changed(api, "editMessageText", {**which, "text": text})
    except Refused as error:
        if "no text in the message" not in str(error):
            raise
    if utf16(text) > CAPTION:
        raise Refused(f"beside files Telegram takes {CAPTION:,} characters, and the text has {utf16(text):,}")
    return await _changed(api, "editMessageCaption", {**which, "caption": text})


async def _delete(api: Api, action: Action, route: Route, connection: str, albums: Mapping[str, list[int]]) -> Receipt:
    """The message; of an album that we sent, all of its messages."""
    numbers = albums.get(action.remote_id) or [number_of(action.remote_id, route)]
    if connection:
        fields = {"business_connection_id": connection, "message_ids": numbers}
        return await _changed(api, "deleteBusinessMessages", fields)
    done = [await _changed(api, "deleteMessage", {"chat_id": route.chat, "message_id": number}) for number in numbers]
    return DONE if DONE in done else done[0]


async def _react(api: Api, action: Action, route: Route) -> Receipt:
    """A bot has one reaction to a message at most: another one takes its place."""
    if route.owner:
        raise Refused("Telegram lets no bot react for a business account")
    added = action.value.get("added", True) is not False
    reaction = [{"type": "emoji", "emoji": words(action.value.get("emoji"))}] if added else []
    fields = {"chat_id": route.chat, "message_id": number_of(action.remote_id, route), "reaction": reaction}
    return await _changed(api, "setMessageReaction", fields)


async def _read(api: Api, action: Action, route: Route, connection: str) -> Receipt:
    """Only for a business account can it be shown that somebody has read; a bot's own chats have no such mark."""
    if not connection:
        return Receipt("rejected", detail="Telegram shows customers of a bot no marks of reading")
    up_to = words(action.value.get("up_to")) or action.remote_id
    fields = {
        "business_connection_id": connection,
        "chat_id": route.chat,
        "message_id": number_of(up_to, route),
    }
    return await _changed(api, "readBusinessMessage", fields)


async def _typing(api: Api, action: Action, route: Route, connection: str) -> Receipt:
    """Shown for five seconds, or until a message comes; it cannot be taken back."""
    if action.value.get("typing", True) is False or route.topic.startswith("d"):
        return DONE
    return await _changed(api, "sendChatAction", {**address(route, connection), "action": "typing"})


def _which(action: Action, route: Route, connection: str) -> dict[str, Any]:
    business = {"business_connection_id": connection} if connection else {}
    return {**business, "chat_id": route.chat, "message_id": number_of(action.remote_id, route)}


async def _changed(api: Api, method: str, fields: Mapping[str, Any]) -> Receipt:
    """What is so already counts as done."""
    try:
        await api.ask(method, fields)
    except Refused as error:
        if "message is not modified" in str(error) or "message to delete not found" in str(error):
            return Receipt("duplicate")
        raise
    return DONE
