"""WhatsApp by Meta's Cloud API: sends directly, receives through the relay (docs/guide/whatsapp.md)."""

from __future__ import annotations

from omnitui.core.channels import Capabilities, Dedupe, Inbound
from omnitui.sync.channels.contract import Channel, Connector, SecretSpec, Setup
from omnitui.sync.channels.whatsapp.settings import WhatsAppSettings

CAPABILITIES = Capabilities(
    inbound=Inbound.RELAY,
    dedupe=Dedupe.QUERYABLE,
    may_start=True,
    react=True,
    reply_to=True,
    typing=True,
    mark_read=True,
    receipts="read",
    attachments=True,
    templates=True,
    links_expire=True,
    most_text=4096,
    most_file=100 * 1024 * 1024,
    most_files=1,
    most_caption=1024,
    window_hours=24,
    after_window="template",
    enter_sends=True,
)


def connect(setup: Setup) -> Connector:
    """The account at work."""
    from omnitui.sync.channels.whatsapp.connector import WhatsApp

    return WhatsApp(setup, CAPABILITIES)


CHANNEL = Channel(
    name="whatsapp",
    title="WhatsApp (Cloud API)",
    mark="WA",
    settings=WhatsAppSettings,
    secrets=(
        SecretSpec("access_token", "Access token of the system user"),
        SecretSpec("relay_token", "Token of the relay's source"),
    ),
    capabilities=CAPABILITIES,
    connect=connect,
    steps=(
        "Make a business app at developers.facebook.com and add the product WhatsApp to it.",
        "Add and verify your number; note its phone number id and the id of the WhatsApp Business account.",
        "In the business settings make a system user, give it the app and the WhatsApp account, and generate a token "
        "that does not expire, with whatsapp_business_messaging and whatsapp_business_management.",
        "Run omnitui relay on a host that Meta can reach, with a source of kind meta and the app secret.",
        "At Configuration, Webhook, enter the relay's address and verify token, and subscribe to the field messages.",
    ),
    address=lambda settings: settings.phone_number_id,
)
