"""The settings of a Twilio account."""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnitui.config.schema import URL, Shape, setting
from omnitui.sync.channels.twilio.addresses import Abilities

ACCOUNT = Shape(re.compile(r"AC[0-9a-fA-F]{32}"), "an account SID: AC and 32 hex digits")
KEY = Shape(re.compile(r"SK[0-9a-fA-F]{32}"), "the SID of an API key: SK and 32 hex digits")
SERVICE = Shape(re.compile(r"MG[0-9a-fA-F]{32}"), "the SID of a messaging service: MG and 32 hex digits")
NUMBER = Shape(
    re.compile(r"(?:whatsapp:)?\+[1-9]\d{5,14}|\d{3,8}"),
    "a number with its country code, such as +3197010200300 or whatsapp:+3197010200300, or a short code",
)
KIND = Shape(re.compile(r"sms|whatsapp|calls"), "sms, whatsapp or calls")


@dataclass(frozen=True, kw_only=True)
class TwilioSettings:
    """SMS, WhatsApp and calls with voicemail through Twilio; docs/guide/twilio.md says how to get there."""

    account_sid: str = setting("The account's SID.", example="AC0123456789abcdef0123456789abcdef", shape=ACCOUNT)
    api_key_sid: str = setting(
        "SID of an API key; empty logs in with the account's auth token.", "", shape=KEY, asked=True
    )
    auth_token_command: tuple[str, ...] = setting(
        "Program and arguments that print the auth token or the key's secret, run without a shell.", ()
    )
    numbers: tuple[str, ...] = setting(
        "Your numbers; the first of a kind begins new conversations. Empty reads those of the whole account, and only "
        "answers.",
        (),
        example=("+3197010200300", "whatsapp:+3197010200300"),
        shape=NUMBER,
        asked=True,
    )
    kinds: tuple[str, ...] = setting("What is read: sms, whatsapp, calls.", ("sms", "whatsapp", "calls"), shape=KIND)
    messaging_service_sid: str = setting(
        "SID of the messaging service that your SMS numbers belong to; SMS then go through it.", "", shape=SERVICE
    )
    publish_command: tuple[str, ...] = setting(
        "Program and arguments that put a file where Twilio can fetch it, run without a shell: it gets path, name and "
        "type besides, and prints the address. Without it no files can be sent.",
        (),
    )
    mms: bool = setting("Whether your SMS numbers send files, too (MMS: United States, Canada, Australia).", False)
    opt_out_words: bool = setting(
        "Whether Twilio heeds STOP and START on your numbers, as it does unless that was turned off for the account.",
        True,
    )
    poll_seconds: int = setting("How often new messages are asked for.", 20, least=1, most=3600)
    history_days: int = setting("Days of history that the first reading brings.", 30, least=1, most=400)
    index_seconds: int = setting(
        "Seconds after a send during which a message that is missing in Twilio's list may still turn up there.",
        60,
        least=0,
        most=3600,
    )
    api_url: str = setting("Where the API is.", "https://api.twilio.com", shape=URL)
    content_url: str = setting("Where the templates are.", "https://content.twilio.com", shape=URL)

    @property
    def abilities(self) -> Abilities:
        """What can be done with these settings."""
        return Abilities(bool(self.publish_command), self.mms)
