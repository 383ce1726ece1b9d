"""Chatwoot on loopback: inboxes, contacts, agents, conversations by activity, messages in pages.

Every request is checked against the vendor's OpenAPI file where it is beside the project. The rules are the server's:
25 conversations a page, the newest 20 messages or those before an id, 100 after one, activity in whole seconds; changes
of state, labels and assignee write an activity message, receipts and deletions do not count as activity.
"""

from __future__ import annotations

import http.server
import json
import re
import socket
import threading
import time
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tests.channels.openapi import openapi
from tests.channels.rig import Faults

SPECIFICATION = "chatwoot/chatwoot-application-api-openapi.yml"
SERVER = "https://app.chatwoot.com"
TOKEN = "planted-access-token"
ACCOUNT = 3
ME = {"id": 41, "name": "Ana Lopez", "available_name": "Ana", "email": "ana@shop.example", "type": "user"}
KIM = {"id": 42, "name": "Kim Park", "available_name": "Kim", "email": "kim@shop.example", "type": "user"}
BOT = {"id": 9, "name": "Robo", "type": "agent_bot"}
BEYOND = ("update_last_seen",)
"""Routes of the server that its published file leaves out."""


class FakeChatwoot:
    """Use `start()` and `stop()`; everything else may be called from any thread."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.lock = threading.RLock()
        self.keeps_attributes = True
        """Newer servers keep what is in content_attributes; older ones only what they know."""
        self.now: float | None = None
        self.inboxes = {1: {"id": 1, "name": "Website", "channel_type": "Channel::WebWidget"}}
        self.contacts: dict[int, dict[str, Any]] = {}
        self.conversations: dict[int, dict[str, Any]] = {}
        self.messages: dict[int, list[dict[str, Any]]] = {}
        self.data: dict[str, bytes] = {}
        self.accounts = [{"id": ACCOUNT, "name": "Shop", "role": "agent"}]
        self.null_priority_only = False
        self.asked: list[tuple[str, str]] = []
        self.checked = 0
        self.violations: list[str] = []
        self._last_id = 1000
        self._specification = openapi(SPECIFICATION, SERVER)

    def start(self) -> None:
        """Listen on a port of its own."""
        handler = type("Bound", (_Handler,), {"fake": self})
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._http.shutdown()
        self._http.server_close()

    def time(self) -> float:
        """The server's clock."""
        return time.time() if self.now is None else self.now

    def contact(self, name: str, **more: Any) -> int:
        """A new customer."""
        with self.lock:
            id_ = 100 + len(self.contacts)
            self.contacts[id_] = {"id": id_, "name": name, "email": f"{name}@x.example", "type": "contact", **more}
            return id_

    def conversation(self, contact: int, inbox: int = 1, **more: Any) -> int:
        """A new conversation."""
        with self.lock:
            id_ = len(self.conversations) + 1
            self.conversations[id_] = {
                "id": id_, "contact": contact, "inbox_id": inbox, "status": "open", "labels": [], "priority": None,
                "assignee": None, "can_reply": True, "snoozed_until": None, "contact_last_seen_at": 0,
                "created_at": int(self.time()), "last_activity_at": int(self.time()), "updated_at": self.time(),
                "additional_attributes": {}, **more,
            }  # fmt: skip
            self.messages[id_] = []
            return id_

    def add(self, conversation: int, content: str, kind: int = 0, **more: Any) -> int:
        """A message, which counts as activity; gives its id."""
        with self.lock:
            self._last_id += 1
            at = int(more.pop("at", self.time()))
            found = self.conversations[conversation]
            message = {
                "id": self._last_id, "content": content, "account_id": ACCOUNT, "inbox_id": found["inbox_id"],
                "conversation_id": conversation, "message_type": kind, "created_at": at, "updated_at": at,
                "private": False, "status": "sent", "content_type": "text", "content_attributes": {}, **more,
            }  # fmt: skip
            if kind == 0:
                message.setdefault("sender", self.contacts[found["contact"]])
                if found["status"] in ("resolved", "snoozed"):
                    found.update(status="open", snoozed_until=None)
            self.messages[conversation].append(message)
            found.update(last_activity_at=at, updated_at=self.time())
            return int(message["id"])

    def touch(self, message: int, **more: Any) -> None:
        """A message changes: its conversation is updated, without activity."""
        with self.lock:
            for id_, listed in self.messages.items():
                for one in listed:
                    if one["id"] == message:
                        one.update(more)
                        self.conversations[id_]["updated_at"] = self.time() + 0.001

    def remove(self, message: int) -> bool:
        """As the server deletes: other words, a mark, no files."""
        with self.lock:
            there = any(one["id"] == message for listed in self.messages.values() for one in listed)
            self.touch(
                message, content="This message was deleted", content_attributes={"deleted": True}, attachments=[]
            )
            return there

    def file(self, name: str, data: bytes) -> dict[str, Any]:
        """An attachment; its link holds for one look at the message only."""
        with self.lock:
            self._last_id += 1
            self.data[str(self._last_id)] = data
            return {"id": self._last_id, "file_type": "file", "name": name, "file_size": len(data)}

    def change(self, conversation: int, words: str, **more: Any) -> None:
        """Something of a conversation changes, with an activity message."""
        with self.lock:
            self.conversations[conversation].update(more)
            self.add(conversation, words, 2)

    def shown(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message as the server gives it: with fresh links."""
        found = dict(message)
        if found.get("attachments"):
            base = f"{self.url}/rails/active_storage/blobs/redirect"
            found["attachments"] = [
                {**{k: v for k, v in one.items() if k != "name"}, "message_id": message["id"],
                 "data_url": f"{base}/signed-{one['id']}-{len(self.asked)}/{quote(one['name'])}"}
                for one in found["attachments"]
            ]  # fmt: skip
        return found

    def listed(self, found: dict[str, Any]) -> dict[str, Any]:
        """A conversation as the list gives it."""
        item = {key: value for key, value in found.items() if key not in ("contact", "assignee")}
        channel = self.inboxes[found["inbox_id"]]["channel_type"]
        meta = {"sender": self.contacts[found["contact"]], "channel": channel}
        if found["assignee"]:
            meta["assignee"] = found["assignee"]
        last = self.messages[found["id"]][-1:]
        return {**item, "account_id": ACCOUNT, "meta": meta, "messages": [self.shown(one) for one in last]}

    def check(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        """Hold a request against the vendor's file."""
        if self._specification is None or path.split("?")[0].endswith(BEYOND) or not path.startswith("/api/"):
            return
        given = headers
        if "multipart" in headers.get("content-type", ""):
            # openapi-core does not read a list of files; the other fields are those of the JSON form.
            fields = {key: value for key, value in _fields(headers, body).items() if key != "attachments"}
            typed = {
                "private": fields["private"] == "true",
                "content_attributes": json.loads(fields["content_attributes"]),
            }
            given, body = {**headers, "content-type": "application/json"}, json.dumps({**fields, **typed}).encode()
        with self.lock:
            self.checked += 1
            self.violations += self._specification.request(method, f"{SERVER}{path}", given, body)


class _Handler(http.server.BaseHTTPRequestHandler):
    fake: FakeChatwoot

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        fake, faults = self.fake, self.fake.faults
        with fake.lock:
            fake.asked.append((self.command, self.path))
            if not self.path.startswith("/rails/"):
                if faults.refuse_token or headers.get("api_access_token") != TOKEN:
                    return self._say(401, {"error": "Invalid Access Token"})
                for name, status in (("too_many", 429), ("server_error", 500)):
                    if getattr(faults, name) > 0:
                        setattr(faults, name, getattr(faults, name) - 1)
                        faults.seen.append(name)
                        return self._say(status, {"error": "Retry later"})
            fake.check(self.command, self.path, headers, body)
            sends = self.command == "POST" and self.path.endswith("/messages")
            if sends and faults.sends_cut_before > 0:
                faults.sends_cut_before -= 1
                return self._cut("cut before a send")
            status, answer = self._route(headers, body)
            if sends and faults.sends_lost_after > 0:
                faults.sends_lost_after -= 1
                return self._cut("cut after a send")
            return self._say(status, answer)

    do_GET = do_POST = do_DELETE = do_PATCH = _any

    def _route(self, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        fake, parts = self.fake, urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        if parts.path == "/api/v1/profile":
            return 200, {**ME, "accounts": fake.accounts}
        if stored := re.fullmatch(r"/rails/active_storage/blobs/redirect/signed-(\d+)-(\d+)/.*", parts.path):
            # A link from a look of before is no longer good.
            fresh = len(fake.asked) - int(stored[2]) <= 2
            return (200, fake.data[stored[1]]) if fresh else (404, {"error": "gone"})
        found = re.fullmatch(rf"/api/v1/accounts/{ACCOUNT}/(\w+)(?:/(\d+))?(?:/(\w+))?(?:/(\d+))?", parts.path)
        if not found:
            return 401, {"error": "You are not authorized to access this account"}
        match found.groups():
            case ("agents", None, None, None):
                return 200, [ME, KIM]
            case ("inboxes", None, None, None):
                return 200, {"payload": list(fake.inboxes.values())}
            case ("conversations", None, None, None):
                return 200, self._list(asked)
            case ("conversations", str(number), str(what), message) if int(number) in fake.conversations:
                given = _fields(headers, body) if body else {}
                return self._inside(int(number), what, message, asked, given)
        return 404, {"error": "Resource could not be found"}

    def _list(self, asked: dict[str, str]) -> dict[str, Any]:
        fake, status = self.fake, asked.get("status", "open")
        fits = [one for one in fake.conversations.values() if status in ("all", one["status"])]
        fits.sort(key=lambda one: (-one["last_activity_at"], one["id"]))
        start = 25 * (int(asked.get("page", 1)) - 1)
        payload = [fake.listed(one) for one in fits[start : start + 25]]
        return {"data": {"meta": {"all_count": len(fits)}, "payload": payload}}

    def _inside(
        self, number: int, what: str, message: str | None, asked: dict[str, str], given: dict[str, Any]
    ) -> tuple[int, Any]:
        fake = self.fake
        found = fake.conversations[number]
        if what == "messages" and self.command == "GET":
            return 200, {"meta": {}, "payload": self._page(number, asked)}
        if what == "messages" and message and self.command == "DELETE":
            return (200, {}) if fake.remove(int(message)) else (404, {"error": "not found"})
        match what:
            case "messages":
                return self._create(number, given)
            case "toggle_status":
                until = given.get("snoozed_until")
                fake.change(number, f"Status {given['status']}", status=given["status"], snoozed_until=until)
                return 200, {"payload": {"success": True, "current_status": given["status"], "conversation_id": number}}
            case "labels":
                fake.change(number, "Labels", labels=given["labels"])
                return 200, {"payload": given["labels"]}
            case "assignments":
                agent = next((one for one in (ME, KIM) if one["id"] == given["assignee_id"]), None)
                fake.change(number, "Assigned", assignee=agent)
                return 200, agent
            case "toggle_priority":
                if fake.null_priority_only and given["priority"] == "none":
                    return 422, {"error": "'none' is not a valid priority"}
                wanted = None if given["priority"] in (None, "none") else given["priority"]
                fake.change(number, "Priority", priority=wanted)
            case "update_last_seen":
                found["agent_last_seen_at"] = int(fake.time())
            case "toggle_typing_status":
                found["typing"] = given["typing_status"]
        return 200, b""

    def _page(self, number: int, asked: dict[str, str]) -> list[dict[str, Any]]:
        fake = self.fake
        every = fake.messages[number]
        if "after" in asked:
            page = [one for one in every if one["id"] > int(asked["after"])][:100]
        elif "before" in asked:
            page = [one for one in every if one["id"] < int(asked["before"])][-20:]
        else:
            page = every[-20:]
        if fake.faults.duplicate_events:
            page = [one for one in page for _ in range(2)]
        if fake.faults.reverse_events:
            page = page[::-1]
        return [fake.shown(one) for one in page]

    def _create(self, number: int, given: dict[str, Any]) -> tuple[int, Any]:
        fake = self.fake
        if not fake.conversations[number]["can_reply"] and not given.get("private"):
            return 422, {"error": "Cannot reply outside of the window"}
        extra = given.get("content_attributes") or {}
        extra = json.loads(extra) if isinstance(extra, str) else extra
        if not fake.keeps_attributes:
            extra = {key: value for key, value in extra.items() if key == "in_reply_to"}
        files = [fake.file(name, data) for name, data in given.get("attachments", [])]
        private = given.get("private") in (True, "true")
        id_ = fake.add(
            number, given["content"], 1, private=private, content_attributes=extra, sender=ME, attachments=files
        )
        made = next(one for one in fake.messages[number] if one["id"] == id_)
        return 200, {**fake.shown(made), "echo_id": given.get("echo_id")}

    def _say(self, status: int, answer: Any) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self, words: str) -> None:
        self.fake.faults.seen.append(words)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def _fields(headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The fields of a body; of a form its files as (name, bytes) under `attachments`."""
    kind = headers.get("content-type", "")
    if "multipart" not in kind:
        return dict(json.loads(body))
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found: dict[str, Any] = {}
    for part in form.get_payload():
        assert not isinstance(part, str)
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if part.get_filename():
            found.setdefault("attachments", []).append((part.get_filename(), data))
        else:
            found[str(part.get_param("name", header="content-disposition"))] = data.decode()
    return found
