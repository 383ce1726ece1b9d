"""The calls to Meta's Graph API; the only file that knows its addresses."""

from __future__ import annotations

import asyncio
import json
import secrets as random_bytes
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

from omnitui.core.errors import NotFound, ProtocolError, Refused
from omnitui.core.text.clean import safe_name
from omnitui.sync.channels.contract import OutboundFile
from omnitui.sync.channels.whatsapp.errors import asked_wait, error_of
from omnitui.sync.channels.whatsapp.settings import WhatsAppSettings
from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Answer, Request

RATE = Rate(80, 1.0, kept=20)
"""A number's throughput by default, 80 messages a second (Cloud API: Throughput)."""
LARGEST_FILE = 128 * 1024 * 1024
MEDIA_HOSTS = (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net", ".whatsapp.com")
"""Where Meta keeps files; only these get our token besides the API itself."""
PAGES = 50


class Graph:
    """One number with one token."""

    def __init__(self, http: Client, settings: WhatsAppSettings, token: str) -> None:
        self._http, self._settings, self._token = http, settings, token
        self._base = f"{settings.api_url.rstrip('/')}/{settings.version}"
        self._budget = Budget(RATE, asked=asked_wait)

    async def message(self, body: dict[str, Any], *, repeatable: bool = False) -> dict[str, Any]:
        """POST .../messages: send, react or mark as read. Raises as the contract says."""
        request = self._request(
            f"{self._settings.phone_number_id}/messages",
            method="POST",
            body=json.dumps(body).encode("utf-8"),
            type="application/json",
            urgent=True,
            repeatable=repeatable,
        )
        return self._good(await self._http.ask(request, self._budget)).record()

    async def upload(self, file: OutboundFile) -> str:
        """Its media id. Twice does no harm: what is not used goes after 30 days."""
        mark = random_bytes.token_hex(16)
        body = await asyncio.to_thread(_multipart, file, mark)
        request = self._request(
            f"{self._settings.phone_number_id}/media",
            method="POST",
            body=body,
            type=f"multipart/form-data; boundary={mark}",
            urgent=True,
            repeatable=True,
            silence=120.0,
        )
        found = self._good(await self._http.ask(request, self._budget)).record().get("id")
        if not isinstance(found, str) or not found:
            raise ProtocolError("WhatsApp took the file and gave it no id")
        return found

    async def download(self, media: str, into: BinaryIO) -> None:
        """A file by its media id: first its address, which lives for five minutes, then the bytes. Raises NotFound."""
        told = await self._get(quote(media, safe=""), phone_number_id=self._settings.phone_number_id)
        url = told.get("url")
        if not isinstance(url, str):
            raise NotFound("WhatsApp does not have the file any more")
        host, own = urlsplit(url).hostname or "", urlsplit(self._base).hostname
        if host != own and not host.endswith(MEDIA_HOSTS):
            raise Refused(f"the file is at {host}, which is not WhatsApp's; it was not fetched")
        request = Request(
            url=url,
            headers={"Authorization": f"Bearer {self._token}"},
            secrets=(self._token, urlsplit(url).query),
            elsewhere=True,
            largest=LARGEST_FILE,
            silence=60.0,
        )
        answer = await self._http.ask(request, self._budget, into)
        if answer.status in (404, 410):
            raise NotFound("WhatsApp does not have the file any more")
        self._good(answer)

    async def number(self) -> dict[str, Any]:
        """How the number stands."""
        names = "id,display_phone_number,verified_name,quality_rating,code_verification_status,name_status,status"
        return await self._get(self._settings.phone_number_id, fields=names)

    async def token(self) -> dict[str, Any]:
        """What Meta says of our token: scopes, when it ends."""
        request = self._request("debug_token", params={"input_token": self._token})
        found = self._good(await self._http.ask(request, self._budget)).record().get("data")
        return found if isinstance(found, dict) else {}

    async def subscribed(self) -> list[Any]:
        """The apps that get the account's webhooks."""
        found = (await self._get(f"{self._settings.waba_id}/subscribed_apps")).get("data")
        return found if isinstance(found, list) else []

    async def templates(self) -> list[Any]:
        """Every approved template, as Meta gives it."""
        found: list[Any] = []
        after: dict[str, str] = {}
        names = "id,name,language,status,category,components,parameter_format"
        for _ in range(PAGES):
            page = await self._get(
                f"{self._settings.waba_id}/message_templates", status="APPROVED", limit="100", fields=names, **after
            )
            data, paging = page.get("data"), page.get("paging")
            found += data if isinstance(data, list) else []
            cursors = paging.get("cursors") if isinstance(paging, dict) else None
            mark = cursors.get("after") if isinstance(cursors, dict) else None
            if not isinstance(mark, str) or not isinstance(paging, dict) or not paging.get("next"):
                break
            after = {"after": mark}
        return found

    async def _get(self, path: str, **params: str) -> dict[str, Any]:
        return self._good(await self._http.ask(self._request(path, params=params), self._budget)).record()

    def _request(self, path: str, *, type: str = "", **others: Any) -> Request:
        headers = {"Authorization": f"Bearer {self._token}"} | ({"Content-Type": type} if type else {})
        return Request(url=f"{self._base}/{path}", headers=headers, secrets=(self._token,), **others)

    def _good(self, answer: Answer) -> Answer:
        if not answer.good:
            raise error_of(answer, (self._token,))
        return answer


def _multipart(file: OutboundFile, mark: str) -> bytes:
    """RFC 7578. The name stands in quotes: what could end them is gone after `safe_name`, but for the quote itself."""
    name = safe_name(file.name).replace('"', "_")
    kind = "".join(c for c in file.type if 32 < ord(c) < 127) or "application/octet-stream"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'.encode(),
        f'--{mark}\r\nContent-Disposition: form-data; name="type"\r\n\r\n{kind}\r\n'.encode(),
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode(),
        Path(file.path).read_bytes(),
        f"\r\n--{mark}--\r\n".encode(),
    ]
    return b"".join(parts)
