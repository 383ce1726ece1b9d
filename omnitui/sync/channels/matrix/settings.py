"""The table `[account.matrix]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnitui.config.schema import URL, Shape, setting

USER_ID = Shape(re.compile(r"@[^:\s]*:[^\s/]+"), "a user id, such as @support:shop.example")

BRIDGED = Shape(re.compile(r"@[^:\s{}]*\{phone\}[^:\s{}]*:[^\s/{}]+"), "a user id with {phone} in it")


@dataclass(frozen=True, kw_only=True)
class MatrixSettings:
    """A user at a Matrix homeserver; every room that it is in is a conversation. Encrypted rooms cannot be read."""

    homeserver: str = setting(
        "Address of the homeserver's client-server API, without a path.",
        example="https://matrix.shop.example",
        shape=URL,
    )
    access_token_command: tuple[str, ...] = setting(
        "Program and arguments that print the access token, run without a shell; empty takes what "
        "`omnitui secret set NAME` has stored.",
        (),
    )
    colleagues: tuple[str, ...] = setting(
        "User ids of your people who are in customers' rooms, too: what they write is an answer, not a question.",
        (),
        shape=USER_ID,
    )
    bridged: tuple[str, ...] = setting(
        "How a bridge makes user ids of phone numbers, with {phone} for the digits: these people are then known by "
        "their number, and found again on other channels.",
        (),
        example=("@whatsapp_{phone}:shop.example",),
        shape=BRIDGED,
    )
    join_invites: bool = setting(
        "Join every room that the user is invited to, so that a customer can write first. With false the invitation "
        "is shown as a message, and answering it joins.",
        True,
    )
    history_messages: int = setting(
        "How many of each room's latest messages the first sync brings; older ones come when you scroll to them.",
        30,
        least=1,
        most=500,
    )
