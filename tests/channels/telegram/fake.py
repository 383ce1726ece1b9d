"""A Bot API on loopback that remembers: updates let go of by `offset`, one consumer, chats, files, businesses."""

from __future__ import annotations

import email.parser
import email.policy
import http.server
import json
import os
import socket
import threading
import time
from typing import Any

from tests.channels.rig import Faults
from tests.channels.telegram import checking

TOKEN = f"987654:AAtelegramBotToken-{os.getpid()}-ForTests"
BOT = {"id": 987654, "is_bot": True, "first_name": "Desk", "username": "desk_bot"}
SENDS = ("sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup")


REACTIONS = ("👍", "👎", "❤", "🔥", "🎉", "🙏", "🤣")
"""Some of those that Telegram has (`ReactionTypeEmoji`)."""


class Refusal(Exception):
    """Answered with an error."""

    def __init__(self, code: int, words: str, **parameters: int) -> None:
        super().__init__(words)
        self.code, self.parameters = code, parameters


class FakeTelegram:
    """Use it as a context. Everything is under `changed`, which wakes those who poll."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.changed = threading.Condition()
        self.updates: list[dict[str, Any]] = []
        self.serial, self.poll = 5000, 0
        self.shown_until = 0
        """Unix time of the newest message that has been handed out."""
        self.numbers: dict[int, int] = {}
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.sent: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: dict[str, bytes] = {}
        self.sizes: dict[str, int] = {}
        """Of files whose bytes are not here in full."""
        self.me: dict[str, Any] = {**BOT, "can_join_groups": True, "can_read_all_group_messages": True}
        self.me["can_connect_to_business"] = True
        self.webhook = ""
        self.connections: dict[str, dict[str, Any]] = {}
        self.moved: dict[int, int] = {}
        self.refusals: dict[str, list[Refusal]] = {}
        self.checked, self.violations = 0, list[str]()

    def __enter__(self) -> FakeTelegram:
        handler = type("Bound", (Handler,), {"fake": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.poll += 1
            self.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def happen(self, kind: str, content: dict[str, Any]) -> int:
        """Queue an update; gives its id."""
        with self.changed:
            self.serial += 1
            self.updates.append({"update_id": self.serial, kind: content})
            self.changed.notify_all()
            return self.serial

    def message(self, chat: dict[str, Any], sender: dict[str, Any], **content: Any) -> dict[str, Any]:
        """A new message in a chat, kept; not queued yet."""
        with self.changed:
            number = self.numbers[chat["id"]] = self.numbers.get(chat["id"], 0) + 1
            made = {"message_id": number, "date": int(time.time()), "chat": chat, "from": sender, **content}
            self.messages[chat["id"], number] = made
            return made

    def call(self, method: str, fields: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        """Carry out a call. Raises Refusal."""
        self.calls.append((method, fields))
        wrong = checking.faults_of(method, fields, set(files))
        self.checked += checking.description() is not None
        if wrong:
            self.violations += wrong
            raise Refusal(400, f"Bad Request: {wrong[0]}")
        if self.refusals.get(method):
            raise self.refusals[method].pop(0)
        if fields.get("chat_id") in self.moved:
            raise Refusal(
                400, "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved[fields["chat_id"]],
            )  # fmt: skip
        if method in SENDS:
            return self._send(method, fields, files)
        found = getattr(self, f"_{method}", None)
        if found is None:
            raise Refusal(404, "Not Found")
        return found(**fields)

    def _send(self, method: str, fields: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        text = fields.get("text") or fields.get("caption") or ""
        chat = {"id": fields["chat_id"], "type": "private" if fields["chat_id"] > 0 else "supergroup"}
        connection = self.connections.get(fields.get("business_connection_id", ""))
        if "business_connection_id" in fields and (connection is None or not connection["is_enabled"]):
            raise Refusal(400, "Bad Request: BUSINESS_CONNECTION_INVALID")
        limit = 4096 if method == "sendMessage" else 1024
        if len(text.encode("utf-16-le")) > 2 * limit:
            raise Refusal(400, "Bad Request: message is too long")
        replied = {"reply_to": fields["reply_parameters"]["message_id"]} if "reply_parameters" in fields else {}
        if method == "sendMediaGroup":
            made = []
            for one in fields["media"]:
                name, data = files[one["media"].removeprefix("attach://")]
                made.append(self.message(chat, BOT, caption=one.get("caption", ""), names=[name], datas=[data]))
            text = fields["media"][0].get("caption", "")
        else:
            names, datas = [name for name, _ in files.values()], [data for _, data in files.values()]
            made = [self.message(chat, BOT, text=text, names=names, datas=datas, **replied)]
        names = [name for one in made for name in one["names"]]
        self.sent.append({**made[0], "text": text, "names": names, "fields": fields, "method": method})
        shown = [{k: v for k, v in one.items() if k not in ("names", "datas", "reply_to")} for one in made]
        return shown if method == "sendMediaGroup" else shown[0]

    def _getMe(self) -> Any:
        return self.me

    def _getWebhookInfo(self) -> Any:
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.updates)}

    def _getUpdates(
        self, offset: int = 0, limit: int = 100, timeout: int = 0, allowed_updates: list[str] | None = None
    ) -> Any:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        other = Refusal(409, "Conflict: terminated by other getUpdates request; only one bot instance is running")
        if self.faults.occupied:
            self.faults.seen.append("occupied")
            raise other
        with self.changed:
            self.poll += 1
            mine = self.poll
            self.changed.notify_all()
            if offset > 0:
                self.updates = [one for one in self.updates if one["update_id"] >= offset]
            wanted = allowed_updates or ["message"]
            self.changed.wait_for(lambda: self.updates or self.poll != mine, timeout)
            if self.poll != mine:
                raise other
            found = [one for one in self.updates if set(one) & set(wanted)][:limit]
            written = [one.get("message") or one.get("business_message") for one in found]
            dates = [one["date"] for one in written if one]
            self.shown_until = max([self.shown_until, *dates])
        if self.faults.duplicate_events:
            found = [one for one in found for _ in range(2)]
        return found[::-1] if self.faults.reverse_events else found

    def _getBusinessConnection(self, business_connection_id: str) -> Any:
        if business_connection_id not in self.connections:
            raise Refusal(400, "Bad Request: business connection not found")
        return self.connections[business_connection_id]

    def _getFile(self, file_id: str) -> Any:
        if file_id not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if self.sizes.get(file_id, len(self.files[file_id])) > 20 * 1024 * 1024:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": file_id, "file_path": f"documents/{file_id}"}

    def _editMessageText(self, chat_id: int, message_id: int, text: str, business_connection_id: str = "") -> Any:
        one = self._found(chat_id, message_id)
        if one.get("names"):
            raise Refusal(400, "Bad Request: there is no text in the message to edit")
        if one["text"] == text:
            raise Refusal(400, "Bad Request: message is not modified")
        one["text"] = text
        return True

    def _editMessageCaption(self, chat_id: int, message_id: int, caption: str, business_connection_id: str = "") -> Any:
        self._found(chat_id, message_id)["caption"] = caption
        return True

    def _deleteMessage(self, chat_id: int, message_id: int) -> Any:
        if (chat_id, message_id) not in self.messages:
            raise Refusal(400, "Bad Request: message to delete not found")
        del self.messages[chat_id, message_id]
        return True

    def _setMessageReaction(self, chat_id: int, message_id: int, reaction: list[dict[str, str]]) -> Any:
        if any(one["emoji"] not in REACTIONS for one in reaction):
            raise Refusal(400, "Bad Request: REACTION_INVALID")
        self._found(chat_id, message_id)["reaction"] = [one["emoji"] for one in reaction]
        return True

    def _sendChatAction(self, chat_id: int, action: str, **where: Any) -> Any:
        return True

    def _readBusinessMessage(self, business_connection_id: str, chat_id: int, message_id: int) -> Any:
        self._getBusinessConnection(business_connection_id)
        self._found(chat_id, message_id)["read"] = True
        return True

    def _deleteBusinessMessages(self, business_connection_id: str, message_ids: list[int]) -> Any:
        self._getBusinessConnection(business_connection_id)
        self.messages = {key: one for key, one in self.messages.items() if key[1] not in message_ids}
        return True

    def _found(self, chat_id: int, message_id: int) -> dict[str, Any]:
        if (chat_id, message_id) not in self.messages:
            raise Refusal(400, "Bad Request: message to edit not found")
        return self.messages[chat_id, message_id]


class Handler(http.server.BaseHTTPRequestHandler):
    """One request: the faults first, then the call."""

    fake: FakeTelegram
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        faults, parts = self.fake.faults, self.path.split("/")
        try:
            if parts[1] == "file":
                known = parts[2] == f"bot{TOKEN}" and self.fake.files.get(parts[-1])
                self._say(200 if known else 404, known or b"{}")
                return
            if parts[1] != f"bot{TOKEN}" or faults.refuse_token:
                raise Refusal(401, "Unauthorized")
            if self._counted("too_many"):
                raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
            if self._counted("server_error"):
                raise Refusal(500, "Internal Server Error")
            sending = parts[2] in SENDS
            if sending and self._counted("sends_cut_before"):
                self._cut()
                return
            result = self.fake.call(parts[2], *self._read(body))
            if sending and self._counted("sends_lost_after"):
                self._cut()
                return
            self._say(200, json.dumps({"ok": True, "result": result}).encode())
        except Refusal as refusal:
            words: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": str(refusal)}
            if refusal.parameters:
                words["parameters"] = refusal.parameters
            self._say(refusal.code, json.dumps(words).encode())
        except OSError:
            self.close_connection = True

    do_GET = do_POST = _any

    def _counted(self, name: str) -> bool:
        with self.fake.changed:
            left = int(getattr(self.fake.faults, name))
            if left > 0:
                setattr(self.fake.faults, name, left - 1)
                self.fake.faults.seen.append(name)
            return left > 0

    def _read(self, body: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
        kind = self.headers.get("Content-Type", "")
        if kind == "application/json":
            return json.loads(body or b"{}"), {}
        form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            f"Content-Type: {kind}\r\n\r\n".encode() + body
        )
        fields: dict[str, Any] = {}
        files: dict[str, tuple[str, bytes]] = {}
        for part in form.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            if part.get_filename() is not None:
                files[name] = (str(part.get_filename()), data)
            else:
                plain = name in ("caption", "text", "business_connection_id")
                fields[name] = data.decode() if plain else json.loads(data)
        return fields, files

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
