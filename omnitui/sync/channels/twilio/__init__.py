"""Twilio: SMS, WhatsApp, and calls with voicemail, all by polling; no public address is needed."""

from __future__ import annotations

from omnitui.sync.channels.contract import Channel, SecretSpec
from omnitui.sync.channels.twilio.addresses import CAPABILITIES
from omnitui.sync.channels.twilio.connector import connect
from omnitui.sync.channels.twilio.settings import TwilioSettings

CHANNEL = Channel(
    name="twilio",
    title="Twilio (SMS, WhatsApp, voicemail)",
    mark="SM",
    settings=TwilioSettings,
    secrets=(SecretSpec("auth_token", "Auth token, or the secret of the API key"),),
    capabilities=CAPABILITIES,
    connect=connect,
    steps=(
        "Sign in at console.twilio.com; the account SID (AC...) stands on its first page.",
        "Make an API key of the kind Standard under Account, API keys and tokens; note its SID (SK...) and its secret, "
        "which is shown once. The auth token of the account works as well, with the key left empty.",
        "Note your numbers with country code, such as +3197010200300; a WhatsApp sender is written "
        "whatsapp:+3197010200300.",
        "A number that still answers by itself with Twilio's sample text: empty its webhook for incoming messages.",
    ),
    address=lambda settings: settings.numbers[0] if settings.numbers else settings.account_sid,
)
