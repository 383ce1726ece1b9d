"""Fetching an autoconfig page: once, small, and soon or not at all."""

from __future__ import annotations

from omnitui.core.errors import NotFound, Refused
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Request


async def fetch(url: str, largest: int, seconds: float) -> bytes:
    """The page. Raises NotFound when the server has none or forbids it, Offline or ProtocolError."""
    async with Client() as http:
        try:
            answer = await http.ask(
                Request(url=url, largest=largest, silence=seconds, patience=0, elsewhere=True, repeatable=False)
            )
        except Refused as error:
            raise NotFound(str(error)) from error
    if not answer.good:
        raise NotFound(f"{answer.host} has no such page (HTTP {answer.status})")
    return answer.body
