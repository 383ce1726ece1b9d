"""An identity provider of ours on loopback: real HTTP, stateful, strict. Its endpoints are those of RFC 6749, 7636,
8628 and 7662 (which a real Dovecot asks about tokens), and it misbehaves on demand."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

CLIENT = "omnitui-test-client"
CLIENT_SECRET = "client-s3cret-planted"
SCOPE = "mail offline_access"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Grant:
    """What one user has allowed: the refresh token that counts now, those used up, and the access tokens."""

    user: str
    refresh: str = ""
    spent: set[str] = field(default_factory=set)
    revoked: bool = False


@dataclass
class Device:
    """A device code on its way."""

    user_code: str
    user: str = ""
    declined: bool = False
    ends: float = 0.0


@dataclass
class Code:
    """An authorization code, good once."""

    user: str
    challenge: str
    redirect: str


class IdentityProvider:
    """Use it as a context. What the user does in a browser is done by `approve`, `decline` and `visit`."""

    def __init__(self, *, life: float = 3600.0, rotates: bool = True, secret: str = "") -> None:
        """`life`: seconds of an access token; `rotates`: a refresh token is good once; `secret`: asked of clients."""
        self.life, self.rotates, self.secret = life, rotates, secret
        self.grants: list[Grant] = []
        self.access: dict[str, tuple[Grant, float]] = {}
        self.devices: dict[str, Device] = {}
        self.codes: dict[str, Code] = {}
        self.plan: list[tuple[int, dict[str, str], bytes]] = []
        """Answers to give first: status, headers, body."""
        self.polls: list[float] = []
        self.plan_polls: list[str] = []
        """Errors to give to the next polls of a device, such as slow_down."""
        self.refreshes = 0
        self.asked: list[str] = []
        self.slow_refresh = 0.0
        self.device_life = 60.0
        self.interval: float | None = 1.0
        self._all_access: set[str] = set()
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def config(self, account: str = "desk") -> str:
        """The table for config.toml."""
        return (
            f'[account.oauth]\nprovider = "other"\nclient_id = "{CLIENT}"\nscopes = ["mail", "offline_access"]\n'
            f'authorize_url = "{self.url}/authorize"\ntoken_url = "{self.url}/token"\n'
            f'device_url = "{self.url}/device"\n'
        )

    def __enter__(self) -> IdentityProvider:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def approve(self, user_code: str, user: str) -> None:
        """The user types the code and agrees."""
        next(d for d in self.devices.values() if d.user_code == user_code).user = user

    def decline(self, user_code: str) -> None:
        """The user types the code and does not agree."""
        next(d for d in self.devices.values() if d.user_code == user_code).declined = True

    def visit(self, url: str, user: str) -> str:
        """The user opens the page and agrees; gives the address the browser is sent to."""
        parts = urllib.parse.urlsplit(url)
        asked = {name: values[0] for name, values in urllib.parse.parse_qs(parts.query).items()}
        assert parts.path == "/authorize"
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{secrets.token_hex(8)}"
        self.codes[code] = Code(user, asked["code_challenge"], asked["redirect_uri"])
        return f"{asked['redirect_uri']}/?{urllib.parse.urlencode({'code': code, 'state': asked['state']})}"

    def end_access(self) -> None:
        """Every access token ends now, sooner than was said."""
        with self.lock:
            self.access.clear()

    def revoke(self) -> None:
        """The user takes back what they allowed."""
        with self.lock:
            self.access.clear()
            for grant in self.grants:
                grant.revoked = True

    def secrets_given(self) -> set[str]:
        """Every token that was ever given."""
        with self.lock:
            refresh = {token for grant in self.grants for token in (grant.refresh, *grant.spent)}
            return refresh | self._all_access

    # What the endpoints do: each gives a status and a record.

    def device(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """RFC 8628 3.2."""
        code, user_code = f"device-{secrets.token_hex(8)}", secrets.token_hex(3).upper()
        self.devices[code] = Device(user_code, ends=time.monotonic() + self.device_life)
        answer: dict[str, object] = {
            "device_code": code,
            "user_code": user_code,
            "verification_uri": "https://id.example/device",
            "expires_in": self.device_life,
        }
        if self.interval is not None:
            answer["interval"] = self.interval
        return 200, answer

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """RFC 6749 3.2."""
        if form.get("client_id") != CLIENT or form.get("client_secret", "") != self.secret:
            return 401, {"error": "invalid_client"}
        kind = form.get("grant_type")
        if kind == DEVICE_GRANT:
            return self._poll(form)
        if kind == "authorization_code":
            return self._code(form)
        if kind == "refresh_token":
            return self._refresh(form)
        return 400, {"error": "unsupported_grant_type"}

    def introspect(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """RFC 7662, for Dovecot."""
        found = self.access.get(form.get("token", ""))
        if found is None or found[1] < time.monotonic():
            return 200, {"active": False}
        return 200, {"active": True, "username": found[0].user}

    def _poll(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.polls.append(time.monotonic())
        if self.plan_polls:
            return 400, {"error": self.plan_polls.pop(0)}
        device = self.devices.get(form.get("device_code", ""))
        if device is None or device.ends < time.monotonic():
            return 400, {"error": "expired_token"}
        if device.declined:
            return 400, {"error": "access_denied"}
        if not device.user:
            return 400, {"error": "authorization_pending"}
        del self.devices[form["device_code"]]
        return self._grant(device.user)

    def _code(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        code = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if code is None or form.get("redirect_uri") != code.redirect:
            return 400, {"error": "invalid_grant"}
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
            return 400, {"error": "invalid_grant", "error_description": "the verifier does not match"}
        return self._grant(code.user)

    def _refresh(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        time.sleep(self.slow_refresh)
        token = form.get("refresh_token", "")
        self.refreshes += 1
        for grant in self.grants:
            if token in grant.spent:
                # Somebody uses a token twice: a thief, as far as we know (RFC 9700 4.14.2).
                grant.revoked = True
            if grant.refresh == token and not grant.revoked:
                return self._tokens(grant)
        return 400, {"error": "invalid_grant", "error_description": f"Token has been revoked: {token}"}

    def _grant(self, user: str) -> tuple[int, dict[str, object]]:
        grant = Grant(user)
        self.grants.append(grant)
        return self._tokens(grant)

    def _tokens(self, grant: Grant) -> tuple[int, dict[str, object]]:
        access = f"access-{secrets.token_hex(12)}"
        answer: dict[str, object] = {"access_token": access, "token_type": "Bearer", "expires_in": self.life}
        if self.rotates or not grant.refresh:
            if grant.refresh:
                grant.spent.add(grant.refresh)
            grant.refresh = f"refresh-{secrets.token_hex(12)}"
            answer["refresh_token"] = grant.refresh
        self.access[access] = (grant, time.monotonic() + self.life)
        self._all_access = self._all_access | {access}
        return 200, answer


class _Handler(http.server.BaseHTTPRequestHandler):
    provider: IdentityProvider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
        provider = self.provider
        routes = {"/device": provider.device, "/token": provider.token, "/introspect": provider.introspect}
        if self.path not in routes:
            self._answer(404, {}, b"{}")
            return
        if self.path != "/introspect":
            provider.asked.append(f"{self.path} {form.get('grant_type', '')}".strip())
            if provider.plan:
                self._answer(*provider.plan.pop(0))
                return
        with provider.lock:
            status, record = routes[self.path](form)
        self._answer(status, {"Content-Type": "application/json"}, json.dumps(record).encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
