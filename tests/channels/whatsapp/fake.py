"""Meta as far as we use it: a stateful Graph API on loopback that pushes signed webhooks to a relay.

Keeps what it was sent, knows the 24-hour window, uploads and short-lived addresses, statuses that come later, and
checks every request against Meta's specification where that is here.
"""

from __future__ import annotations

import email.parser
import http.server
import itertools
import json
import socket
import threading
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.channels.rig import Arrived, Faults
from tests.channels.whatsapp import meta_spec
from tests.relay.running import RelayProcess

PHONE_ID, WABA, TOKEN, NUMBER = "106540352242922", "102290129340398", "EAAG-token-0123456789", "15550783881"
TEMPLATES = [
    {
        "id": "1", "name": "back_soon", "language": "en_US", "status": "APPROVED",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
            {"type": "BODY", "text": "Dear {{1}}, your {{2}} is on its way."},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Follow", "url": "https://shop.test/{{1}}"}]},
        ],
    },
    {
        "id": "2", "name": "hello", "language": "de", "status": "APPROVED",
        "components": [{"type": "BODY", "text": "Hallo"}],
    },
    {"id": "3", "name": "waits", "language": "de", "status": "PENDING", "components": []},
    {
        "id": "4", "name": "picture", "language": "de", "status": "APPROVED",
        "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "For {{name}}"}],
        "parameter_format": "NAMED",
    },
    {
        "id": "5", "name": "place", "language": "de", "status": "APPROVED",
        "components": [{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "x"}],
    },
    {
        "id": "6", "name": "bill", "language": "de", "status": "APPROVED",
        "components": [{"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "Your bill"}],
    },
]  # fmt: skip


class FakeMeta:
    """Start it with the relay that gets its webhooks."""

    def __init__(self, relay: RelayProcess, faults: Faults) -> None:
        self.relay, self.faults = relay, faults
        self.sent: list[Arrived] = []
        self.bodies: list[dict[str, Any]] = []
        self.acts: list[dict[str, Any]] = []
        self.media: dict[str, tuple[str, str, bytes]] = {}
        self.last_inbound: dict[str, float] = {}
        self.wa_ids: dict[str, str] = {}
        """Ids of customers by their numbers, where those are not the same."""
        self.dropped: list[dict[str, Any]] = []
        self.bad_files: set[str] = set()
        """Names of files that WhatsApp does not take."""
        self.checked, self.violations = 0, list[str]()
        self.scopes = ["whatsapp_business_messaging", "whatsapp_business_management"]
        self.apps: list[dict[str, Any]] = [{"whatsapp_business_api_data": {"id": "1", "name": "desk"}}]
        self.number: dict[str, Any] = {
            "id": PHONE_ID, "display_phone_number": "+1 555-078-3881", "verified_name": "Shop",
            "quality_rating": "GREEN", "code_verification_status": "VERIFIED", "status": "CONNECTED",
        }  # fmt: skip
        self._ids = itertools.count(1)
        self.stopped = False
        self.lock = threading.RLock()

    def start(self) -> None:
        """Serve."""
        handler = type("Bound", (_Handler,), {"fake": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Let go of the port."""
        self.stopped = True
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://localhost:{self._server.server_address[1]}"

    def wamid(self) -> str:
        """A new message id."""
        return f"wamid.HBgL{next(self._ids):08d}"

    def push(self, field: str = "messages", *, phone_id: str = PHONE_ID, **value: Any) -> None:
        """One webhook, again and again until the relay has taken it, as Meta does."""
        value |= {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": NUMBER, "phone_number_id": phone_id},
        }
        entry = {"id": WABA, "changes": [{"field": field, "value": value}]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        self._deliver(body)
        if self.faults.duplicate_events:
            # Other bytes, so that the relay cannot know: the same message by another delivery.
            self.faults.seen.append("duplicate")
            self._deliver(body + b" ")

    def _deliver(self, body: bytes) -> None:
        for _ in range(1200):
            try:
                if self.stopped or self.relay.post(body).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise RuntimeError("the relay does not take the webhook")

    def customer_writes(
        self, number: str, name: str, messages: list[dict[str, Any]], age: float = 0, user: str = ""
    ) -> list[str]:
        """Messages of a customer in one webhook; their ids. `user`: their business-scoped id; a customer who shows no
        number has that alone."""
        now = time.time() - age
        with self.lock:
            self.last_inbound[number or user] = now
        sides = {"from": number, "from_user_id": user}
        sender = {side: address for side, address in sides.items() if address}
        stamped = [{**sender, "id": self.wamid(), "timestamp": str(int(now)), **one} for one in messages]
        if self.faults.reverse_events:
            self.faults.seen.append("reversed")
        handed = stamped[::-1] if self.faults.reverse_events else stamped
        ids = {side: address for side, address in (("wa_id", number), ("user_id", user)) if address}
        profile = {"name": name, **({"username": name.lower()} if user else {})}
        self.push(contacts=[{"profile": profile, **ids}], messages=handed)
        return [one["id"] for one in stamped]

    def status(self, remote_id: str, state: str, **more: Any) -> None:
        """What became of a message of ours."""
        one = next(one for one in self.sent if one.remote_id == remote_id)
        side = "recipient_id" if one.conversation.isdigit() else "recipient_user_id"
        told = {"id": remote_id, "status": state, "timestamp": str(int(time.time())), side: one.conversation}
        key = {"biz_opaque_callback_data": one.key} if one.key else {}
        self.push(statuses=[told | key | more])

    def keep_file(self, kind: str, name: str, data: bytes) -> str:
        """A file at Meta; its media id."""
        media = f"media-{next(self._ids)}"
        self.media[media] = (kind, name, data)
        return media

    def fault(self, name: str) -> bool:
        """Whether this fault is due now, counted down."""
        with self.lock:
            left = int(getattr(self.faults, name))
            if left <= 0:
                return False
            setattr(self.faults, name, left - 1)
            self.faults.seen.append(name)
            return True

    def check(self, method: str, path: str, query: dict[str, str], body: Any) -> None:
        """Against the specification, where it has the path (debug_token and the file addresses are not in it)."""
        template = meta_spec.template_of(path)
        if meta_spec.document() is None or not template:
            return
        with self.lock:
            self.checked += 1
            self.violations += meta_spec.problems(method, template, query, body)


class _Handler(http.server.BaseHTTPRequestHandler):
    fake: FakeMeta

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        self.fake.check("GET", parts.path, query, None)
        if self._troubled():
            return
        name = parts.path.rpartition("/")[2]
        if parts.path.startswith("/files/"):
            kind, _, data = self.fake.media[name]
            self._say(200, data, kind)
        elif name == "debug_token":
            self._json(200, {"data": {"is_valid": True, "scopes": self.fake.scopes, "expires_at": 0}})
        elif name == "subscribed_apps":
            self._json(200, {"data": self.fake.apps})
        elif name == "message_templates":
            self._templates(query)
        elif name in self.fake.media:
            kind, _, data = self.fake.media[name]
            told = {"id": name, "mime_type": kind, "file_size": str(len(data)), "url": f"{self.fake.url}/files/{name}"}
            self._json(200, told | {"messaging_product": "whatsapp", "sha256": ""})
        elif name == PHONE_ID:
            self._json(200, self.fake.number)
        else:
            self._error(400, 100, "Unsupported get request", error_subcode=33)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        sending = parts.path.endswith("/messages")
        body = json.loads(raw) if sending else self._form(raw)
        self.fake.check("POST", parts.path, {}, {k: v for k, v in body.items() if k != "_"})
        if self._troubled():
            return
        if not sending:
            kind, name, data = body["_"]
            self._json(200, {"id": self.fake.keep_file(kind, name, data)})
        elif body.get("status") == "read" or body.get("type") == "reaction":
            self.fake.acts.append(body)
            self._json(200, {"success": True} if "status" in body else self._accepted(body, self.fake.wamid()))
        else:
            self._send(body)

    def _send(self, body: dict[str, Any]) -> None:
        if self.fake.fault("sends_cut_before"):
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        to, kind = body.get("recipient") or body["to"], body["type"]
        if not to.isdigit() and "recipient" not in body:
            # An id in the place of a number is taken, and goes nowhere.
            self.fake.dropped.append(body)
            self._json(200, self._accepted(body, self.fake.wamid()))
            return
        to = self.fake.wa_ids.get(to, to)
        if kind != "template" and time.time() - self.fake.last_inbound.get(to, 0) > 24 * 3600:
            self._error(400, 131047, "Re-engagement message")
            return
        part = body[kind]
        text = part.get("body") or part.get("caption", "") if kind != "template" else f"template {part['name']}"
        heads = [one["parameters"][0] for one in part.get("components", ()) if one["type"] == "header"]
        media = [part["id"]] if "id" in part else [one[one["type"]]["id"] for one in heads if one["type"] != "text"]
        files = tuple(self.fake.media[one][1] for one in media)
        if set(files) & self.fake.bad_files:
            self._error(400, 131053, "Media upload error")
            return
        one = Arrived(self.fake.wamid(), to, text, body.get("biz_opaque_callback_data", ""), files)
        with self.fake.lock:
            self.fake.sent.append(one)
            self.fake.bodies.append(body)
        if self.fake.fault("sends_lost_after"):
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._json(200, self._accepted(body, one.remote_id))
        for state in ("sent", "delivered"):
            self.fake.status(one.remote_id, state)

    def _accepted(self, body: dict[str, Any], remote_id: str) -> dict[str, Any]:
        given = body.get("recipient") or body["to"]
        name = "user_id" if "recipient" in body else "wa_id"
        contacts = [{"input": given, name: self.fake.wa_ids.get(given, given)}]
        return {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": remote_id}]}

    def _templates(self, query: dict[str, str]) -> None:
        """Two a page."""
        start = int(query.get("after") or 0)
        page: dict[str, Any] = {"data": TEMPLATES[start : start + 2], "paging": {"cursors": {"after": str(start + 2)}}}
        if start + 2 < len(TEMPLATES):
            page["paging"]["next"] = "https://graph.facebook.com/next"
        self._json(200, page)

    def _form(self, raw: bytes) -> dict[str, Any]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        found: dict[str, Any] = {}
        for part in email.parser.BytesParser().parsebytes(head + raw).get_payload():
            assert not isinstance(part, str)
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            if part.get_filename():
                found["file"] = "binary"
                found["_"] = (part.get_content_type(), part.get_filename(), data)
            else:
                found[str(part.get_param("name", header="content-disposition"))] = data.decode()
        return found

    def _troubled(self) -> bool:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}" or self.fake.faults.refuse_token:
            self._error(401, 190, "Error validating access token")
        elif self.fake.fault("too_many"):
            self._error(429, 80007, "Rate limit hit", retry=1)
        elif self.fake.fault("server_error"):
            self._error(500, 131000, "Something went wrong")
        else:
            return False
        return True

    def _error(self, status: int, code: int, message: str, retry: int = 0, **more: Any) -> None:
        self._json(status, {"error": {"message": message, "type": "OAuthException", "code": code, **more}}, retry)

    def _json(self, status: int, told: Any, retry: int = 0) -> None:
        self._say(status, json.dumps(told).encode(), "application/json", retry)

    def _say(self, status: int, body: bytes, kind: str, retry: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if retry:
            self.send_header("Retry-After", str(retry))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
