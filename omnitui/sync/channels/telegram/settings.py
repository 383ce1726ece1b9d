"""What may be set for a Telegram bot."""

from __future__ import annotations

from omnitui.config.schema import URL, setting
from omnitui.core.dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class TelegramSettings:
    """A Telegram bot, also one that answers for a Telegram Business account."""

    bot_token_command: tuple[str, ...] = setting(
        "A command that prints the bot's token; empty takes it from where secrets are kept.",
        (),
        example=("pass", "show", "telegram/support-bot"),
    )
    api: str = setting(
        "Address of the Bot API; another one only where you run that server yourself.",
        "https://api.telegram.org",
        shape=URL,
    )
    team: tuple[str, ...] = setting(
        "User ids or @names of colleagues: in groups, what they write counts as yours.", (), example=("@ben", "7112233")
    )
    pictures: str = setting(
        "Send pictures so that they are shown in the chat (made smaller by Telegram), or as files, unchanged.",
        "shown",
        choices=("shown", "files"),
    )
