"""The calls of the client-server API: the only place that knows addresses, tokens in headers and error codes."""

from __future__ import annotations

import json
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused
from omnitui.sync.channels.matrix.fields import number, record, words
from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Answer, Request, TooLarge, Unanswered, said

V3 = "/_matrix/client/v3"
LARGEST_SYNC = 256 * 1024 * 1024
"""Bytes of an answer to /sync: the first one holds every room."""
LARGEST_PAGE = 64 * 1024 * 1024
"""Bytes of a page of messages: 500 events of 65,536 bytes at most, and who wrote them."""
LARGEST_FILE = 512 * 1024 * 1024
RATE = Rate(count=20, seconds=1.0, kept=4)
"""Ours: the specification sets none, and a homeserver that wants fewer calls says so."""
_ENDED = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED"})


class Denied(Refused):
    """The homeserver has said no; `code` is its word for it (spec.matrix.org, "Standard error response")."""

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def seconds_asked(answer: Answer) -> float | None:
    """How long a 429 wants us to wait: `retry_after_ms`, which older servers give instead of Retry-After."""
    if answer.status != 429:
        return None
    try:
        wait = number(record(json.loads(answer.body)).get("retry_after_ms"))
    except (ValueError, RecursionError):
        return None
    return wait / 1000 if wait else None


def part(text: str) -> str:
    """Text as one part of a path."""
    return quote(text, safe="")


class Homeserver:
    """One user's calls. Raises Offline, LoginRefused, Denied (no), NotFound (404), ProtocolError."""

    def __init__(self, http: Client, address: str, token: str, budget: Budget | None = None) -> None:
        self._http, self._address, self._token = http, address.rstrip("/"), token
        self._budget = budget or Budget(RATE, asked=seconds_asked)

    async def get(self, path: str, params: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """`path` from /_matrix on; `more` as in `Request`."""
        answer = await self._ask("GET", path, None, {"params": params or {}, **more})
        if answer.status >= 500:
            raise Offline(f"{answer.host} has trouble of its own (HTTP {answer.status}): {_words(answer)}")
        return self._read(answer)

    async def change(self, method: str, path: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A change that may be done twice without harm."""
        answer = await self._ask(method, path, body, {"repeatable": True, "urgent": True, **more})
        if answer.status >= 500:
            raise Offline(f"{answer.host} has trouble of its own (HTTP {answer.status}): {_words(answer)}")
        return self._read(answer)

    async def put_once(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A send: handed over once. Raises Unanswered or ProtocolError where its fate is not known."""
        answer = await self._ask("PUT", path, body, {"repeatable": False, "urgent": True})
        if answer.status >= 500:
            raise Unanswered(f"{answer.host} answered HTTP {answer.status}; whether it took the message is not known")
        return self._read(answer)

    async def sync(self, since: str, filter_: dict[str, Any], seconds: float) -> dict[str, Any]:
        """What is new, waited for so many seconds."""
        params = {"filter": json.dumps(filter_, separators=(",", ":")), "timeout": str(int(seconds * 1000))}
        params["set_presence"] = "offline"  # A worker that looks is nobody who sits there.
        if since:
            params["since"] = since
        # The first answer is put together from every room, which takes large servers minutes.
        silence = seconds + (45.0 if since else 300.0)
        return await self.get(f"{V3}/sync", params, silence=silence, largest=LARGEST_SYNC)

    async def messages(self, room: str, start: str = "", end: str = "", limit: int = 100) -> dict[str, Any]:
        """A page of a room, newest first, from a token (empty: now) back to another (empty: its beginning)."""
        params = {"dir": "b", "limit": str(limit), "filter": '{"lazy_load_members":true}'}
        params |= {name: value for name, value in (("from", start), ("to", end)) if value}
        return await self.get(f"{V3}/rooms/{part(room)}/messages", params, largest=LARGEST_PAGE)

    async def event(self, room: str, event: str) -> dict[str, Any]:
        """One event."""
        return await self.get(f"{V3}/rooms/{part(room)}/event/{part(event)}")

    async def around(self, room: str, event: str, limit: int) -> dict[str, Any]:
        """The events before and after one, and tokens to go on from."""
        return await self.get(f"{V3}/rooms/{part(room)}/context/{part(event)}", {"limit": str(limit)})

    async def state(self, room: str, kind: str) -> dict[str, Any]:
        """Something of a room's state; empty where it is not set."""
        try:
            return await self.get(f"{V3}/rooms/{part(room)}/state/{kind}/")
        except (Denied, NotFound):
            return {}

    async def encrypted(self, room: str) -> bool:
        """Whether the room is encrypted. Raises Denied where we are not in it."""
        try:
            await self.get(f"{V3}/rooms/{part(room)}/state/m.room.encryption/", urgent=True)
        except NotFound:
            return False
        return True

    async def join(self, room: str) -> None:
        """Accept an invitation; a room of another server may take a while."""
        await self.change("POST", f"{V3}/rooms/{part(room)}/join", {}, silence=90.0)

    async def follow(self, room: str, server: str) -> None:
        """Join a room that replaces one of ours; `server`: one that knows it."""
        params = {"server_name": server} if server else {}
        await self.change("POST", f"{V3}/join/{part(room)}", {}, params=params, silence=90.0)

    async def upload(self, name: str, kind: str, data: bytes) -> str:
        """Put a file on the server; gives its mxc:// address. Twice makes two, of which one is used."""
        path = f"/_matrix/media/v3/upload?{urlencode({'filename': name})}"
        more = {"repeatable": True, "urgent": True, "silence": 120.0, "patience": 120.0}
        answer = await self._ask("POST", path, data, more, kind)
        if answer.status >= 500:
            raise Offline(f"{answer.host} does not take files now (HTTP {answer.status}): {_words(answer)}")
        uri = words(self._read(answer).get("content_uri"))
        if not uri.startswith("mxc://"):
            raise ProtocolError(f"{answer.host} took a file and did not say where it is")
        return uri

    async def download(self, server: str, media: str, into: BinaryIO) -> None:
        """Write a file (authenticated media, v1.11; servers from before that have the older path)."""
        where = f"{part(server)}/{part(media)}"
        more = {"elsewhere": True, "silence": 60.0, "largest": LARGEST_FILE}
        for path in (f"/_matrix/client/v1/media/download/{where}", f"/_matrix/media/v3/download/{where}"):
            try:
                answer = await self._ask("GET", path, None, more, into=into)
            except TooLarge as error:
                raise NotFound(f"the file is too large: {error}") from None
            if answer.status >= 500:
                raise Offline(f"{answer.host} does not have the file yet (HTTP {answer.status})")
            if not (answer.status in (404, 405) and _code(answer) == "M_UNRECOGNIZED"):
                break
        if not answer.good:
            self._read(answer)

    async def _ask(
        self, method: str, path: str, body: Any, more: dict[str, Any], kind: str = "", into: BinaryIO | None = None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        data = b""
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            headers["Content-Type"] = kind or "application/json"
        request = Request(
            url=f"{self._address}{path}", method=method, headers=headers, body=data, secrets=(self._token,), **more
        )
        return await self._http.ask(request, self._budget, into)

    def _read(self, answer: Answer) -> dict[str, Any]:
        """The answer's object. Raises by its code."""
        if answer.good:
            return answer.record()
        code, text = _code(answer), said(_words(answer), (self._token,))
        if code in _ENDED or answer.status == 401:
            raise LoginRefused(_ended(answer, code, text))
        if not code:
            raise ProtocolError(
                f"{answer.host} answered (HTTP {answer.status}) as no Matrix homeserver does; look at `homeserver` "
                "in the settings of the account"
            )
        if answer.status == 404:
            raise NotFound(f"{answer.host} does not have it: {text} ({code})")
        raise Denied(f"{answer.host} refused: {text} ({code})", answer.status, code)


def _ended(answer: Answer, code: str, text: str) -> str:
    """Why the token is not good any more, and what to do."""
    if code == "M_USER_DEACTIVATED":
        return f"the user is deactivated at {answer.host}; use another"
    if code in ("M_USER_LOCKED", "M_USER_SUSPENDED"):
        return f"the user is locked at {answer.host}; its administrator can unlock it"
    if _body(answer).get("soft_logout") is True:
        return (
            f"the access token has ended by itself at {answer.host} (a soft logout): it was a short-lived one; sign in "
            "by the call in the guide, which gives one that stays, and store that"
        )
    why = f"the access token is not known or was signed out at {answer.host}: {text}"
    return f"{why}; sign in again and store the new token"


def _body(answer: Answer) -> dict[str, Any]:
    try:
        return record(json.loads(answer.body))
    except (ValueError, RecursionError):
        return {}


def _code(answer: Answer) -> str:
    return words(_body(answer).get("errcode"))[:100]


def _words(answer: Answer) -> str:
    return words(_body(answer).get("error"))[:200] or "no reason given"
