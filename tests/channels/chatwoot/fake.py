"""Chatwoot on loopback: inboxes, contacts, agents, conversations by activity, messages in pages.

Every request is checked against the vendor's OpenAPI file where it is beside the project. The rules are the server's:
25 conversations a page, the newest 20 messages or those before an id, 100 after one, activity in whole seconds; changes
of state, labels and assignee write an activity message, receipts and deletions do not count as activity.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
from email import message_from_bytes
from typing import Any
from urllib.parse import quote

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
        self.prefix = ""
        """A path that the server lives under, such as /desk."""
        self.missing: set[str] = set()
        """Routes that an older server has not."""
        self.locked: set[int] = set()
        """Inboxes that keep one conversation a contact."""
        self.asked: list[tuple[str, str]] = []
        self.checked = 0
        self.violations: list[str] = []
        self._last_id = 1000
        self._last_room = 0
        self._specification = openapi(SPECIFICATION, SERVER)

    def start(self) -> None:
        """Listen on a port of its own."""
        from tests.channels.chatwoot.serving import Handler

        handler = type("Bound", (Handler,), {"fake": self})
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"{self.origin}{self.prefix}"

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
            fields = {"email": f"{name}@x.example", "phone_number": None, **more}
            self.contacts[id_] = {"id": id_, "name": name, "type": "contact", **fields}
            return id_

    def conversation(self, contact: int, inbox: int = 1, **more: Any) -> int:
        """A new conversation."""
        with self.lock:
            self._last_room += 1
            id_ = self._last_room
            self.conversations[id_] = {
                "id": id_, "contact": contact, "inbox_id": inbox, "status": "open", "labels": [], "priority": None,
                "assignee": None, "team": None, "custom_attributes": {}, "can_reply": True, "snoozed_until": None,
                "contact_last_seen_at": 0,
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
        item = {key: value for key, value in found.items() if key not in ("contact", "assignee", "team")}
        channel = self.inboxes[found["inbox_id"]]["channel_type"]
        meta = {"sender": self.contacts[found["contact"]], "channel": channel}
        if found["assignee"]:
            meta["assignee"] = found["assignee"]
        if found["team"]:
            meta["team"] = {"id": 1, "name": found["team"]}
        last = self.messages[found["id"]][-1:]
        return {**item, "account_id": ACCOUNT, "meta": meta, "messages": [self.shown(one) for one in last]}

    def contactable(self, contact: int) -> list[dict[str, Any]]:
        """Inboxes that reach a contact, each with the contact's id there, as the server works them out."""
        who = self.contacts[contact]
        phone, found = who["phone_number"] or "", []
        for inbox in self.inboxes.values():
            source = {
                "Channel::Email": who["email"],
                "Channel::Whatsapp": phone.removeprefix("+"),
                "Channel::Sms": phone,
                "Channel::TwilioSms": phone and (f"whatsapp:{phone}" if inbox.get("medium") == "whatsapp" else phone),
                "Channel::Api": f"api-{contact}",
            }.get(str(inbox["channel_type"]))
            if source:
                found.append({"source_id": source, "inbox": inbox})
        return found

    def vanish(self, conversation: int) -> None:
        """An administrator deletes a conversation."""
        with self.lock:
            del self.conversations[conversation], self.messages[conversation]

    def check(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        """Hold a request against the vendor's file."""
        if self._specification is None or path.split("?")[0].endswith(BEYOND) or not path.startswith("/api/"):
            return
        given = headers
        if "multipart" in headers.get("content-type", ""):
            # openapi-core does not read a list of files; the other fields are those of the JSON form.
            fields = {key: value for key, value in fields_of(headers, body).items() if key != "attachments"}
            typed = {
                "private": fields["private"] == "true",
                "content_attributes": json.loads(fields["content_attributes"]),
            }
            given, body = {**headers, "content-type": "application/json"}, json.dumps({**fields, **typed}).encode()
        with self.lock:
            self.checked += 1
            self.violations += self._specification.request(method, f"{SERVER}{path}", given, body)


def fields_of(headers: dict[str, str], body: bytes) -> dict[str, Any]:
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
