"""What `[account.whatsapp]` may hold."""

from __future__ import annotations

import re

from omnitui.config.schema import NAME, URL, Shape, setting
from omnitui.core.dataclass import dataclass

_ID = Shape(re.compile(r"\d{5,25}"), "an id of digits, as Meta shows it")
_VERSION = Shape(re.compile(r"v\d{1,3}\.\d"), "a version such as v23.0")


@dataclass(frozen=True, kw_only=True)
class WhatsAppSettings:
    """WhatsApp by Meta's Cloud API; messages come in through a relay of your own."""

    phone_number_id: str = setting(
        "The id of the number (not the number itself).", example="106540352242922", shape=_ID
    )
    waba_id: str = setting(
        "The id of the WhatsApp Business account; without it there are no templates.", "", shape=_ID, asked=True
    )
    relay_url: str = setting("Where the relay is.", example="https://hooks.shop.example", shape=URL)
    relay_source: str = setting("Name of the source there.", "whatsapp", shape=NAME)
    api_url: str = setting("The Graph API.", "https://graph.facebook.com", shape=URL)
    version: str = setting("Version of the Graph API.", "v23.0", shape=_VERSION)
    access_token_command: tuple[str, ...] = setting("A program that prints the access token.", ())
    relay_token_command: tuple[str, ...] = setting("A program that prints the relay's token.", ())
