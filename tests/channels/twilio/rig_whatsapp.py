"""Twilio for the conformance suite once more: WhatsApp on a fake account, with its window of 24 hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from omnitui.core.channels import Capabilities
from omnitui.sync.channels.twilio.addresses import OF_WHATSAPP
from tests.channels.rig import Arrived
from tests.channels.twilio.fake import OURS, TOKEN
from tests.channels.twilio.rig import CUSTOMERS, TwilioRig

SENDER = f"whatsapp:{OURS}"


class TwilioWhatsAppRig(TwilioRig):
    """The same account; customers write to its WhatsApp sender."""

    capabilities: Capabilities = OF_WHATSAPP

    def config(self) -> str:
        return super().config().replace(f'numbers = ["{OURS}"]', f'numbers = ["{OURS}", "{SENDER}"]')

    def environment(self) -> dict[str, str]:
        return {"OMNITUI_PASSWORD_DESK_AUTH_TOKEN": TOKEN}

    def addresses(self, who: str) -> tuple[str, str]:
        return f"whatsapp:{CUSTOMERS[who]}", SENDER

    def sent(self) -> list[Arrived]:
        with self.fake.turn:
            ours = [item for item in self.fake.messages if item["direction"] == "outbound-api"]
            return [
                Arrived(item["sid"], f"whatsapp|{OURS}|{str(item['to']).removeprefix('whatsapp:')}", item["body"])
                for item in ours
            ]

    def read_by_customer(self, remote_id: str) -> None:
        self.fake.advance(remote_id, "read")

    def close_window(self, *, who: str = "ana") -> None:
        with self.fake.turn:
            long_ago = format_datetime(datetime.now(UTC) - timedelta(hours=25))
            for item in self.fake.messages:
                if item["from"] == self.addresses(who)[0]:
                    item["date_sent"] = item["date_created"] = long_ago

    def own_person(self, who: str = "ana") -> str:
        return self.addresses(who)[0]
