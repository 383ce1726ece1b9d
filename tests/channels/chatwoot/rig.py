"""The rig of Chatwoot: `FakeChatwoot` with one conversation a customer."""

from __future__ import annotations

from omnitui.sync.channels.chatwoot import CAPABILITIES
from omnitui.sync.channels.chatwoot.messages import KEY
from tests.channels.chatwoot.fake import ACCOUNT, KIM, ME, TOKEN, FakeChatwoot
from tests.channels.rig import Arrived, Rig


class ChatwootRig(Rig):
    """See `tests/channels/rig.py`."""

    channel = "chatwoot"
    capabilities = CAPABILITIES

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeChatwoot(self.faults)
        self.contacts = {name: self.fake.contact(name) for name in ("ana", "ben")}
        self._rooms: dict[str, int] = {}

    def start(self) -> None:
        self.fake.start()

    def stop(self) -> None:
        self.fake.stop()

    def config(self) -> str:
        return (
            '[[account]]\nname = "desk"\nchannel = "chatwoot"\nundo_seconds = 0\n\n'
            f'[account.chatwoot]\nurl = "{self.fake.url}"\naccount_id = {ACCOUNT}\npoll_seconds = 1\n'
        )

    def environment(self) -> dict[str, str]:
        return {"OMNITUI_PASSWORD_DESK_ACCESS_TOKEN": TOKEN}

    def room(self, who: str = "ana") -> int:
        """The customer's conversation, begun with their first message."""
        if who not in self.contacts:
            self.contacts[who] = self.fake.contact(who)
        if who not in self._rooms:
            self._rooms[who] = self.fake.conversation(self.contacts[who])
        return self._rooms[who]

    def write(self, text: str, *, who: str = "ana") -> str:
        with self.fake.lock:
            return str(self.fake.add(self.room(who), text))

    def sent(self) -> list[Arrived]:
        with self.fake.lock:
            return [
                Arrived(
                    remote_id=str(one["id"]),
                    conversation=str(room),
                    text=one["content"],
                    key=one["content_attributes"].get(KEY, ""),
                    files=tuple(file["name"] for file in one.get("attachments", [])),
                )
                for room, listed in self.fake.messages.items()
                for one in listed
                if one["message_type"] == 1 and one["sender"] is ME and not one["private"]
            ]

    def requests_checked(self) -> int:
        return self.fake.checked

    def violations(self) -> list[str]:
        return list(self.fake.violations)

    def write_file(self, name: str, data: bytes, *, who: str = "ana") -> str:
        with self.fake.lock:
            return str(self.fake.add(self.room(who), "", attachments=[self.fake.file(name, data)]))

    def write_same_instant(self, texts: list[str], *, who: str = "ana") -> list[str]:
        with self.fake.lock:
            at = self.fake.time()
            return [str(self.fake.add(self.room(who), text, at=at)) for text in texts]

    def delete(self, remote_id: str) -> None:
        self.fake.remove(int(remote_id))

    def read_by_customer(self, remote_id: str) -> None:
        self.fake.touch(int(remote_id), status="read")

    def sees_typing(self, *, who: str = "ana") -> bool:
        with self.fake.lock:
            return self.fake.conversations[self.room(who)].get("typing") == "on"

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        with self.fake.lock:
            return str(self.fake.add(self.room(who), text, 1, sender=KIM))

    def own_person(self, who: str = "ana") -> str:
        host = self.fake.url.partition("://")[2]
        return f"contact-{self.contacts[who]}@{host}/{ACCOUNT}"
