"""WhatsApp for the conformance suite: the fake of Meta and a real relay process between it and us."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any
from zlib import crc32

from omnitui.sync.channels.whatsapp import CAPABILITIES
from tests.channels.rig import Arrived, Rig
from tests.channels.whatsapp.fake import NUMBER, PHONE_ID, TOKEN, WABA, FakeMeta
from tests.relay import running

PEOPLE = {"ana": "34600111222", "ben": "491701234567"}
WINDOW = 25 * 3600


def number(who: str) -> str:
    """A customer's; a name that is new is a new person's."""
    return PEOPLE.get(who) or f"4915{crc32(who.encode()):010}"


class WhatsAppRig(Rig):
    """The account desk is the number of the fake."""

    channel = "whatsapp"
    capabilities = CAPABILITIES

    def start(self) -> None:
        """The relay, and Meta."""
        self._folder = tempfile.TemporaryDirectory()
        self.relay = running.RelayProcess(Path(self._folder.name))
        self.relay.start()
        self.fake = FakeMeta(self.relay, self.faults)
        self.fake.start()
        self._ages: dict[str, float] = {}

    def stop(self) -> None:
        """Both."""
        self.fake.stop()
        self.relay.kill()
        self._folder.cleanup()

    def config(self) -> str:
        """As in config.toml."""
        return f"""
[[account]]
name = "desk"
channel = "whatsapp"
undo_seconds = 0

[account.whatsapp]
phone_number_id = "{PHONE_ID}"
waba_id = "{WABA}"
api_url = "{self.fake.url}"
relay_url = "{self.relay.url}"
relay_source = "whatsapp"
"""

    def environment(self) -> dict[str, str]:
        """Both secrets."""
        return {
            "OMNITUI_PASSWORD_DESK_ACCESS_TOKEN": TOKEN,
            "OMNITUI_PASSWORD_DESK_RELAY_TOKEN": running.TOKEN,
        }

    def _writes(self, who: str, *messages: dict[str, Any]) -> list[str]:
        age = self._ages.get(who, 0)
        return self.fake.customer_writes(number(who), who.capitalize(), list(messages), age)

    def write(self, text: str, *, who: str = "ana") -> str:
        """A text."""
        return self._writes(who, {"type": "text", "text": {"body": text}})[0]

    def write_file(self, name: str, data: bytes, *, who: str = "ana") -> str:
        """A document."""
        media = self.fake.keep_file("application/pdf", name, data)
        part = {"id": media, "mime_type": "application/pdf", "filename": name, "sha256": ""}
        return self._writes(who, {"type": "document", "document": part})[0]

    def write_same_instant(self, texts: list[str], *, who: str = "ana") -> list[str]:
        """In one webhook."""
        return self._writes(who, *({"type": "text", "text": {"body": text}} for text in texts))

    def edit(self, remote_id: str, text: str) -> None:
        """Within the quarter of an hour in which WhatsApp lets customers do that."""
        new = {"type": "text", "text": {"body": text}}
        self._writes("ana", {"type": "edit", "edit": {"original_message_id": remote_id, "message": new}})

    def delete(self, remote_id: str) -> None:
        """For everybody."""
        self._writes("ana", {"type": "revoke", "revoke": {"original_message_id": remote_id}})

    def react(self, remote_id: str, emoji: str, *, who: str = "ana") -> None:
        """An empty emoji takes it back."""
        self._writes(who, {"type": "reaction", "reaction": {"message_id": remote_id, "emoji": emoji}})

    def read_by_customer(self, remote_id: str) -> None:
        """The status read."""
        self.fake.status(remote_id, "read")

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        """On the phone with the WhatsApp Business app."""
        remote_id = self.fake.wamid()
        echo = {"from": NUMBER, "to": PEOPLE[who], "id": remote_id, "timestamp": str(int(time.time()))}
        self.fake.push("smb_message_echoes", message_echoes=[echo | {"type": "text", "text": {"body": text}}])
        return remote_id

    def close_window(self, *, who: str = "ana") -> None:
        """What they wrote, and what they write from now on, is older than 24 hours."""
        self._ages[who] = WINDOW
        self.fake.last_inbound[PEOPLE[who]] = 0

    def forget_history(self) -> None:
        """The relay's file is lost, with all that was not fetched."""
        self.relay.kill()
        for file in self.relay.folder.glob("relay.db*"):
            file.unlink()
        self.relay.start()

    def sees_typing(self, *, who: str = "ana") -> bool:
        return any("typing_indicator" in one for one in self.fake.acts)

    def own_person(self, who: str = "ana") -> str:
        """The number."""
        return f"+{PEOPLE[who]}"

    def sent(self) -> list[Arrived]:
        """At Meta."""
        return list(self.fake.sent)

    def requests_checked(self) -> int:
        """Against Meta's file."""
        return self.fake.checked

    def violations(self) -> list[str]:
        """Of it."""
        return list(self.fake.violations)
