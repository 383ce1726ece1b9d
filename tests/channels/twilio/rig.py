"""Twilio for the conformance suite: SMS on a fake account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from omnitui.core.channels import Capabilities
from omnitui.sync.channels.twilio import CHANNEL
from tests.channels.rig import Arrived, Rig
from tests.channels.twilio.fake import ACCOUNT, OURS, TOKEN, Fake

CUSTOMERS = {"ana": "+31611111111", "ben": "+31622222222"}


class TwilioRig(Rig):
    """One number of ours; customers write SMS."""

    channel = "twilio"
    capabilities: Capabilities = CHANNEL.capabilities

    def __init__(self) -> None:
        super().__init__()
        self.fake = Fake(self.faults)

    def start(self) -> None:
        self.fake.start()

    def stop(self) -> None:
        self.fake.stop()

    def config(self) -> str:
        return f"""
[[account]]
name = "desk"
channel = "twilio"
undo_seconds = 0

[account.twilio]
account_sid = "{ACCOUNT}"
numbers = ["{OURS}"]
poll_seconds = 1
index_seconds = 0
api_url = "{self.fake.url}"
content_url = "{self.fake.url}"
"""

    def environment(self) -> dict[str, str]:
        return {"OMNITUI_PASSWORD_DESK_AUTH_TOKEN": TOKEN}

    def addresses(self, who: str) -> tuple[str, str]:
        """Theirs and ours."""
        return CUSTOMERS[who], OURS

    def write(self, text: str, *, who: str = "ana") -> str:
        return str(self.fake.message(*self.addresses(who), text, at=datetime.now(UTC))["sid"])

    def write_file(self, name: str, data: bytes, *, who: str = "ana") -> str:
        with self.fake.turn:
            item = self.fake.message(*self.addresses(who), "", at=datetime.now(UTC))
            self.fake.file(item, "image/png" if name.endswith(".png") else "application/octet-stream", data)
        return str(item["sid"])

    def write_same_instant(self, texts: list[str], *, who: str = "ana") -> list[str]:
        at = datetime.now(UTC)
        with self.fake.turn:
            self.fake.largest_page = 2
            return [str(self.fake.message(*self.addresses(who), text, at=at)["sid"]) for text in texts]

    def sent(self) -> list[Arrived]:
        with self.fake.turn:
            ours = [item for item in self.fake.messages if item["direction"] == "outbound-api"]
            return [Arrived(item["sid"], f"sms|{item['from']}|{item['to']}", item["body"]) for item in ours]

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        now = datetime.now(UTC)
        theirs, ours = self.addresses(who)
        item = self.fake.message(ours, theirs, text, "outbound-api", status="delivered", at=now)
        return str(item["sid"])

    def requests_checked(self) -> int:
        return self.fake.checked

    def violations(self) -> list[str]:
        return self.fake.violations

    def own_person(self, who: str = "ana") -> str:
        return CUSTOMERS[who]


def aged(item: dict[str, object], hours: float) -> None:
    """A message that came so many hours ago."""
    item["date_sent"] = item["date_created"] = format_datetime(datetime.now(UTC) - timedelta(hours=hours))


def rig() -> TwilioRig:
    """For the suite."""
    return TwilioRig()
