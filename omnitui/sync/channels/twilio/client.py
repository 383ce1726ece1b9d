"""The calls to Twilio: the only place that knows its addresses (API 2010-04-01, Content API v1)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused
from omnitui.sync.channels.twilio.settings import TwilioSettings
from omnitui.sync.channels.twilio.trouble import words_for
from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Answer, Request, Unanswered, form, said

RATE = Rate(20, 1.0, kept=5)
"""Twilio names no rate for reading and answers 429 beyond what it bears; a share is kept for sends."""
LARGEST_FILE = 512 * 1024 * 1024


class Declined(Refused):
    """Twilio says no, with a code of its own."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code


class Twilio:
    """One credential at one account."""

    def __init__(self, http: Client, settings: TwilioSettings, secret: str) -> None:
        self._http = http
        self._api = settings.api_url.rstrip("/")
        self._content = settings.content_url.rstrip("/")
        self._account = f"/2010-04-01/Accounts/{settings.account_sid}"
        pair = f"{settings.api_key_sid or settings.account_sid}:{secret}"
        basic = base64.b64encode(pair.encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {basic}", "Accept": "application/json"}
        self._secrets = (secret, basic)
        self._budget = Budget(RATE)

    async def account(self) -> dict[str, Any]:
        """The account itself; a standard API key may not read it (Refused or LoginRefused)."""
        return await self._get(f"{self._api}{self._account}.json", {})

    async def one(self, path: str) -> dict[str, Any]:
        """One resource below the account, such as `Messages/SM...`. Raises NotFound."""
        return await self._get(f"{self._api}{self._account}/{path}.json", {})

    async def page(self, path: str, params: Mapping[str, str], then: str = "") -> tuple[list[dict[str, Any]], str]:
        """A page of a list below the account and what leads to the next one (`then` of the next call), or nothing.

        Raises Declined when `then` is too old.
        """
        record = await self._get(self._next(then) if then else f"{self._api}{self._account}/{path}.json", params)
        found = next((value for key, value in record.items() if isinstance(value, list)), None)
        if found is None:
            raise ProtocolError("Twilio answered a question for a list with something else")
        uri = record.get("next_page_uri")
        return [item for item in found if isinstance(item, dict)], uri if isinstance(uri, str) else ""

    async def contents(self, then: str = "") -> tuple[list[dict[str, Any]], str]:
        """A page of templates with their approvals, and what leads to the next."""
        query = f"?{urlsplit(then).query}" if then else ""
        params = {} if then else {"PageSize": "100"}
        record = await self._get(f"{self._content}/v1/ContentAndApprovals{query}", params)
        found, meta = record.get("contents"), record.get("meta")
        uri = meta.get("next_page_url") if isinstance(meta, dict) else None
        items = found if isinstance(found, list) else []
        return [item for item in items if isinstance(item, dict)], uri if isinstance(uri, str) else ""

    async def send(self, fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Hand over one message; a name may come several times.

        Raises Declined when Twilio does not take it, Unanswered when nobody knows.
        """
        request = form(f"{self._api}{self._account}/Messages.json", {}, secrets=self._secrets, urgent=True)
        body = urlencode(fields).encode("ascii")
        request = replace(request, headers={**request.headers, **self._headers}, body=body)
        answer = await self._http.ask(request, self._budget)
        if answer.status >= 500 or answer.status == 408:
            raise Unanswered(f"{answer.host} had trouble (HTTP {answer.status}); it may have taken the message")
        self._judge(answer)
        return answer.record()

    async def save(self, path: str, into: BinaryIO) -> None:
        """Download what stands at `path` below the account. Raises NotFound when it is gone."""
        request = Request(
            url=f"{self._api}{self._account}/{path}",
            headers=self._headers,
            secrets=self._secrets,
            elsewhere=True,
            largest=LARGEST_FILE,
        )
        self._judge(await self._http.ask(request, self._budget, into))

    def _next(self, uri: str) -> str:
        """The next page; an address that leads out of our account is not asked with our credentials."""
        if not uri.startswith(f"{self._account}/"):
            raise ProtocolError("Twilio named a next page outside this account; it was not asked")
        return self._api + uri

    async def _get(self, url: str, params: Mapping[str, str]) -> dict[str, Any]:
        request = Request(url=url, params=params, headers=self._headers, secrets=self._secrets)
        answer = await self._http.ask(request, self._budget)
        self._judge(answer)
        return answer.record()

    def _judge(self, answer: Answer) -> None:
        """Raises what a bad answer means."""
        if answer.good:
            return
        code, words = self._reason(answer)
        if answer.status == 401:
            raise LoginRefused(
                "Twilio refuses the login; check account SID, API key and token (omnitui secret set), then try again"
            )
        if answer.status == 404:
            raise NotFound("Twilio does not have that any more")
        if answer.status >= 500 or answer.status == 408:
            raise Offline(f"{answer.host} has trouble (HTTP {answer.status}); it is asked again later")
        if answer.status == 403:
            raise Declined(f"Twilio does not allow that to this key or account: {words}", code)
        raise Declined(words, code)

    def _reason(self, answer: Answer) -> tuple[int, str]:
        try:
            record = answer.record()
        except ProtocolError:
            return 0, f"Twilio answered HTTP {answer.status}"
        code, given = record.get("code"), record.get("message")
        words = said(given, self._secrets) if isinstance(given, str) else ""
        return code if type(code) is int else 0, words_for(code, words or f"Twilio answered HTTP {answer.status}")
