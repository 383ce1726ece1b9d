"""Slack on loopback: channels, people, threads, files and the line for events, which forgets what it could not deliver.

Every request is checked (`checking.py`). History comes newest first in pages; an event goes to one open connection, and
one that was not acknowledged when its connection broke is given again to the next.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import threading
import time
import uuid
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from omnitui.sync.channels.slack.scopes import NEEDED, USEFUL
from tests.channels.rig import Faults
from tests.channels.slack.checking import complaints, paths

TEAM, OTHER = "T0HOME", "T0GUEST"
APP_USER, APP_BOT = "U0APP", "B0APP"
PAGE = 20
"""Slack may give fewer than were asked for."""


class FakeSlack:
    """Use `start()` and `stop()`. Everything else may be called from any thread."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.lock = threading.RLock()
        self.scopes = {*NEEDED, *USEFUL}
        self.users: dict[str, dict[str, Any]] = {}
        self.rooms: dict[str, dict[str, Any]] = {"C0SHARED": {"id": "C0SHARED", "name": "ext-acme", "is_channel": True}}
        self.messages: dict[str, list[dict[str, Any]]] = {"C0SHARED": []}
        self.files: dict[str, dict[str, Any]] = {}
        self.data: dict[str, bytes] = {}
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.foreign_tokens: list[str] = []
        self.checked = 0
        self.violations: list[str] = []
        self.acknowledged: list[str] = []
        self.connections: list[ServerConnection] = []
        self.given_again = 0
        self.others = 0
        self.in_turn = False
        """Events go to the open lines in turn, not to the newest."""
        self._turn = 0
        self.stolen = 0
        """So many of the next events go to another program that listens with the same app."""
        self.page = PAGE
        self.throttled: dict[str, tuple[float, int]] = {}
        """By method: one call in so many seconds, and the Retry-After that is told beyond it."""
        self.called: dict[str, float] = {}
        self.replies: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        """By method, or `upload`: statuses and answers to be given instead of the next ones."""
        self.owed: dict[str, tuple[ServerConnection | None, dict[str, Any]]] = {}
        self._last = time.time()
        self._hold: list[dict[str, Any]] = []
        self.add_user("U0ANA", "Ana Lima", OTHER)
        self.add_user("U0BEN", "Ben Okri", OTHER)
        self.add_user("U0KIM", "Kim Colleague", TEAM)
        self.add_user(APP_USER, "Support", TEAM, bot=True)

    def add_user(self, id: str, name: str, team: str, *, bot: bool = False) -> None:
        """Somebody who can write."""
        profile = {"real_name": name, "display_name": name.split()[0].lower(), "email": f"{id.lower()}@x.example"}
        self.users[id] = {"id": id, "team_id": team, "real_name": name, "is_bot": bot, "profile": profile}

    def start(self) -> None:
        """Both servers, each on a port of its own."""
        handler = type("Bound", (_Handler,), {"slack": self})
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._ws = serve(self._line, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.line = f"ws://127.0.0.1:{self._ws.socket.getsockname()[1]}/link"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        threading.Thread(target=self._ws.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End both."""
        self.cut()
        self._ws.shutdown()
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        """Of the Web API."""
        return f"{self.base}/api"

    def ts(self) -> str:
        """A time later than all before."""
        self._last = max(self._last + 0.001, time.time())
        return f"{self._last:.6f}"

    def post(self, user: str, text: str, channel: str = "C0SHARED", *, tell: bool = True, **more: Any) -> str:
        """Somebody writes; gives the ts. `tell`: as an event, too."""
        with self.lock:
            ts = str(more.pop("ts", "")) or self.ts()
            message = {"type": "message", "user": user, "text": text, "ts": ts, **more}
            if user in self.users:
                message["user_team"] = self.users[user]["team_id"]
            self.messages.setdefault(channel, []).append(message)
            root = message.get("thread_ts")
            for parent in self.messages[channel]:
                if root and parent["ts"] == root and root != ts:
                    parent.update(latest_reply=ts, reply_count=parent.get("reply_count", 0) + 1, thread_ts=root)
            if tell:
                self.tell({**message, "channel": channel, "event_ts": ts})
            return ts

    def found(self, channel: str, ts: str) -> dict[str, Any] | None:
        """A message."""
        return next((one for one in self.messages.get(channel, []) if one["ts"] == ts), None)

    def change(self, channel: str, ts: str, text: str, *, tell: bool = True) -> None:
        """A message gets another text."""
        with self.lock:
            message = self.found(channel, ts)
            assert message is not None
            before = dict(message)
            message.update(text=text, edited={"user": message["user"], "ts": self.ts()})
            event = {"type": "message", "subtype": "message_changed", "channel": channel, "ts": self.ts()}
            if tell:
                self.tell({**event, "message": dict(message), "previous_message": before, "event_ts": event["ts"]})

    def remove(self, channel: str, ts: str) -> None:
        """A message is deleted; one that has replies leaves a tombstone."""
        with self.lock:
            message = self.found(channel, ts)
            assert message is not None
            replies = [one for one in self.messages[channel] if one.get("thread_ts") == ts and one is not message]
            self.messages[channel].remove(message)
            if replies:
                left = {"user": "USLACKBOT", "subtype": "tombstone", "text": "This message was deleted."}
                self.messages[channel].insert(0, {**message, **left})
            event = {"type": "message", "subtype": "message_deleted", "channel": channel, "deleted_ts": ts}
            self.tell({**event, "previous_message": message, "ts": self.ts(), "event_ts": self.ts()})

    def tell(self, event: dict[str, Any]) -> None:
        """Deliver an event to a connection, or to nobody where there is none."""
        with self.lock:
            name = f"Ev{uuid.uuid4().hex[:10]}"
            payload = {"type": "event_callback", "team_id": TEAM, "event_id": name, "event": event}
            times = 2 if self.faults.duplicate_events else 1
            if times == 2:
                self.faults.seen.append("an event twice")
            for _ in range(times):
                self._hold.append({"type": "events_api", "envelope_id": uuid.uuid4().hex, "payload": payload})
            if not self.faults.reverse_events:
                self.flush()
            else:
                threading.Timer(0.05, self.flush).start()

    def flush(self) -> None:
        """Send what is held back."""
        with self.lock:
            held, self._hold = self._hold, []
            if self.faults.reverse_events and len(held) > 1:
                self.faults.seen.append("events reversed")
                held.reverse()
            for envelope in held:
                if self.stolen:
                    self.stolen -= 1
                elif self.connections:
                    self._turn += 1
                    at = self._turn % len(self.connections) if self.in_turn else -1
                    self._give(self.connections[at], envelope)

    def cut(self) -> None:
        """Break every connection."""
        with self.lock:
            for connection in self.connections:
                with contextlib.suppress(OSError):  # the other end has hung up already
                    connection.socket.shutdown(socket.SHUT_RDWR)
            self.connections = []

    def ask_to_leave(self, reason: str) -> None:
        """`disconnect`: the connection will be closed."""
        with self.lock:
            self.connections[-1].send(json.dumps({"type": "disconnect", "reason": reason}))

    def _give(self, connection: ServerConnection, envelope: dict[str, Any]) -> None:
        self.owed[envelope["envelope_id"]] = (connection, envelope)
        try:
            connection.send(json.dumps(envelope))
        except ConnectionClosed:
            return

    def _line(self, connection: ServerConnection) -> None:
        with self.lock:
            count = len(self.connections) + 1 + self.others
            connection.send(json.dumps({"type": "hello", "num_connections": count}))
            self.connections.append(connection)
            for owner, envelope in list(self.owed.values()):
                if owner not in self.connections:
                    self.given_again += 1
                    self._give(connection, {**envelope, "retry_attempt": 1})
        try:
            for raw in connection:
                name = json.loads(raw).get("envelope_id")
                with self.lock:
                    self.acknowledged.append(name)
                    self.owed.pop(name, None)
        except ConnectionClosed:
            pass
        with self.lock:
            if connection in self.connections:
                self.connections.remove(connection)

    def answer(self, method: str, given: dict[str, str]) -> dict[str, Any]:
        """What a call gives."""
        act = getattr(self, "do_" + method.replace(".", "_"), None)
        return act(given) if act else {"ok": False, "error": "unknown_method"}

    def do_auth_test(self, given: dict[str, str]) -> dict[str, Any]:
        who = {"user": "support", "user_id": APP_USER, "bot_id": APP_BOT}
        return {"ok": True, "team": "Home", "team_id": TEAM, **who}

    def do_apps_connections_open(self, given: dict[str, str]) -> dict[str, Any]:
        return {"ok": True, "url": f"{self.line}?ticket=planted-ticket"}

    def do_users_conversations(self, given: dict[str, str]) -> dict[str, Any]:
        within = [one for one in self.rooms.values() if not one.get("is_archived") and one.get("is_member", True)]
        return {"ok": True, "channels": within}

    def do_conversations_info(self, given: dict[str, str]) -> dict[str, Any]:
        room = self.rooms.get(given["channel"])
        return {"ok": True, "channel": room} if room else {"ok": False, "error": "channel_not_found"}

    def do_conversations_open(self, given: dict[str, str]) -> dict[str, Any]:
        id = f"D{given['users']}"
        self.rooms.setdefault(id, {"id": id, "is_im": True, "user": given["users"]})
        self.messages.setdefault(id, [])
        return {"ok": True, "channel": {"id": id}}

    def do_users_info(self, given: dict[str, str]) -> dict[str, Any]:
        user = self.users.get(given["user"])
        return {"ok": True, "user": user} if user else {"ok": False, "error": "user_not_found"}

    def do_team_info(self, given: dict[str, str]) -> dict[str, Any]:
        return {"ok": True, "team": {"id": given["team"], "name": "Acme" if given["team"] == OTHER else "Home"}}

    def do_conversations_history(self, given: dict[str, str]) -> dict[str, Any]:
        if given["channel"] not in self.rooms:
            return {"ok": False, "error": "channel_not_found"}
        tops = [
            one
            for one in self.messages[given["channel"]]
            if one.get("thread_ts", one["ts"]) == one["ts"] or one.get("subtype") == "thread_broadcast"
        ]
        return self._page(sorted(tops, key=lambda one: float(one["ts"]), reverse=True), given)

    def do_conversations_replies(self, given: dict[str, str]) -> dict[str, Any]:
        listed = self.messages.get(given["channel"], [])
        parent = next((one for one in listed if one["ts"] == given["ts"]), None)
        if parent is None:
            return {"ok": False, "error": "thread_not_found"}
        replies = [one for one in listed if one.get("thread_ts") == given["ts"] and one is not parent]
        replies.sort(key=lambda one: float(one["ts"]))
        return self._page(replies, given, [] if given.get("cursor") else [parent])

    def _page(
        self, listed: list[dict[str, Any]], given: dict[str, str], first: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        oldest, latest = float(given.get("oldest", 0)), float(given.get("latest", "inf"))
        kept = [one for one in listed if oldest <= float(one["ts"]) <= latest]
        at = int(given.get("cursor", "0"))
        page = [dict(one) for one in kept[at : at + self.page]]
        for one in page:
            if "metadata" in one and given.get("include_all_metadata") != "true":
                one["metadata"] = {"event_type": one["metadata"]["event_type"]}
        more = str(at + self.page) if at + self.page < len(kept) else ""
        return {
            "ok": True,
            "messages": [*(first or []), *page],
            "has_more": bool(more),
            "response_metadata": {"next_cursor": more},
        }

    def do_chat_postMessage(self, given: dict[str, str]) -> dict[str, Any]:
        if given["channel"] not in self.rooms:
            return {"ok": False, "error": "channel_not_found"}
        more: dict[str, Any] = {"bot_id": APP_BOT}
        if "thread_ts" in given:
            more["thread_ts"] = given["thread_ts"]
        if "metadata" in given:
            more["metadata"] = json.loads(given["metadata"])
        ts = self.post(APP_USER, given["text"], given["channel"], **more)
        return {"ok": True, "channel": given["channel"], "ts": ts}

    def do_chat_update(self, given: dict[str, str]) -> dict[str, Any]:
        if self.found(given["channel"], given["ts"]) is None:
            return {"ok": False, "error": "message_not_found"}
        self.change(given["channel"], given["ts"], given["text"])
        return {"ok": True, "ts": given["ts"]}

    def do_chat_delete(self, given: dict[str, str]) -> dict[str, Any]:
        if self.found(given["channel"], given["ts"]) is None:
            return {"ok": False, "error": "message_not_found"}
        self.remove(given["channel"], given["ts"])
        return {"ok": True}

    def do_reactions_add(self, given: dict[str, str]) -> dict[str, Any]:
        return self.react(APP_USER, given["channel"], given["timestamp"], given["name"])

    def do_reactions_remove(self, given: dict[str, str]) -> dict[str, Any]:
        return self.unreact(APP_USER, given["channel"], given["timestamp"], given["name"])

    def unreact(self, user: str, channel: str, ts: str, name: str) -> dict[str, Any]:
        """Somebody takes a reaction back."""
        message = self.found(channel, ts) or {}
        for one in message.get("reactions", []):
            if one["name"] == name and user in one["users"]:
                one["users"].remove(user)
                message["reactions"] = [other for other in message["reactions"] if other["users"]]
                item = {"type": "message", "channel": channel, "ts": ts}
                told = {"type": "reaction_removed", "user": user, "reaction": name, "item": item}
                self.tell({**told, "event_ts": self.ts()})
                return {"ok": True}
        return {"ok": False, "error": "no_reaction"}

    def react(self, user: str, channel: str, ts: str, name: str) -> dict[str, Any]:
        """Somebody reacts."""
        message = self.found(channel, ts)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        reactions = message.setdefault("reactions", [])
        for one in reactions:
            if one["name"] == name and user in one["users"]:
                return {"ok": False, "error": "already_reacted"}
        same = next((one for one in reactions if one["name"] == name), None)
        if same is None:
            reactions.append({"name": name, "users": [user], "count": 1})
        else:
            same["users"].append(user)
        item = {"type": "message", "channel": channel, "ts": ts}
        self.tell({"type": "reaction_added", "user": user, "reaction": name, "item": item, "event_ts": self.ts()})
        return {"ok": True}

    def new_file(self, name: str, data: bytes, type: str = "text/plain") -> dict[str, Any]:
        """A file as Slack keeps it."""
        id = f"F{uuid.uuid4().hex[:8].upper()}"
        self.data[id] = data
        address = f"{self.base}/files/{id}"
        self.files[id] = {"id": id, "name": name, "mimetype": type, "size": len(data), "url_private": address}
        return self.files[id]

    def do_files_getUploadURLExternal(self, given: dict[str, str]) -> dict[str, Any]:
        file = self.new_file(given["filename"], b"")
        return {"ok": True, "upload_url": f"{self.base}/upload/{file['id']}", "file_id": file["id"]}

    def do_files_completeUploadExternal(self, given: dict[str, str]) -> dict[str, Any]:
        files = [self.files[one["id"]] for one in json.loads(given["files"])]
        more: dict[str, Any] = {"bot_id": APP_BOT, "files": files, "subtype": "file_share"}
        if "thread_ts" in given:
            more["thread_ts"] = given["thread_ts"]
        ts = self.post(APP_USER, given.get("initial_comment", ""), given["channel_id"], **more)
        for file in files:
            share = {"ts": ts, "thread_ts": given.get("thread_ts")}
            file["shares"] = {"private": {given["channel_id"]: [share]}}
        return {"ok": True, "files": [{"id": file["id"]} for file in files]}

    def do_files_info(self, given: dict[str, str]) -> dict[str, Any]:
        file = self.files.get(given["file"])
        return {"ok": True, "file": file} if file else {"ok": False, "error": "file_not_found"}


class _Handler(http.server.BaseHTTPRequestHandler):
    slack: FakeSlack

    def _any(self) -> None:
        slack, faults = self.slack, self.slack.faults
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            # Whoever asked was killed amid the request: a server never sees it whole.
            return None
        parts = urlsplit(self.path)
        top, _, name = parts.path.strip("/").partition("/")
        if top == "upload":
            if slack.replies.get("upload"):
                return self._say(slack.replies["upload"].pop(0)[0], b"")
            slack.data[name] = body
            slack.files[name]["size"] = len(body)
            return self._say(200, b"OK")
        if top == "files":
            good = self.headers.get("Authorization", "").startswith("Bearer xoxb-")
            return self._say(200 if good else 401, slack.data.get(name, b""))
        given = dict(parse_qsl(parts.query or body.decode(), keep_blank_values=True))
        authorization = self.headers.get("Authorization", "")
        with slack.lock:
            slack.calls.append((name, given))
            slack.checked += paths() is not None
            slack.violations += complaints(self.command, name, given, authorization)
            return self._judge(name, given, faults, slack)

    def _judge(self, name: str, given: dict[str, str], faults: Faults, slack: FakeSlack) -> None:
        sends = name in ("chat.postMessage", "files.completeUploadExternal")
        if faults.refuse_token or "bad" in self.headers.get("Authorization", ""):
            return self._json({"ok": False, "error": "invalid_auth"})
        if faults.too_many:
            faults.too_many -= 1
            faults.seen.append(f"429 {name}")
            return self._json({"ok": False, "error": "ratelimited"}, 429, **{"Retry-After": "1"})
        if slack.replies.get(name):
            status, told = slack.replies[name].pop(0)
            return self._json(told, status)
        every, wait = slack.throttled.get(name, (0.0, 0))
        if every and time.monotonic() - slack.called.get(name, 0.0) < every:
            return self._json({"ok": False, "error": "ratelimited"}, 429, **{"Retry-After": str(wait)})
        slack.called[name] = time.monotonic()
        if faults.server_error:
            faults.server_error -= 1
            faults.seen.append(f"500 {name}")
            return self._json({}, 500)
        if sends and faults.sends_cut_before:
            faults.sends_cut_before -= 1
            faults.seen.append("cut before")
            return self.connection.shutdown(socket.SHUT_RDWR)
        answer = slack.answer(name, given)
        if sends and faults.sends_lost_after:
            faults.sends_lost_after -= 1
            faults.seen.append("lost after")
            return self.connection.shutdown(socket.SHUT_RDWR)
        return self._json(answer)

    do_GET = do_POST = _any

    def _json(self, answer: dict[str, Any], status: int = 200, **headers: str) -> None:
        headers["X-OAuth-Scopes"] = ",".join(sorted(self.slack.scopes))
        self._say(status, json.dumps(answer).encode(), **headers)

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
