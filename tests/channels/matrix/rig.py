"""The other side for the conformance suite: a real Synapse behind a proxy that can be told to misbehave."""

from __future__ import annotations

import time
from typing import Any

from omnitui.sync.channels.matrix.capabilities import CAPABILITIES
from omnitui.sync.channels.matrix.content import KEY, PART
from tests.channels.matrix.meddler import Meddler
from tests.channels.matrix.shared import fresh, synapse
from tests.channels.rig import Arrived, CannotHere, Rig
from tests.servers.synapse import User, quoted


class MatrixRig(Rig):
    """The desk's user, and Ana and Ben, each in a room with it."""

    channel = "matrix"
    capabilities = CAPABILITIES

    def start(self) -> None:
        """A server (shared by the process), new users, new rooms, and a proxy of this rig's own."""
        self.server = synapse()
        number = fresh()
        self.desk = self.server.user(f"desk{number}", "Shop support")
        self.people = {name: self.server.user(f"{name}{number}", name.title()) for name in ("ana", "ben")}
        self.rooms = {name: user.room(self.desk, is_direct=True) for name, user in self.people.items()}
        for room in self.rooms.values():
            self.desk.join(room)
        self._other: User | None = None
        self._heard = ""
        self.proxy = Meddler(self.server.port, self.faults)
        self.proxy.__enter__()

    def stop(self) -> None:
        """Only the proxy: the server ends with the process."""
        self.proxy.__exit__()

    def config(self) -> str:
        """The account as it stands in config.toml."""
        return (
            f'[[account]]\nname = "desk"\nchannel = "matrix"\nundo_seconds = 0\n\n'
            f'[account.matrix]\nhomeserver = "{self.proxy.url}"\n'
        )

    def environment(self) -> dict[str, str]:
        """The access token."""
        return {"OMNITUI_PASSWORD_DESK_ACCESS_TOKEN": self.desk.token}

    def write(self, text: str, *, who: str = "ana") -> str:
        """A customer writes."""
        return self.people[who].say(self.rooms[who], text)

    def sent(self) -> list[Arrived]:
        """What of ours is in the rooms, by the server's own word."""
        found: list[tuple[int, Arrived]] = []
        for room in self.rooms.values():
            for event in self.timeline(room):
                content = event["content"]
                if event["sender"] != self.desk.id or event["type"] != "m.room.message" or "body" not in content:
                    continue
                if content.get("m.relates_to", {}).get("rel_type") == "m.replace":
                    continue
                is_file = content["msgtype"] != "m.text"
                if content.get(PART) and found and found[-1][1].key == content.get(KEY):
                    at, first = found[-1]
                    found[-1] = (
                        at,
                        Arrived(first.remote_id, room, first.text, first.key, (*first.files, content["body"])),
                    )
                    continue
                text, files = ("", (content["body"],)) if is_file else (content["body"], ())
                one = Arrived(event["event_id"], room, text, content.get(KEY, ""), files)
                found.append((event["origin_server_ts"], one))
        return [arrived for _, arrived in sorted(found, key=lambda pair: pair[0])]

    def timeline(self, room: str) -> list[dict[str, Any]]:
        """All events of a room, oldest first."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            page = self.desk.ask("GET", f"/rooms/{quoted(room)}/messages", dir="b", limit="500", **token)
            found += page["chunk"]
            if "end" not in page:
                return found[::-1]
            token = {"from": page["end"]}

    def requests_checked(self) -> int:
        """Every request met a real server."""
        return len(self.proxy.asked)

    def violations(self) -> list[str]:
        """None: what a real server refuses fails where it is asked."""
        return []

    def write_file(self, name: str, data: bytes, *, who: str = "ana") -> str:
        """A customer sends a file."""
        user = self.people[who]
        uri = user.upload(data, "application/octet-stream")
        info = {"mimetype": "application/octet-stream", "size": len(data)}
        return user.send(self.rooms[who], {"msgtype": "m.file", "body": name, "url": uri, "info": info})

    def write_same_instant(self, texts: list[str], *, who: str = "ana") -> list[str]:
        """Several messages with one time."""
        now = int(time.time() * 1000)
        return [self.people[who].say_at(self.rooms[who], text, now) for text in texts]

    def edit(self, remote_id: str, text: str) -> None:
        """The customer changes a message."""
        room, user = self._whose(remote_id)
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": remote_id}
        user.send(room, {**new, "body": f"* {text}", "m.new_content": new, "m.relates_to": relation})

    def delete(self, remote_id: str) -> None:
        """The customer takes a message back."""
        room, user = self._whose(remote_id)
        user.redact(room, remote_id)

    def react(self, remote_id: str, emoji: str, *, who: str = "ana") -> None:
        """The customer reacts to a message."""
        relation = {"rel_type": "m.annotation", "event_id": remote_id, "key": emoji}
        self.people[who].send(self.rooms[who], {"m.relates_to": relation}, "m.reaction")

    def read_by_customer(self, remote_id: str) -> None:
        """The customer has read up to it."""
        room, _ = self._whose(remote_id)
        who = next(name for name, its in self.rooms.items() if its == room)
        self.people[who].ask("POST", f"/rooms/{quoted(room)}/receipt/m.read/{quoted(remote_id)}", {})

    def types(self, *, who: str = "ana") -> None:
        """The customer is typing."""
        path = f"/rooms/{quoted(self.rooms[who])}/typing/{quoted(self.people[who].id)}"
        self.people[who].ask("PUT", path, {"typing": True, "timeout": 20_000})

    def sees_typing(self, *, who: str = "ana") -> bool:
        """As the customer's own program hears it: what is new since the last look. A server answers again what it was
        asked before."""
        since = {"since": self._heard} if self._heard else {}
        told = self.people[who].ask("GET", "/sync", timeout="0", **since)
        self._heard = told["next_batch"]
        joined = told.get("rooms", {}).get("join", {})
        events = joined.get(self.rooms[who], {}).get("ephemeral", {}).get("events", [])
        return any(e["type"] == "m.typing" and self.desk.id in e["content"]["user_ids"] for e in events)

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        """The desk's user by another device."""
        if self._other is None:
            self._other = self.desk.again()
        return self._other.say(self.rooms[who], text)

    def close_window(self, *, who: str = "ana") -> None:
        """Matrix has no reply window."""
        raise CannotHere

    def forget_history(self) -> None:
        """A homeserver keeps what was said."""
        raise CannotHere

    def own_person(self, who: str = "ana") -> str:
        """The user id."""
        return self.people[who].id

    def _whose(self, remote_id: str) -> tuple[str, User]:
        """The room of a message and its customer."""
        for name, room in self.rooms.items():
            if any(event["event_id"] == remote_id for event in self.timeline(room)):
                return room, self.people[name]
        raise AssertionError(f"no room has {remote_id}")
