"""Slack's Web API: the calls, their limits, and what its errors mean. The only file that knows its addresses.

https://docs.slack.dev/apis/web-api, rate limits: https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

from omnitui.core.errors import LoginRefused, NotFound, Offline, OmnituiError, ProtocolError, Refused
from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.client import LOCAL, Client
from omnitui.sync.http.messages import Answer, Request, TooMany, said
from omnitui.sync.http.policy import retry_after

PAGE = 200
"""Items asked for at once: the most that Slack recommends."""
LARGEST_FILE = 1024**3
"""Bytes: Slack takes no larger ones."""
_TIERS = {2: Rate(20, 60.0, 2), 3: Rate(50, 60.0, 5), 4: Rate(100, 60.0, 10)}
_METHODS = {
    "apps.connections.open": ("POST", 2),
    "auth.test": ("GET", 4),
    "chat.delete": ("POST", 3),
    "chat.postMessage": ("POST", 4),
    "chat.update": ("POST", 3),
    "conversations.history": ("GET", 3),
    "conversations.info": ("GET", 3),
    "conversations.open": ("POST", 3),
    "conversations.replies": ("GET", 3),
    "files.completeUploadExternal": ("POST", 4),
    "files.getUploadURLExternal": ("GET", 4),
    "files.info": ("GET", 4),
    "reactions.add": ("POST", 3),
    "reactions.remove": ("POST", 2),
    "team.info": ("GET", 3),
    "users.conversations": ("GET", 3),
    "users.info": ("GET", 4),
}
"""Verb and tier; the limits are those of each method by itself. Posting is about one a second and channel."""
_ONCE = frozenset({"chat.postMessage", "files.completeUploadExternal"})
"""Doing these twice would show."""
_LOGIN = {
    "invalid_auth": "Slack does not know this token",
    "not_authed": "there is no token",
    "account_inactive": "the app has been removed from the workspace, or its token ended",
    "token_revoked": "the token has been taken back",
    "token_expired": "the token has expired",
    "not_allowed_token_type": "this is not the kind of token that is needed here (xoxb- for bot_token, xapp- for "
    "app_token)",
    "team_access_not_granted": "the app is not allowed in this workspace",
    "org_login_required": "the workspace is being moved by Slack",
}
_LATER = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"})
_WORDS = {
    "channel_not_found": "Slack shows the app no such channel; invite the app to it",
    "not_in_channel": "the app is not in this channel; invite it",
    "is_archived": "the channel is archived",
    "msg_too_long": "the text is too long for Slack",
    "no_text": "there is nothing to send",
    "restricted_action": "the workspace does not let the app write here",
    "restricted_action_read_only_channel": "only some may write in this channel",
    "restricted_action_thread_locked": "the thread is locked",
    "cannot_reply_to_message": "this message cannot be answered in a thread",
    "cant_update_message": "only the app's own messages can be changed",
    "cant_delete_message": "only the app's own messages can be deleted",
    "edit_window_closed": "the workspace does not let messages be changed after this time",
    "message_not_found": "there is no such message any more",
    "invalid_name": "Slack has no emoji of this name",
    "user_not_found": "Slack knows no such person",
    "cannot_dm_bot": "a bot cannot be written to",
}


class SlackRefused(Refused):
    """Slack answered `ok: false`; `code` is its word for why."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.code = code


class SlackClient:
    """The calls of one account. `url` is the API's address without a slash at its end."""

    def __init__(self, http: Client, url: str, bot_token: str, app_token: str) -> None:
        self._http, self._url = http, url.rstrip("/")
        self._tokens = {"bot": bot_token, "app": app_token}
        self._budgets: dict[str, Budget] = {}

    async def call(
        self,
        method: str,
        fields: Mapping[str, str] | None = None,
        *,
        by: str = "bot",
        urgent: bool = False,
        patience: float = 30.0,
    ) -> dict[str, Any]:
        """What Slack answered with `ok: true`. Raises as the contract says; SlackRefused with Slack's code."""
        answer = await self.ask(method, fields, by=by, urgent=urgent, patience=patience)
        return judged(method, answer, self.secrets)

    async def ask(
        self,
        method: str,
        fields: Mapping[str, str] | None = None,
        *,
        by: str = "bot",
        urgent: bool = False,
        patience: float = 30.0,
    ) -> Answer:
        """The whole answer, with its headers. `by`: with which of the tokens, bot or app; `patience`: seconds to wait
        for a turn, then TooMany."""
        verb, tier = _METHODS[method]
        headers = {"Authorization": f"Bearer {self._tokens[by]}", "Accept": "application/json"}
        body = b""
        if verb == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields or {}).encode("ascii")
        request = Request(
            url=f"{self._url}/{method}",
            method=verb,
            params=(fields or {}) if verb == "GET" else {},
            headers=headers,
            body=body,
            secrets=self.secrets,
            repeatable=method not in _ONCE,
            urgent=urgent,
            patience=patience,
        )
        if method not in self._budgets:
            self._budgets[method] = Budget(_TIERS[tier])
        return await self._http.ask(request, self._budgets[method])

    async def page(
        self, method: str, fields: Mapping[str, str], cursor: str = "", *, patience: float = 30.0
    ) -> tuple[dict[str, Any], str]:
        """One page of a list and the cursor of the next, empty at the end."""
        given = {**fields, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
        answer = await self.call(method, given, patience=patience)
        beyond = answer.get("response_metadata")
        following = beyond.get("next_cursor") if isinstance(beyond, dict) else None
        return answer, following if isinstance(following, str) else ""

    async def pages(self, method: str, fields: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        """All pages of a list."""
        cursor = ""
        while True:
            answer, cursor = await self.page(method, fields, cursor)
            yield answer
            if not cursor:
                return

    async def download(self, address: str, into: BinaryIO, *, page: bool = False) -> None:
        """Write a file that Slack keeps; `page`: it is HTML itself. The token goes to Slack's own hosts only.

        Raises NotFound, Refused."""
        if not self._own(address):
            raise Refused("the file is not kept by Slack; open it in Slack")
        request = Request(
            url=address,
            headers={"Authorization": f"Bearer {self._tokens['bot']}"},
            secrets=self.secrets,
            elsewhere=True,
            largest=LARGEST_FILE,
        )
        answer = await self._http.ask(request, self._budgets.setdefault("download", Budget()), into)
        if answer.status in (404, 410):
            raise NotFound("the file is not in Slack any more")
        if answer.status in (401, 403):
            raise Refused("Slack does not give the file out; the app may lack the scope files:read")
        if not answer.good:
            raise Offline(f"Slack answered HTTP {answer.status} for the file")
        if not page and answer.headers.get("content-type", "").startswith("text/html"):
            raise Refused("Slack shows a login page instead of the file; the app may lack the scope files:read")

    async def upload(self, address: str, data: bytes) -> None:
        """Hand a file's bytes over to the address that Slack gave for it. Nobody sees them yet. Raises Offline."""
        if not self._own(address):
            raise ProtocolError("Slack named a foreign address for the upload; nothing was sent")
        headers = {"Content-Type": "application/octet-stream"}
        request = Request(
            url=address,
            method="POST",
            headers=headers,
            body=data,
            secrets=(*self.secrets, address),
            repeatable=True,
            urgent=True,
        )
        answer = await self._http.ask(request, self._budgets.setdefault("upload", Budget()))
        if not answer.good:
            raise Offline(f"Slack did not take the file (HTTP {answer.status})")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be in no message."""
        return tuple(token for token in self._tokens.values() if token)

    def _own(self, address: str) -> bool:
        """Whether a file's address is Slack's, or on the very host of the API (a server on this machine)."""
        parts, api = urlsplit(address), urlsplit(self._url)
        host = parts.hostname or ""
        if api.hostname in LOCAL:
            return (parts.scheme, host, parts.port) == (api.scheme, api.hostname, api.port)
        return parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))


def judged(method: str, answer: Answer, secrets: tuple[str, ...] = ()) -> dict[str, Any]:
    """The record of a good answer. Raises what a bad one means."""
    once = method in _ONCE
    if answer.status >= 500:
        words = f"Slack is in trouble (HTTP {answer.status} for {method})"
        raise ProtocolError(words) if once else Offline(words)
    record = answer.record()
    if record.get("ok") is True:
        return record
    code = said(str(record.get("error") or f"HTTP {answer.status}"), secrets)
    raise _meaning(code, record, answer, once=once)


def _meaning(code: str, record: Mapping[str, Any], answer: Answer, *, once: bool) -> OmnituiError:
    if code in _LOGIN:
        return LoginRefused(f"{_LOGIN[code]}; set it again with `omnitui secret set`")
    if code == "ratelimited":
        wait = retry_after(answer.headers) or 30.0
        return TooMany(f"Slack allows no more calls now; the next is in {wait:.0f} s", wait)
    if code in _LATER:
        words = f"Slack could not do it now ({code})"
        return ProtocolError(words) if once else Offline(words)
    if code == "missing_scope":
        needed = said(str(record.get("needed") or "one"))
        return SlackRefused(f"the app lacks the scope {needed}; add it in its settings and install it again", code)
    return SlackRefused(_WORDS.get(code, f"Slack refused it ({code})"), code)
