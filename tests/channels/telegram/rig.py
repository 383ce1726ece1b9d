"""The rig of Telegram: a bot whose customers write to it in private chats."""

from __future__ import annotations

import time
from typing import Any
from zlib import crc32

from omnitui.sync.channels.telegram import CAPABILITIES
from tests.channels.rig import Arrived, Rig
from tests.channels.telegram import checking
from tests.channels.telegram.fake import TOKEN, FakeTelegram

PEOPLE: dict[str, dict[str, Any]] = {
    "ana": {"id": 1001, "is_bot": False, "first_name": "Ana", "last_name": "Roe", "username": "ana"},
    "ben": {"id": 1002, "is_bot": False, "first_name": "Ben"},
}


def person(who: str) -> dict[str, Any]:
    """Somebody by name; a name that is new is a new person's."""
    return PEOPLE.get(who) or {"id": 10_000 + crc32(who.encode()), "is_bot": False, "first_name": who.capitalize()}


def private(who: str) -> dict[str, Any]:
    """The chat that a person has with the bot."""
    told = {name: value for name, value in person(who).items() if name != "is_bot"}
    return {**told, "type": "private"}


class TelegramRig(Rig):
    """What a customer takes back or hears from a colleague is not told to a bot, only to one for a business account."""

    channel = "telegram"
    capabilities = CAPABILITIES

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeTelegram(self.faults)

    def start(self) -> None:
        self.fake.__enter__()

    def stop(self) -> None:
        self.fake.__exit__()

    def config(self) -> str:
        return (
            f'[[account]]\nname = "desk"\nchannel = "telegram"\nundo_seconds = 0\n[account.telegram]\n'
            f'api = "{self.fake.url}"\n'
        )

    def environment(self) -> dict[str, str]:
        return {"OMNITUI_PASSWORD_DESK_BOT_TOKEN": TOKEN}

    def write(self, text: str, *, who: str = "ana") -> str:
        return self._arrive(who, text=text)

    def written_at(self, remote_id: str) -> int:
        return int(self._message(remote_id)["date"]) * 1000

    def write_same_instant(self, texts: list[str], *, who: str = "ana") -> list[str]:
        at = int(time.time())
        return [self._arrive(who, text=text, date=at) for text in texts]

    def write_file(self, name: str, data: bytes, *, who: str = "ana") -> str:
        key = f"file{len(self.fake.files)}"
        self.fake.files[key] = data
        given = {"file_id": key, "file_unique_id": key, "file_name": name, "mime_type": "image/png"}
        return self._arrive(who, document={**given, "file_size": len(data)})

    def edit(self, remote_id: str, text: str) -> None:
        message = self._message(remote_id)
        message |= {"text": text, "edit_date": int(time.time()) + 1}
        self.fake.happen("edited_message", dict(message))

    def react(self, remote_id: str, emoji: str, *, who: str = "ana") -> None:
        message = self._message(remote_id)
        self.fake.happen(
            "message_reaction",
            {
                "chat": message["chat"], "message_id": message["message_id"], "date": int(time.time()),
                "user": person(who), "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": emoji}],
            },
        )  # fmt: skip

    def forget_history(self) -> None:
        with self.fake.changed:
            self.fake.updates.clear()

    def sent(self) -> list[Arrived]:
        with self.fake.changed:
            return [
                Arrived(f"{one['chat']['id']}:{one['message_id']}", str(one["chat"]["id"]), one["text"], "",
                        tuple(one["names"]))
                for one in self.fake.sent
            ]  # fmt: skip

    def sees_typing(self, *, who: str = "ana") -> bool:
        with self.fake.changed:
            return any(
                method == "sendChatAction" and str(fields["chat_id"]) == str(person(who)["id"])
                for method, fields in self.fake.calls
            )

    def own_person(self, who: str = "ana") -> str:
        return str(person(who)["id"])

    def requests_checked(self) -> int:
        return self.fake.checked if checking.description() else 0

    def violations(self) -> list[str]:
        return list(self.fake.violations)

    def _arrive(self, who: str, **content: Any) -> str:
        # Telegram tells whole seconds. Nobody writes again in the second in which they have been read.
        at = max(int(time.time()), self.fake.shown_until + 1)
        message = self.fake.message(private(who), person(who), **{"date": at, **content})
        self.fake.happen("message", dict(message))
        return f"{message['chat']['id']}:{message['message_id']}"

    def _message(self, remote_id: str) -> dict[str, Any]:
        chat, _, number = remote_id.partition(":")
        return self.fake.messages[int(chat), int(number)]
