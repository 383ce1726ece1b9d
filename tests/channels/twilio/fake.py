"""Twilio on loopback: messages, media, calls, recordings, transcriptions, numbers and templates that it remembers.

Lists are newest first by time of sending, filtered by address and time (to the second) and paged by the id of the last
item; messages go from queued to sent to delivered as they are told to; WhatsApp takes free text for 24 hours. Every
request and every answer is checked against Twilio's own specification where that stands beside the project.
"""

from __future__ import annotations

import base64
import http.server
import json
import re
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx

from tests.channels.openapi import openapi
from tests.channels.rig import Faults

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "token-of-the-desk"
OURS = "+3197010200300"
NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}|whatsapp:[A-Z]{2}\.[A-Za-z0-9]+")
"""A number, or what WhatsApp calls a customer who shows none."""
Item = dict[str, Any]


@dataclass
class Reply:
    """An answer to be given."""

    status: int
    record: Any = None
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def refusal(status: int, code: int, words: str) -> Reply:
    """An error as Twilio writes it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(status, {"code": code, "message": words, "more_info": more, "status": status})


class Fake:
    """Use `start` and `stop`. What it holds may be changed between requests, under `turn`."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.turn = threading.RLock()
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.messages: list[Item] = []
        self.calls: list[Item] = []
        self.recordings: list[Item] = []
        self.transcriptions: list[Item] = []
        self.media: dict[str, list[tuple[Item, bytes]]] = {}
        self.contents: list[Item] = []
        self.numbers: list[str] = [OURS]
        self.sms_url = ""
        self.account: Item = {"status": "active", "type": "Full", "friendly_name": "Shop"}
        self.account_readable = True
        self.stopped: set[str] = set()
        self.hidden: set[str] = set()
        """Ids that the lists do not show yet: Twilio's index lags."""
        self.asked: list[tuple[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.violations: list[str] = []
        self.checked = 0
        self.largest_page = 1000
        self._count = 0

    def start(self) -> None:
        handler = type("Bound", (Handler,), {"fake": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What happens at Twilio

    def sid(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:032x}"

    def message(self, sender: str, to: str, body: str, direction: str = "inbound", **fields: Any) -> Item:
        """A message that Twilio has; its time is `at`, or the next second."""
        with self.turn:
            at = fields.pop("at", None) or self.tick()
            stamp = format_datetime(at)
            status = "received" if direction == "inbound" else "queued"
            item = {
                "sid": self.sid("SM"), "account_sid": ACCOUNT, "from": sender, "to": to, "body": body,
                "direction": direction, "status": status, "num_media": "0", "num_segments": "1", "error_code": None,
                "error_message": None, "date_created": stamp, "date_updated": stamp, "date_sent": stamp, **fields,
            }  # fmt: skip
            self.messages.append(item)
            self._opt_out(item)
            return item

    def _opt_out(self, item: Item) -> None:
        """As Twilio does by itself: the word alone, for SMS, with an answer of its own."""
        word = str(item["body"]).strip().upper()
        if item["direction"] != "inbound" or not str(item["from"]).startswith("+"):
            return
        if word in ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"):
            self.stopped.add(item["from"])
            self.message(item["to"], item["from"], "You will get no more.", "outbound-reply", status="delivered")
        elif word in ("START", "YES", "UNSTOP"):
            self.stopped.discard(item["from"])

    def file(self, message: Item, kind: str, data: bytes) -> str:
        with self.turn:
            own = {"sid": self.sid("ME"), "account_sid": ACCOUNT, "content_type": kind, "parent_sid": message["sid"]}
            self.media.setdefault(message["sid"], []).append((own, data))
            message["num_media"] = str(len(self.media[message["sid"]]))
            return str(own["sid"])

    def call(self, sender: str, to: str, status: str = "completed", **fields: Any) -> Item:
        with self.turn:
            stamp = format_datetime(fields.pop("at", None) or self.tick())
            item = {
                "sid": self.sid("CA"), "account_sid": ACCOUNT, "from": sender, "to": to, "status": status,
                "direction": "inbound", "duration": "34", "start_time": stamp, "date_created": stamp, **fields,
            }  # fmt: skip
            self.calls.append(item)
            return item

    def recording(self, call: Item, status: str = "completed", **fields: Any) -> Item:
        with self.turn:
            item = {
                "sid": self.sid("RE"), "account_sid": ACCOUNT, "call_sid": call["sid"], "status": status,
                "source": "RecordVerb", "duration": "12", "date_created": format_datetime(self.tick()), **fields,
            }  # fmt: skip
            self.recordings.append(item)
            return item

    def transcribe(self, recording: Item, words: str, status: str = "completed") -> None:
        with self.turn:
            self.transcriptions.append(
                {
                    "sid": self.sid("TR"), "account_sid": ACCOUNT, "recording_sid": recording["sid"],
                    "status": status, "transcription_text": words,
                }
            )  # fmt: skip

    def advance(self, sid: str, status: str, code: int | None = None) -> None:
        """The message goes on to another status."""
        with self.turn:
            item = next(item for item in self.messages if item["sid"] == sid)
            item.update(status=status, error_code=code, date_updated=format_datetime(self.tick()))
            item["date_sent"] = item["date_sent"] or item["date_updated"]

    def tick(self) -> datetime:
        """One second later."""
        self.now += timedelta(seconds=1)
        return self.now

    # Requests

    def reply(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply | None:
        """What to answer; None cuts the connection."""
        with self.turn:
            self.asked.append((method, path))
            if path.startswith("/store/"):
                return self._stored(path, headers)
            if headers.get("authorization") != _basic(ACCOUNT, TOKEN) or self.faults.refuse_token:
                return refusal(401, 20003, "Authenticate")
            for fault, answer in (("too_many", 429), ("server_error", 500)):
                if left := getattr(self.faults, fault):
                    setattr(self.faults, fault, left - 1)
                    self.faults.seen.append(f"{answer} to {method} {urlsplit(path).path}")
                    wait = {"Retry-After": "1"} if answer == 429 else {}
                    return Reply(answer, {"code": 20429, "message": "trouble", "status": answer}, headers=wait)
            self._check(method, path, headers, body)
            if method == "POST" and self.faults.sends_cut_before:
                self.faults.sends_cut_before -= 1
                self.faults.seen.append("a send cut before it was stored")
                return None
            given = self._answer(method, path, body)
            if given.status == 201 and self.faults.sends_lost_after:
                self.faults.sends_lost_after -= 1
                self.faults.seen.append("a send lost after it was stored")
                return None
            self._check_answer(method, path, given)
            return given

    def _stored(self, path: str, headers: dict[str, str]) -> Reply:
        """Where the bytes of files are: another host, which takes what is signed into the address, and no login."""
        if "authorization" in headers:
            return refusal(400, 0, "Only one auth mechanism allowed")
        own = path.rpartition("/")[2].partition("?")[0]
        found = next((pair for pairs in self.media.values() for pair in pairs if pair[0]["sid"] == own), None)
        return Reply(200, body=found[1], kind=found[0]["content_type"]) if found else refusal(404, 0, "gone")

    def _check(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        specification = openapi(_file(path)) if _described(path) else None
        if specification is not None:
            self.checked += 1
            self.violations += specification.request(method, path, headers, body)

    def _check_answer(self, method: str, path: str, given: Reply) -> None:
        specification = openapi(_file(path)) if _described(path) else None
        if specification is not None and given.status < 300:
            self.violations += specification.response((method, path), given.status, json.dumps(given.record).encode())

    def _answer(self, method: str, path: str, body: bytes) -> Reply:
        parts = urlsplit(path)
        asked = dict(parse_qsl(parts.query))
        if parts.path == "/v1/ContentAndApprovals":
            return self._contents(asked)
        if parts.path == f"/2010-04-01/Accounts/{ACCOUNT}.json":
            return Reply(200, {"sid": ACCOUNT, **self.account}) if self.account_readable else refusal(401, 20003, "No")
        steps = parts.path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}/").removesuffix(".json").split("/")
        if method == "POST":
            return self._send(parse_qsl(body.decode())) if steps == ["Messages"] else refusal(404, 20404, "No")
        return self._read(steps, asked, parts.path)

    def _read(self, steps: list[str], asked: dict[str, str], path: str) -> Reply:
        stores = {"Messages": self.messages, "Calls": self.calls, "Recordings": self.recordings}
        match steps:
            case ["IncomingPhoneNumbers"]:
                own = [
                    {"phone_number": n, "sms_url": self.sms_url or None, "capabilities": {"sms": True}}
                    for n in self.numbers
                    if n == asked.get("PhoneNumber", n)
                ]
                return Reply(200, {"incoming_phone_numbers": own, "next_page_uri": None})
            case [("Messages" | "Calls" | "Recordings") as name]:
                return self._list(name, stores[name], asked, path)
            case ["Messages", sid, "Media"]:
                return Reply(200, {"media_list": [item for item, _ in self.media.get(sid, [])], "next_page_uri": None})
            case ["Messages", sid, "Media", own]:
                found = next((p for p in self.media.get(sid, []) if p[0]["sid"] == own), None)
                gone = refusal(404, 20404, "gone")
                port = urlsplit(self.url).port
                there = {"Location": f"http://localhost:{port}/store/{own}?signature=0123456789abcdef"}
                return Reply(307, body=b"", headers=there) if found else gone
            case ["Recordings", sid, "Transcriptions"]:
                words = [one for one in self.transcriptions if one["recording_sid"] == sid]
                return Reply(200, {"transcriptions": words, "next_page_uri": None})
            case ["Recordings", sound] if sound.endswith(".mp3"):
                known = any(item["sid"] == sound[:-4] for item in self.recordings)
                return Reply(200, body=b"ID3" + sound.encode(), kind="audio/mpeg") if known else refusal(404, 20404, "")
            case [("Messages" | "Calls" | "Recordings") as name, sid]:
                item = next((item for item in stores[name] if item["sid"] == sid), None)
                return Reply(200, item) if item is not None else refusal(404, 20404, "not found")
        return refusal(404, 20404, "not found")

    def _list(self, name: str, store: list[Item], asked: dict[str, str], path: str) -> Reply:
        times = {"Messages": "date_sent", "Calls": "start_time", "Recordings": "date_created"}[name]
        since_name = {"Messages": "DateSent", "Calls": "StartTime", "Recordings": "DateCreated"}[name]
        since, until = (asked.get(since_name + mark) for mark in "><")
        found = [
            item
            for item in store
            if item["sid"] not in self.hidden
            and item.get("from") == asked.get("From", item.get("from"))
            and item.get("to") == asked.get("To", item.get("to"))
            and (not since or (item[times] and _at(item[times]) >= datetime.fromisoformat(since)))
            and (not until or (item[times] and _at(item[times]) < datetime.fromisoformat(until)))
        ]
        # What has not been sent yet stands at the top.
        found.sort(key=lambda item: (item[times] is None, _at(item[times] or item["date_created"]), item["sid"]))
        found.reverse()
        size = min(int(asked.get("PageSize", "50")), self.largest_page)
        start = next((i + 1 for i, item in enumerate(found) if "PA" + item["sid"] == asked.get("PageToken")), 0)
        if asked.get("PageToken") and not start:
            return refusal(400, 20006, "Page token is invalid")
        page = found[start : start + size]
        following = None
        if start + size < len(found):
            query = {**asked, "PageSize": str(size), "Page": "1", "PageToken": "PA" + page[-1]["sid"]}
            following = f"{path}?{urlencode(query, quote_via=quote)}"
        return Reply(200, {name.lower(): [dict(item) for item in page], "next_page_uri": following, "page_size": size})

    def _contents(self, asked: dict[str, str]) -> Reply:
        start, size = int(asked.get("Page", "0")), min(int(asked.get("PageSize", "50")), self.largest_page)
        page = self.contents[start * size : (start + 1) * size]
        more = (start + 1) * size < len(self.contents)
        following = f"{self.url}/v1/ContentAndApprovals?PageSize={size}&Page={start + 1}" if more else None
        return Reply(200, {"contents": page, "meta": {"next_page_url": following, "key": "contents"}})

    def _send(self, pairs: list[tuple[str, str]]) -> Reply:
        form, media = dict(pairs), [address for name, address in pairs if name == "MediaUrl"]
        self.forms.append(form)
        sender, to = form.get("From", ""), form["To"]
        if not NUMBER.fullmatch(to):
            return refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if sender.removeprefix("whatsapp:") not in self.numbers:
            return refusal(400, 21659, f"'From' {sender} is not a Twilio phone number")
        if to in self.stopped:
            return refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        body = form.get("Body", "")
        if "ContentSid" in form:
            template = next((one for one in self.contents if one["sid"] == form["ContentSid"]), None)
            if template is None:
                return refusal(400, 21655, "The ContentSid is invalid")
            body = next(iter(template["types"].values()))["body"]
            for name, value in json.loads(form.get("ContentVariables", "{}")).items():
                body = body.replace("{{" + name + "}}", value)
        if not body and not media:
            return refusal(400, 21602, "Message body is required")
        if len(body) > 1600:
            return refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        item = self.message(sender, to, body, "outbound-api", date_sent=None, at=datetime.now(UTC))
        for address in media:
            # As Twilio does: without any login, soon after it was asked.
            fetched = httpx.get(address, timeout=20)
            self.file(item, fetched.headers["content-type"], fetched.content)
            if not fetched.is_success:
                item.update(status="failed", error_code=63019)
        if to.startswith("whatsapp:") and "ContentSid" not in form and not self._window(to):
            item.update(status="undelivered", error_code=63016, date_sent=item["date_created"])
            return Reply(201, {**item, "status": "queued", "error_code": None})
        return Reply(201, dict(item))

    def _window(self, customer: str) -> bool:
        times = [_at(item["date_created"]) for item in self.messages if item["from"] == customer]
        return bool(times) and datetime.now(UTC) - max(times) < timedelta(hours=24)


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    fake: Fake

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        given = self.fake.reply(self.command, self.path, headers, body)
        if given is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        data = given.body if given.record is None else json.dumps(given.record).encode()
        try:
            self.send_response(given.status)
            for name, value in {**given.headers, "Content-Type": given.kind, "Content-Length": len(data)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            return

    do_GET = do_POST = _any

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def _at(stamp: str) -> datetime:
    return parsedate_to_datetime(stamp)


def _basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def _file(path: str) -> str:
    return "twilio/twilio_content_v1.json" if path.startswith("/v1/") else "twilio/twilio_api_v2010.json"


def _described(path: str) -> bool:
    """The bytes of files are not in the specification."""
    return path.startswith("/v1/") or urlsplit(path).path.endswith(".json")
