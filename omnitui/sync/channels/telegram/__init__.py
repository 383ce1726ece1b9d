"""Telegram: a bot that is polled (getUpdates), also one that answers for a Telegram Business account."""

from omnitui.core.channels import Capabilities, Counting, Dedupe, History, Inbound
from omnitui.sync.channels.contract import Channel, Connector, SecretSpec, Setup
from omnitui.sync.channels.telegram.settings import TelegramSettings

CAPABILITIES = Capabilities(
    inbound=Inbound.LONG_POLL,
    history=History.NONE,
    exclusive=True,
    retention=24 * 3600,
    dedupe=Dedupe.NONE,
    edit=True,
    delete=True,
    react=True,
    reply_to=True,
    typing=True,
    mark_read=True,
    receipts="sent",
    attachments=True,
    links_expire=True,
    counting=Counting.UTF16,
    most_text=4096,
    most_caption=1024,
    most_files=10,
    most_file=50_000_000,
    enter_sends=True,
)


def connect(setup: Setup) -> Connector:
    """Loads the rest only when there is an account."""
    from omnitui.sync.channels.telegram.connector import TelegramConnector

    return TelegramConnector(setup)


CHANNEL = Channel(
    name="telegram",
    title="Telegram",
    mark="TG",
    settings=TelegramSettings,
    secrets=(SecretSpec("bot_token", "Token of the bot, as @BotFather gave it"),),
    capabilities=CAPABILITIES,
    connect=connect,
    steps=(
        "In Telegram, write /newbot to @BotFather and choose a name; it answers with a token such as 123456:ABC-DEF.",
        "For groups: write /setprivacy to @BotFather and turn it off, or make the bot an administrator of the group.",
        "For Telegram Business: turn on Business Mode for the bot at @BotFather, then add it in the app under "
        "Settings, Telegram Business, Chatbots, and let it reply and manage the chats.",
        "Only one program may read a bot: stop others that use its token, and remove its webhook if it has one.",
        "Telegram keeps messages for 24 hours: let `omnitui sync` run on a machine that is on every day.",
    ),
)
