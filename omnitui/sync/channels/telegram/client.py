"""The calls of the Bot API (core.telegram.org/bots/api). The only file that knows its addresses.

The token stands in the path of every address, so it is named as a secret in every request. Telegram allows about 30
messages a second for a bot and one a second for a chat, 20 a minute for a group (core.telegram.org/bots/faq), and asks
for pauses in `parameters.retry_after`.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused
from omnitui.sync.channels.contract import Occupied, OutboundFile
from omnitui.sync.channels.telegram.reading import number, record, words
from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Answer, Request, TooLarge, Unanswered, said

LARGEST_DOWNLOAD = 20_000_000
"""Bytes of a file that a bot gets (getFile); a little less than the 20 MB of either way of counting."""
TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{10,100}")
SILENCE = 30.0
UPLOAD_SILENCE = 180.0
"""Seconds: Telegram answers an upload only when it has taken the file in."""
CHATS = 500
"""Chats whose rate is remembered."""


_MEANINGS = {
    "blocked by the user": "the customer has blocked the bot; until they let it in again nothing reaches them",
    "user is deactivated": "the customer's account at Telegram is gone",
    "can't initiate conversation": "the customer must write to the bot first",
    "bot was kicked": "the bot is no member of the group any more; have it invited again",
    "bot is not a member": "the bot is no member of the group any more; have it invited again",
    "chat not found": "Telegram does not show this chat to the bot any more",
    "TOPIC_CLOSED": "the topic is closed; open it again in Telegram",
    "message thread not found": "the topic has been deleted",
    "not enough rights to send": "the group does not let the bot write",
    "have no rights to send": "the group does not let the bot write",
    "CHAT_WRITE_FORBIDDEN": "the group does not let the bot write",
    "BUSINESS_PEER_INVALID": "the business account does not let the bot answer in this chat",
    "BUSINESS_PEER_USAGE_MISSING": "the customer has not written to the business account in the last 24 hours",
    "BUSINESS_CONNECTION_INVALID": "the business account has disconnected the bot; connect it again in its settings",
}
"""What Telegram's words mean for whoever wanted to write; they stand in no description, and may change."""


class Moved(Refused):
    """The group has become a supergroup: it has another id now, and nothing was done."""

    def __init__(self, chat: int) -> None:
        super().__init__("the group has become a supergroup")
        self.chat = chat


class Api:
    """One bot. Belongs to one event loop."""

    def __init__(self, http: Client, api: str, token: str) -> None:
        self._http = http
        self._api = api.rstrip("/")
        self._token = token.strip()
        self._budget = Budget(Rate(30, 1.0, kept=10), asked=_pause)
        self._chats: OrderedDict[int, Budget] = OrderedDict()

    async def ask(self, method: str, fields: Mapping[str, Any] | None = None, *, silence: float = SILENCE) -> Any:
        """A call that may arrive twice (a question, or a change that is the same when it is made twice).

        Raises as `_result`, and Offline for trouble at the server.
        """
        request = Request(
            url=self._url(method),
            method="POST",
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=json.dumps(dict(fields or {})).encode(),
            secrets=(self._token,),
            repeatable=True,
            silence=silence,
        )
        answer = await self._http.ask(request, self._budget)
        if answer.status >= 500:
            raise Offline(f"{answer.host} is in trouble (HTTP {answer.status})")
        return self._result(answer)

    async def send(self, method: str, chat: int, fields: Mapping[str, Any], files: Mapping[str, OutboundFile]) -> Any:
        """A call that makes a message: sent once. `files` by the name under which `fields` speak of them.

        Raises as `_result`; Unanswered when it may have been done.
        """
        if files:
            kind, body = await _multipart(fields, files)
        else:
            kind, body = "application/json", json.dumps(dict(fields)).encode()
        await self._chat(chat).turn(urgent=True)
        request = Request(
            url=self._url(method),
            method="POST",
            headers={"Content-Type": kind, "Accept": "application/json"},
            body=body,
            secrets=(self._token,),
            repeatable=False,
            urgent=True,
            silence=UPLOAD_SILENCE if files else SILENCE,
        )
        answer = await self._http.ask(request, self._budget)
        if answer.status >= 500:
            raise Unanswered(
                f"{answer.host} was in trouble (HTTP {answer.status}); whether it sent the message is not known"
            )
        return self._result(answer)

    async def download(self, file_id: str, into: BinaryIO) -> None:
        """Write a file. Raises NotFound when Telegram does not give it (any more), ProtocolError when it may later."""
        try:
            found = record(await self.ask("getFile", {"file_id": file_id}))
        except Refused as error:
            if "too big" in str(error):
                raise NotFound("the file is larger than the 20 MB that Telegram gives to bots") from None
            if "temporarily unavailable" in str(error):
                # Telegram says this both of a wrong id and of a bad moment: only more tries tell which.
                raise ProtocolError("Telegram does not give this file now, or has none by this id") from None
            raise NotFound(f"Telegram does not give this file: {error}") from None
        path = words(found.get("file_path"))
        if not path or path.startswith("/") or ".." in path.split("/"):
            raise NotFound("Telegram does not say where this file is (a server of your own must not run with --local)")
        request = Request(
            url=f"{self._api}/file/bot{self._token_in_path()}/{quote(path)}",
            secrets=(self._token,),
            largest=LARGEST_DOWNLOAD + 2**20,
        )
        try:
            answer = await self._http.ask(request, self._budget, into)
        except TooLarge:
            raise NotFound("the file is larger than the 20 MB that Telegram gives to bots") from None
        if answer.status >= 500:
            raise Offline(f"{answer.host} is in trouble (HTTP {answer.status})")
        if not answer.good:
            raise NotFound(f"Telegram has not got this file any more (HTTP {answer.status})")

    def _url(self, method: str) -> str:
        return f"{self._api}/bot{self._token_in_path()}/{method}"

    def _token_in_path(self) -> str:
        """Raises LoginRefused for what can be no token: it would make another address of it."""
        if not TOKEN.fullmatch(self._token):
            raise LoginRefused("this is no token of a bot; @BotFather gives one such as 123456:ABC-DEF")
        return self._token

    def _chat(self, chat: int) -> Budget:
        """The rate of one chat."""
        found = self._chats.pop(chat, None)
        if found is None:
            found = Budget(Rate(20, 60.0) if chat < 0 else Rate(3, 3.0))
        self._chats[chat] = found
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        return found

    def _result(self, answer: Answer) -> Any:
        """What the call gave. Raises LoginRefused (no such bot), Occupied (somebody else reads it), Moved, Refused
        (Telegram will not do it, and why), ProtocolError."""
        reply = answer.record()
        if reply.get("ok") is True and answer.good:
            return reply.get("result")
        code = number(reply.get("error_code")) or answer.status
        why = said(words(reply.get("description")), (self._token,)) or f"HTTP {code}"
        moved = number(record(reply.get("parameters")).get("migrate_to_chat_id"))
        if code == 401 or (code == 404 and "description" in reply and why.strip(".").endswith("Not Found")):
            raise LoginRefused(f"Telegram does not know this token ({why}); take a new one from @BotFather")
        if code == 409:
            raise Occupied(_occupied(why))
        if moved:
            raise Moved(moved)
        for sign, meaning in _MEANINGS.items():
            if 400 <= code < 500 and sign.lower() in why.lower():
                raise Refused(f"{meaning} ({why})")
        if code == 403:
            raise Refused(f"Telegram does not let the bot write there: {why}")
        if 400 <= code < 500:
            raise Refused(f"Telegram refuses it: {why}")
        raise ProtocolError(f"{answer.host} answered something that is not understood ({why})")


def _occupied(why: str) -> str:
    if "webhook" in why.lower():
        return (
            "the bot has a webhook: another program gets its messages. Remove the webhook there, or make a bot of its "
            "own for omnitui; omnitui removes none by itself"
        )
    return (
        "another program reads this bot's messages at the same time, and Telegram allows one only. Stop it (another "
        "omnitui sync, a helpdesk, a script), then try again"
    )


def _pause(answer: Answer) -> float | None:
    """Seconds that Telegram asks for: `parameters.retry_after` of a 429 (ResponseParameters)."""
    if answer.status != 429:
        return None
    try:
        asked = number(record(answer.record().get("parameters")).get("retry_after"))
    except ProtocolError:
        return None
    return float(min(asked, 24 * 3600)) if asked > 0 else None


async def _multipart(fields: Mapping[str, Any], files: Mapping[str, OutboundFile]) -> tuple[str, bytes]:
    """The form with files (RFC 7578); values that are no text go as JSON."""
    boundary = f"omnitui{secrets.token_hex(16)}"
    parts: list[bytes] = []
    for name, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(head.encode() + text.encode("utf-8", "replace") + b"\r\n")
    for name, file in files.items():
        try:
            data = await asyncio.to_thread(file.path.read_bytes)
        except OSError as error:
            raise Refused(f"{file.name} cannot be read any more ({error.strerror}); nothing was sent") from None
        # WHATWG HTML 4.10.21.8: these three are escaped in a file name, nothing else is.
        shown = file.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        kind = file.type if re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.type, re.ASCII) else "application/octet-stream"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        )
        parts.append(head.encode("utf-8", "replace") + data + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(parts)
