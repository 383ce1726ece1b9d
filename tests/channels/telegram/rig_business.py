"""The rig of Telegram where customers write to a business account and the bot answers for it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from omnitui.sync.channels.telegram import CAPABILITIES
from tests.channels.rig import Arrived, CannotHere
from tests.channels.telegram.making import OWNER, connect
from tests.channels.telegram.rig import PEOPLE, TelegramRig, private

CONNECTION = "bc1"


class TelegramBusinessRig(TelegramRig):
    """What the owner writes by phone is heard, and so is what a customer takes back; reactions are not."""

    capabilities = replace(CAPABILITIES, react=False, window_hours=24)

    def start(self) -> None:
        super().start()
        connect(self.fake, CONNECTION)

    def edit(self, remote_id: str, text: str) -> None:
        message = self._message(remote_id)
        message |= {"text": text, "edit_date": int(time.time()) + 1}
        self.fake.happen("edited_business_message", dict(message))

    def delete(self, remote_id: str) -> None:
        message = self._message(remote_id)
        gone = {"business_connection_id": CONNECTION, "chat": message["chat"], "message_ids": [message["message_id"]]}
        self.fake.happen("deleted_business_messages", gone)

    def react(self, remote_id: str, emoji: str, *, who: str = "ana") -> None:
        raise CannotHere

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        return self._business(who, OWNER, text=text)

    def sent(self) -> list[Arrived]:
        return [
            replace(one, remote_id=self._id(one.remote_id), conversation=self._id(one.conversation))
            for one in super().sent()
        ]

    def _arrive(self, who: str, **content: Any) -> str:
        return self._business(who, PEOPLE[who], **content)

    def _business(self, who: str, sender: dict[str, Any], **content: Any) -> str:
        at = max(int(time.time()), self.fake.shown_until + 1)
        given = {"date": at, **content, "business_connection_id": CONNECTION}
        message = self.fake.message(private(who), sender, **given)
        self.fake.happen("business_message", dict(message))
        return self._id(f"{message['chat']['id']}:{message['message_id']}")

    def _message(self, remote_id: str) -> dict[str, Any]:
        return super()._message(remote_id.partition("/")[2])

    @staticmethod
    def _id(within: str) -> str:
        return f"b{OWNER['id']}/{within}"
