"""The calls of Chatwoot's application API; the only place that knows its addresses.

Source of addresses and fields: the application API in developers.chatwoot.com, and, for `update_last_seen`, which the
pages leave out, the server's own routes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused
from omnitui.sync.channels.chatwoot.values import number, record, records, words
from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.client import LOCAL, Client
from omnitui.sync.http.messages import Answer, Request, Unanswered, said

RATE = Rate(count=600, seconds=60.0, kept=60)
"""A server lets 3,000 requests a minute through from one address (Rack::Attack, RACK_ATTACK_LIMIT), which a browser on
the same line shares."""
PAGE = 20
"""Messages in a page of the newest, or of those before one."""
LARGEST_FILE = 200 * 1024 * 1024


class Missing(Refused):
    """There is no such thing at the server, or no longer."""


class Forbidden(Refused):
    """The token may not do this."""


class ChatwootClient:
    """One account of one server, by one token."""

    def __init__(self, http: Client, base: str, account: int, token: str) -> None:
        self.base = base.rstrip("/")
        self._http, self._token = http, token
        self._api = f"{self.base}/api/v1/accounts/{account}"
        self._budget = Budget(RATE)

    async def profile(self) -> dict[str, Any]:
        """Whose token it is. Raises LoginRefused."""
        return record(await self._get(f"{self.base}/api/v1/profile"))

    async def agents(self) -> Any:
        """The account's agents."""
        return await self._get(f"{self._api}/agents")

    async def inboxes(self) -> list[dict[str, Any]]:
        """The inboxes that the token may see."""
        return records(record(await self._get(f"{self._api}/inboxes")).get("payload"))

    async def conversations(self, page: int, status: str) -> tuple[list[dict[str, Any]], int | None]:
        """A page of conversations (from 1), last active first, and how many there are in all where it says so.

        Raises ProtocolError when the answer is no such list.
        """
        asked = {"status": status, "assignee_type": "all", "page": str(page)}
        data = record(await self._get(f"{self._api}/conversations", asked)).get("data")
        if not isinstance(data, dict) or not isinstance(data.get("payload"), list):
            raise ProtocolError("Chatwoot answered something else than a list of conversations")
        return records(data["payload"]), number(record(data.get("meta")).get("all_count"))

    async def conversation(self, conversation: str) -> dict[str, Any]:
        """One conversation. Raises Missing, Forbidden."""
        return record(await self._get(self._of(conversation)))

    async def conversations_of(self, contact: int) -> list[dict[str, Any]]:
        """The latest conversations of a contact in the inboxes that the token may see."""
        found = record(await self._get(f"{self._api}/contacts/{contact}/conversations")).get("payload")
        return records(found)

    async def contactable(self, contact: int) -> Any:
        """The inboxes by which a contact can be written to first."""
        return await self._get(f"{self._api}/contacts/{contact}/contactable_inboxes")

    async def search_contacts(self, address: str) -> list[dict[str, Any]]:
        """Contacts with this mail address or number, or something like it."""
        return records(record(await self._get(f"{self._api}/contacts/search", {"q": address})).get("payload"))

    async def create_contact(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A new contact; the server has each mail address and number once. Raises Unanswered, Refused."""
        return await self._post(f"{self._api}/contacts", "application/json", json.dumps(fields).encode())

    async def begin(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A new conversation. Raises Unanswered when it may have been made."""
        return await self._post(f"{self._api}/conversations", "application/json", json.dumps(fields).encode())

    async def messages(self, conversation: str, *, before: int = 0, after: int = 0) -> list[dict[str, Any]]:
        """Messages in ascending order: the newest 20, the 20 before an id, or up to 100 after one.

        Raises Missing or Forbidden when the conversation cannot be read, ProtocolError for no list.
        """
        asked = {"before": str(before)} if before else {"after": str(after)} if after else {}
        found = record(await self._get(f"{self._of(conversation)}/messages", asked)).get("payload")
        if not isinstance(found, list):
            raise ProtocolError("Chatwoot answered something else than a list of messages")
        return records(found)

    async def create(self, conversation: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Write a message. Raises Unanswered when it may have been taken."""
        return await self._send(conversation, "application/json", json.dumps(fields).encode())

    async def create_form(self, conversation: str, kind: str, body: bytes) -> dict[str, Any]:
        """Write a message with files, made by `multipart`."""
        return await self._send(conversation, kind, body)

    async def change(self, conversation: str, what: str, fields: Mapping[str, Any]) -> Any:
        """One of toggle_status, toggle_priority, assignments, labels, toggle_typing_status, update_last_seen.

        May be done twice without harm. Raises Missing, Forbidden, Refused.
        """
        return await self._ask(
            Request(
                url=f"{self._of(conversation)}/{what}",
                method="POST",
                headers=self._headers("application/json"),
                body=json.dumps(fields).encode(),
                secrets=(self._token,),
                repeatable=True,
                urgent=True,
            )
        )

    async def delete(self, conversation: str, message: str) -> None:
        """Take a message back. Raises Missing."""
        await self._ask(
            Request(
                url=f"{self._of(conversation)}/messages/{int(message)}",
                method="DELETE",
                headers=self._headers(),
                secrets=(self._token,),
                urgent=True,
            )
        )

    async def download(self, url: str, into: BinaryIO) -> None:
        """A file by the link that a message gave. Raises NotFound when the link is not one that may be followed."""
        try:
            parts, own = urlsplit(url), urlsplit(self.base)
        except ValueError:
            raise NotFound("the file's link cannot be read") from None
        path = parts.path.removeprefix(own.path)
        if path.startswith("/rails/active_storage/"):
            # The server writes links with the address in its own settings, which is often not the one we reach it by.
            url = f"{self.base}{path}{'?' + parts.query if parts.query else ''}"
        elif parts.scheme != "https" and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise NotFound("the file's link is not encrypted; it was not followed")
        elif parts.hostname in LOCAL and parts.netloc != own.netloc:
            raise NotFound("the file's link leads to this machine; it was not followed")
        secrets = tuple(part for part in (parts.query, *parts.path.split("/")) if len(part) > 24)
        asked = Request(url=url, secrets=secrets, elsewhere=True, largest=LARGEST_FILE, patience=60.0)
        try:
            answer = await self._http.ask(asked, self._budget, into)
        except Refused as error:
            raise NotFound(f"the file's link may not be followed: {error}") from None
        if answer.status in (400, 401, 403, 404, 410):
            raise NotFound(f"Chatwoot has the file no longer (HTTP {answer.status})")
        if not answer.good:
            raise Offline(f"Chatwoot could not give the file (HTTP {answer.status})")

    def _of(self, conversation: str) -> str:
        if not (conversation.isascii() and conversation.isdigit()):
            raise Refused(f"{said(conversation)} is no conversation of Chatwoot")
        return f"{self._api}/conversations/{conversation}"

    def _headers(self, kind: str = "") -> dict[str, str]:
        given = {"api_access_token": self._token, "Accept": "application/json"}
        return {**given, "Content-Type": kind} if kind else given

    async def _get(self, url: str, params: Mapping[str, str] | None = None) -> Any:
        return await self._ask(Request(url=url, params=params or {}, headers=self._headers(), secrets=(self._token,)))

    async def _send(self, conversation: str, kind: str, body: bytes) -> dict[str, Any]:
        return await self._post(f"{self._of(conversation)}/messages", kind, body)

    async def _post(self, url: str, kind: str, body: bytes) -> dict[str, Any]:
        asked = Request(
            url=url,
            method="POST",
            headers=self._headers(kind),
            body=body,
            secrets=(self._token,),
            urgent=True,
        )
        return record(await self._ask(asked))

    async def _ask(self, asked: Request) -> Any:
        answer = await self._http.ask(asked, self._budget)
        if answer.status == 401:
            raise LoginRefused("Chatwoot does not accept the access token; copy it anew from your profile there")
        if answer.status == 403:
            raise Forbidden(f"your Chatwoot user may not do this{self._why(answer)}")
        if answer.status == 404:
            raise Missing(f"Chatwoot has no such conversation or message{self._why(answer)}")
        if answer.status >= 500 or answer.status in (408, 425):
            words_ = f"Chatwoot is in trouble (HTTP {answer.status})"
            raise Offline(words_) if asked.may_repeat else Unanswered(f"{words_}; whether it did it is not known")
        if not answer.good:
            raise Refused(f"Chatwoot did not take it (HTTP {answer.status}){self._why(answer)}")
        return answer.json() if answer.body.strip() else {}

    def _why(self, answer: Answer) -> str:
        try:
            found = record(answer.json())
        except ProtocolError:
            return ""
        told = next((words(found[key]) for key in ("message", "error", "description") if words(found.get(key))), "")
        return f": {said(told, (self._token,))}" if told else ""
