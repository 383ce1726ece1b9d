"""The rig of Slack: `FakeSlack` with one shared channel; every message of a customer begins a thread."""

from __future__ import annotations

from typing import Any

from omnitui.sync.channels.slack import CAPABILITIES
from tests.channels.rig import Arrived, Rig
from tests.channels.slack.fake import APP_USER, OTHER, FakeSlack

ROOM = "C0SHARED"
_WHO = {"ana": "U0ANA", "ben": "U0BEN"}


class SlackRig(Rig):
    """See `tests/channels/rig.py`."""

    channel = "slack"
    capabilities = CAPABILITIES

    def __init__(self) -> None:
        super().__init__()
        self.slack = FakeSlack(self.faults)
        self._roots: dict[str, str] = {}

    def start(self) -> None:
        self.slack.start()

    def stop(self) -> None:
        self.slack.stop()

    def config(self) -> str:
        return (
            '[[account]]\nname = "desk"\nchannel = "slack"\nundo_seconds = 0\n\n'
            f'[account.slack]\nurl = "{self.slack.url}"\n'
        )

    def environment(self) -> dict[str, str]:
        return {
            "OMNITUI_PASSWORD_DESK_BOT_TOKEN": "xoxb-planted-bot",
            "OMNITUI_PASSWORD_DESK_APP_TOKEN": "xapp-planted-app",
        }

    def write(self, text: str, *, who: str = "ana") -> str:
        return self._post(self._user(who), text, who)

    def _user(self, who: str) -> str:
        """A customer's id; a name that is new is a new person's, of the other organisation."""
        if who not in _WHO and (id := f"U0{who.upper()}") not in self.slack.users:
            self.slack.add_user(id, who.capitalize(), OTHER)
        return _WHO.get(who, f"U0{who.upper()}")

    def _post(self, user: str, text: str, who: str, **more: Any) -> str:
        """Into the customer's thread, which their first message begins."""
        if who in self._roots:
            more["thread_ts"] = self._roots[who]
        ts = self.slack.post(user, text, ROOM, **more)
        self._roots.setdefault(who, ts)
        return f"{ROOM}:{ts}"

    def sent(self) -> list[Arrived]:
        with self.slack.lock:
            return [
                Arrived(
                    remote_id=f"{room}:{one['ts']}",
                    conversation=room if room.startswith("D") else f"{room}:{one.get('thread_ts', one['ts'])}",
                    text=one["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
                    key=one.get("metadata", {}).get("event_payload", {}).get("key", ""),
                    files=tuple(file["name"] for file in one.get("files", [])),
                )
                for room, listed in self.slack.messages.items()
                for one in listed
                if one["user"] == APP_USER
            ]

    def requests_checked(self) -> int:
        return self.slack.checked

    def violations(self) -> list[str]:
        return list(self.slack.violations)

    def write_file(self, name: str, data: bytes, *, who: str = "ana") -> str:
        file = self.slack.new_file(name, data)
        return self._post(_WHO[who], "", who, files=[file], subtype="file_share")

    def edit(self, remote_id: str, text: str) -> None:
        channel, _, ts = remote_id.partition(":")
        self.slack.change(channel, ts, text)

    def delete(self, remote_id: str) -> None:
        channel, _, ts = remote_id.partition(":")
        self.slack.remove(channel, ts)

    def react(self, remote_id: str, emoji: str, *, who: str = "ana") -> None:
        from omnitui.sync.channels.slack.emoji import emoji_name

        channel, _, ts = remote_id.partition(":")
        with self.slack.lock:
            self.slack.react(_WHO[who], channel, ts, emoji_name(emoji))

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        return self._post("U0KIM", text, who)

    def own_person(self, who: str = "ana") -> str:
        return f"{OTHER}:{_WHO[who]}"
