"""The answers of the fake: its routes, and what it does wrong when told."""

from __future__ import annotations

import http.server
import json
import re
import socket
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.channels.chatwoot.fake import ACCOUNT, KIM, ME, TOKEN, FakeChatwoot, fields_of


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection; `fake` is set by `FakeChatwoot.start`."""

    fake: FakeChatwoot

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        fake, faults = self.fake, self.fake.faults
        with fake.lock:
            self.path = self.path.removeprefix(fake.prefix)
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
            sends = self.command == "POST" and self.path.endswith(("/messages", "/conversations"))
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
        own = parts.path.removeprefix(f"/api/v1/accounts/{ACCOUNT}/")
        if own.startswith("contacts"):
            return self._contacts(own, asked, fields_of(headers, body) if body else {})
        found = re.fullmatch(rf"/api/v1/accounts/{ACCOUNT}/(\w+)(?:/(\d+))?(?:/(\w+))?(?:/(\d+))?", parts.path)
        if not found:
            return 401, {"error": "You are not authorized to access this account"}
        match found.groups():
            case ("agents", None, None, None):
                return 200, [ME, KIM]
            case ("inboxes", None, None, None):
                return 200, {"payload": list(fake.inboxes.values())}
            case ("conversations", None, None, None):
                return self._begin(fields_of(headers, body)) if self.command == "POST" else (200, self._list(asked))
            case ("conversations", str(number), None, None) if int(number) in fake.conversations:
                return 200, fake.listed(fake.conversations[int(number)])
            case ("conversations", str(number), str(what), message) if int(number) in fake.conversations:
                given = fields_of(headers, body) if body else {}
                return self._inside(int(number), what, message, asked, given)
        return 404, {"error": "Resource could not be found"}

    def _list(self, asked: dict[str, str]) -> dict[str, Any]:
        fake, status = self.fake, asked.get("status", "open")
        fits = [one for one in fake.conversations.values() if status in ("all", one["status"])]
        fits.sort(key=lambda one: (-one["last_activity_at"], one["id"]))
        start = 25 * (int(asked.get("page", 1)) - 1)
        payload = [fake.listed(one) for one in fits[start : start + 25]]
        return {"data": {"meta": {"all_count": len(fits)}, "payload": payload}}

    def _contacts(self, own: str, asked: dict[str, str], given: dict[str, Any]) -> tuple[int, Any]:
        fake = self.fake
        if own == "contacts/search":
            fits = [one for one in fake.contacts.values() if asked["q"] in (one["email"] or "", one["phone_number"])]
            return 200, {"meta": {"count": len(fits)}, "payload": fits}
        if own == "contacts":
            for name in ("email", "phone_number"):
                if given.get(name) and any(one[name] == given[name] for one in fake.contacts.values()):
                    return 422, {"message": f"{name} has already been taken"}
            made = fake.contact(given["name"], email=given.get("email"), phone_number=given.get("phone_number"))
            return 200, {"payload": {"contact": fake.contacts[made], "contact_inbox": {"source_id": "s"}}}
        number, _, what = own.removeprefix("contacts/").partition("/")
        if int(number) not in fake.contacts:
            return 404, {"error": "Resource could not be found"}
        if what == "contactable_inboxes":
            return 200, {"payload": fake.contactable(int(number))}
        rooms = [one for one in fake.conversations.values() if one["contact"] == int(number)]
        return 200, {"payload": [fake.listed(one) for one in rooms[::-1][:20]]}

    def _begin(self, given: dict[str, Any]) -> tuple[int, Any]:
        fake = self.fake
        inbox, contact = given["inbox_id"], given["contact_id"]
        ways = {one["inbox"]["id"]: one["source_id"] for one in fake.contactable(contact)}
        if ways.get(inbox) != given["source_id"]:
            return 422, {"error": "source_id should be unique"}
        there = [one for one in fake.conversations.values() if (one["inbox_id"], one["contact"]) == (inbox, contact)]
        if inbox in fake.locked and there:
            return 200, fake.listed(there[0])
        room = fake.conversation(contact, inbox, additional_attributes=given.get("additional_attributes", {}))
        return 200, fake.listed(fake.conversations[room])

    def _inside(
        self, number: int, what: str, message: str | None, asked: dict[str, str], given: dict[str, Any]
    ) -> tuple[int, Any]:
        fake = self.fake
        found = fake.conversations[number]
        if what in fake.missing:
            return 404, {"error": "Resource could not be found"}
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
        params = given.get("template_params")
        if not fake.conversations[number]["can_reply"] and not given.get("private") and not params:
            return 422, {"error": "Cannot reply outside of the window"}
        more = {"additional_attributes": {"template_params": params}} if params else {}
        extra = given.get("content_attributes") or {}
        extra = json.loads(extra) if isinstance(extra, str) else extra
        if not fake.keeps_attributes:
            extra = {key: value for key, value in extra.items() if key == "in_reply_to"}
        files = [fake.file(name, data) for name, data in given.get("attachments", [])]
        private = given.get("private") in (True, "true")
        id_ = fake.add(
            number, given["content"], 1, private=private, content_attributes=extra, sender=ME, attachments=files, **more
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
