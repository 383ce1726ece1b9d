"""A private Synapse (Matrix homeserver) on a free loopback port, in a folder of its own; touches no system service.

Runs as whoever starts it, and ends by itself when its starter does, however that ends. `missing()` says how to have it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.servers.dovecot import free_port

ROOT = Path(__file__).resolve().parents[2]
NAME = "shop.test"
"""The part behind the colon of user ids and rooms."""
SHARED = "a-word-for-registering"
SERVICE = "a-token-of-an-application-service"
"""Acts as anybody, at any time: `?user_id=...&ts=...` (application service API)."""
ENDS_WITH_ITS_STARTER = """
import os, signal, sys, threading
def watch():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
sys.argv = ["synapse", "--config-path", "homeserver.json"]
from synapse.app.homeserver import main
main()
"""


class Refusal(Exception):
    """The server said no; `code` is Matrix's word for it."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(f"{status} {code}: {words}")
        self.status, self.code = status, code


def interpreter() -> str:
    """The Python that has Synapse; empty where there is none."""
    given = os.environ.get("OMNITUI_SYNAPSE", "")
    places = [given] if given else [str(ROOT / ".servers" / "synapse" / "bin" / "python")]
    return next((place for place in places if Path(place).exists()), "")


class Synapse:
    """One server. `start` and `stop`, or use it as a context."""

    def __init__(self) -> None:
        self.port = free_port()
        self.top = Path()
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def missing() -> str:
        """Empty, or what to do to have the server."""
        return "" if interpreter() else "Synapse is not installed: make servers"

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://localhost:{self.port}"

    def __enter__(self) -> Synapse:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Write the config and start; returns when the server answers (some seconds)."""
        self.top = Path(tempfile.mkdtemp(prefix="omni-sy-"))
        self._configure()
        self.run()

    def run(self) -> None:
        """Start (again) what `halt` stopped."""
        with (self.top / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [interpreter(), "-c", ENDS_WITH_ITS_STARTER],
                cwd=self.top,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + 120
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError), _open(f"{self.url}/health", 2) as answer:
                if answer.read() == b"OK":
                    return
            time.sleep(0.1)
        raise RuntimeError(f"Synapse did not start:\n{(self.top / 'log').read_text()[-3000:]}")

    def halt(self) -> None:
        """Stop the server; what it knows stays."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def stop(self) -> None:
        """Stop and leave nothing behind."""
        self.halt()
        shutil.rmtree(self.top, ignore_errors=True)

    def _configure(self) -> None:
        generous = {"per_second": 10000, "burst_count": 10000}
        client = [{"names": ["client"]}]
        service = {
            "id": "stage", "url": None, "as_token": SERVICE, "hs_token": "unused", "sender_localpart": "stage",
            "namespaces": {"users": [{"exclusive": False, "regex": "@.*"}], "aliases": [], "rooms": []},
        }  # fmt: skip
        (self.top / "service.json").write_text(json.dumps(service))
        (self.top / "signing.key").write_text("ed25519 a_test " + "A" * 43 + "\n")
        logging = {"version": 1, "handlers": {"out": {"class": "logging.StreamHandler"}}, "root": {"level": "WARNING", "handlers": ["out"]}}  # fmt: skip # noqa: E501
        (self.top / "log.json").write_text(json.dumps(logging))
        config = {
            "server_name": NAME,
            "listeners": [{"port": self.port, "bind_addresses": ["127.0.0.1"], "type": "http", "resources": client}],
            "database": {"name": "sqlite3", "args": {"database": str(self.top / "homeserver.db")}},
            "media_store_path": str(self.top / "media"),
            "signing_key_path": str(self.top / "signing.key"),
            "log_config": str(self.top / "log.json"),
            "app_service_config_files": [str(self.top / "service.json")],
            "registration_shared_secret": SHARED,
            "macaroon_secret_key": "m", "form_secret": "f",
            "trusted_key_servers": [], "report_stats": False, "enable_registration": False, "bcrypt_rounds": 4,
            "federation_domain_whitelist": [], "url_preview_enabled": False, "presence": {"enabled": False},
            "rc_message": generous, "rc_registration": generous, "rc_joins": {"local": generous, "remote": generous},
            "rc_login": {"address": generous, "account": generous, "failed_attempts": generous},
            "rc_invites": {"per_room": generous, "per_user": generous, "per_issuer": generous},
            "rc_joins_per_room": generous, "rc_room_creation": generous,
            "rc_admin_redaction": generous,
        }  # fmt: skip
        (self.top / "homeserver.json").write_text(json.dumps(config))

    def user(self, name: str, display: str = "") -> User:
        """A new user, logged in."""
        nonce = self.ask("GET", "/_synapse/admin/v1/register")["nonce"]
        proof = "\0".join([nonce, name, "pw", "notadmin"]).encode()
        made = self.ask(
            "POST",
            "/_synapse/admin/v1/register",
            {
                "nonce": nonce, "username": name, "password": "pw", "admin": False, "displayname": display or name,
                "mac": hmac.new(SHARED.encode(), proof, hashlib.sha1).hexdigest(),
            },
        )  # fmt: skip
        return User(self, made["user_id"], made["access_token"], made["device_id"])

    def ask(self, method: str, path: str, body: Any = None, token: str = "", **params: str) -> Any:
        """One call of the server as JSON. Raises Refusal."""
        query = f"?{urllib.parse.urlencode(params)}" if params else ""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"{self.url}{path}{query}", data, headers, method=method)  # noqa: S310 - loopback
        try:
            with _open(request, 30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                said = json.loads(error.read())
            raise Refusal(error.code, said.get("errcode", ""), said.get("error", "")) from None


class User:
    """Somebody who uses the server by a program of their own."""

    def __init__(self, server: Synapse, id: str, token: str, device: str) -> None:
        self.server, self.id, self.token, self.device = server, id, token, device
        self._count = 0

    def ask(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """A call of the client-server API, `path` behind /_matrix/client/v3."""
        return self.server.ask(method, f"/_matrix/client/v3{path}", body, self.token, **params)

    def again(self) -> User:
        """The same person on another device."""
        name = self.id[1:].partition(":")[0]
        who = {"type": "m.id.user", "user": name}
        made = self.server.ask(
            "POST", "/_matrix/client/v3/login", {"type": "m.login.password", "identifier": who, "password": "pw"}
        )
        return User(self.server, self.id, made["access_token"], made["device_id"])

    def room(self, *invited: User, **more: Any) -> str:
        """A new room with these invited; gives its id."""
        wish = {"preset": "private_chat", "invite": [user.id for user in invited], **more}
        return str(self.ask("POST", "/createRoom", wish)["room_id"])

    def join(self, room: str) -> None:
        """Accept an invitation."""
        self.ask("POST", f"/rooms/{quoted(room)}/join", {})

    def send(self, room: str, content: dict[str, Any], kind: str = "m.room.message") -> str:
        """An event; gives its id."""
        self._count += 1
        where = f"/rooms/{quoted(room)}/send/{kind}/{self.device}-{self._count}"
        return str(self.ask("PUT", where, content)["event_id"])

    def say(self, room: str, text: str, **more: Any) -> str:
        """A text message."""
        return self.send(room, {"msgtype": "m.text", "body": text, **more})

    def say_at(self, room: str, text: str, at: int) -> str:
        """A text message that bears another time (milliseconds)."""
        self._count += 1
        where = f"/_matrix/client/v3/rooms/{quoted(room)}/send/m.room.message/at-{self.device}-{self._count}"
        body = {"msgtype": "m.text", "body": text}
        return str(self.server.ask("PUT", where, body, SERVICE, user_id=self.id, ts=str(at))["event_id"])

    def state(self, room: str, kind: str, content: dict[str, Any], key: str = "") -> str:
        """Set something of the room."""
        return str(self.ask("PUT", f"/rooms/{quoted(room)}/state/{kind}/{quoted(key)}", content)["event_id"])

    def redact(self, room: str, event: str) -> str:
        """Take an event back."""
        self._count += 1
        where = f"/rooms/{quoted(room)}/redact/{quoted(event)}/{self.device}-{self._count}"
        return str(self.ask("PUT", where, {})["event_id"])

    def upload(self, data: bytes, kind: str = "text/plain") -> str:
        """Put a file on the server; gives its mxc:// address."""
        made = self.server.ask("POST", "/_matrix/media/v3/upload", data, self.token, filename="x")
        return str(made["content_uri"])


def quoted(part: str) -> str:
    """For one part of a path."""
    return urllib.parse.quote(part, safe="")


def _open(what: str | urllib.request.Request, seconds: float) -> Any:
    return urllib.request.urlopen(what, timeout=seconds)  # noqa: S310 - our own server on loopback
