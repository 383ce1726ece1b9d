"""Changes that are no message: edit, delete, react, read, typing. Doing one twice does no harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnitui.core.errors import Refused
from omnitui.sync.channels.contract import Action, Receipt
from omnitui.sync.channels.telegram.client import Api
from omnitui.sync.channels.telegram.reading import utf16, words
from omnitui.sync.channels.telegram.routes import Route, found_at, route_of
from omnitui.sync.channels.telegram.sending import CAPTION, TEXT, address

DONE = Receipt("accepted")
PICTURE = "\N{VARIATION SELECTOR-16}"


def about(action: Action) -> tuple[Route, int]:
    """The chat and the message that a change is about; 0: the chat as such. Raises Refused."""
    if action.kind == "typing":
        return route_of(action.conversation), 0
    return found_at(words(action.value.get("up_to")) or action.remote_id)


async def carry_out(api: Api, action: Action, connection: str, albums: Mapping[str, list[int]]) -> Receipt:
    """Raises Refused for what Telegram has not or does not allow, saying why."""
    match action.kind:
        case "edit":
            return await _edit(api, action, connection)
        case "delete":
            return await _delete(api, action, connection, albums)
        case "react":
            return await _react(api, action)
        case "read":
            return await _read(api, action, connection)
        case "typing":
            return await _typing(api, action, connection)
    raise Refused(f"Telegram cannot {action.kind}")


async def _edit(api: Api, action: Action, connection: str) -> Receipt:
    """The text, or what stands under a file: which of them it is only Telegram knows."""
    text = words(action.value.get("text"))
    if utf16(text) > TEXT:
        raise Refused(f"Telegram takes {TEXT:,} characters, and the text has {utf16(text):,}; nothing was changed")
    which = _which(action, connection)
    try:
        return await _changed(api, "editMessageText", {**which, "text": text})
    except Refused as error:
        if "no text in the message" not in str(error):
            raise
    if utf16(text) > CAPTION:
        raise Refused(f"beside files Telegram takes {CAPTION:,} characters, and the text has {utf16(text):,}")
    return await _changed(api, "editMessageCaption", {**which, "caption": text})


async def _delete(api: Api, action: Action, connection: str, albums: Mapping[str, list[int]]) -> Receipt:
    """The message; of an album that we sent, all of its messages."""
    route, one = about(action)
    numbers = albums.get(action.remote_id) or [one]
    if connection:
        fields = {"business_connection_id": connection, "message_ids": numbers}
        return await _changed(api, "deleteBusinessMessages", fields)
    done = [await _changed(api, "deleteMessage", {"chat_id": route.chat, "message_id": number}) for number in numbers]
    return DONE if DONE in done else done[0]


async def _react(api: Api, action: Action) -> Receipt:
    """A bot has one reaction to a message at most: another one takes its place."""
    route, message = about(action)
    if route.owner:
        raise Refused("Telegram lets no bot react for a business account")
    # Telegram names its reactions without the sign that asks for a coloured picture.
    emoji = words(action.value.get("emoji")).replace(PICTURE, "")
    added = action.value.get("added", True) is not False
    reaction = [{"type": "emoji", "emoji": emoji}] if added else []
    fields = {"chat_id": route.chat, "message_id": message, "reaction": reaction}
    try:
        return await _changed(api, "setMessageReaction", fields)
    except Refused as error:
        if "REACTION_INVALID" not in str(error):
            raise
        raise Refused(f"Telegram has no reaction {emoji}, or does not allow it in this chat") from None


async def _read(api: Api, action: Action, connection: str) -> Receipt:
    """Only for a business account can it be shown that somebody has read; a bot's own chats have no such mark."""
    route, message = about(action)
    if not connection:
        return Receipt("rejected", detail="Telegram shows customers of a bot no marks of reading")
    fields = {"business_connection_id": connection, "chat_id": route.chat, "message_id": message}
    return await _changed(api, "readBusinessMessage", fields)


async def _typing(api: Api, action: Action, connection: str) -> Receipt:
    """Shown for five seconds, or until a message comes; it cannot be taken back."""
    route, _ = about(action)
    if action.value.get("typing", True) is False or route.topic.startswith("d"):
        return DONE
    return await _changed(api, "sendChatAction", {**address(route, connection), "action": "typing"})


def _which(action: Action, connection: str) -> dict[str, Any]:
    route, message = about(action)
    business = {"business_connection_id": connection} if connection else {}
    return {**business, "chat_id": route.chat, "message_id": message}


async def _changed(api: Api, method: str, fields: Mapping[str, Any]) -> Receipt:
    """What is so already counts as done."""
    try:
        await api.ask(method, fields)
    except Refused as error:
        if "message is not modified" in str(error) or "message to delete not found" in str(error):
            return Receipt("duplicate")
        raise
    return DONE
