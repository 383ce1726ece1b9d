"""Whether a bot can work: its token, a webhook, what it sees in groups. Asks only: a poll would cut off another one."""

from __future__ import annotations

from urllib.parse import urlsplit

from omnitui.core.errors import ProtocolError
from omnitui.sync.channels.contract import Finding, Probe
from omnitui.sync.channels.telegram.client import Api
from omnitui.sync.channels.telegram.reading import number, record, user, words


async def probe(api: Api) -> Probe:
    """Who the bot is, and whether somebody else gets its messages. Raises LoginRefused, Offline."""
    me = record(await api.ask("getMe"))
    identity = user(me)
    if identity is None:
        raise ProtocolError("Telegram did not say who the bot is")
    hook = record(await api.ask("getWebhookInfo"))
    findings = [Finding("fine", f"The token belongs to {identity.handle or identity.name}.")]
    findings.append(
        _webhook(words(hook.get("url"))) if words(hook.get("url")) else _consumers(hook.get("pending_update_count"))
    )
    if me.get("can_join_groups") is not False and me.get("can_read_all_group_messages") is not True:
        findings.append(
            Finding(
                "warning",
                "In groups the bot sees only commands and answers to itself: write /setprivacy to @BotFather and "
                "turn it off, or make the bot an administrator.",
            )
        )
    if me.get("can_connect_to_business") is not True:
        findings.append(
            Finding(
                "warning",
                "The bot cannot answer for a Telegram Business account: turn on Business Mode at @BotFather if "
                "you want that.",
            )
        )
    return Probe(identity, tuple(findings))


def _webhook(url: str) -> Finding:
    return Finding(
        "missing",
        f"The bot has a webhook at {_host(url)}, which gets its messages: remove it there, or make a bot of its "
        "own for omnitui; omnitui never removes it by itself.",
    )


def _consumers(waiting: object) -> Finding:
    """Telegram tells of a second reader only to those who read."""
    count = number(waiting)
    some = f"{count:,} updates wait to be fetched" if count else "Nothing waits to be fetched"
    return Finding(
        "fine",
        f"No webhook is set. {some}. Whether another program polls this bot cannot be seen from here: if one does, "
        "omnitui says so when it reads, and stops.",
    )


def _host(url: str) -> str:
    """Host only: a webhook's path is often a secret."""
    try:
        return urlsplit(url).hostname or "another server"
    except ValueError:
        return "another server"
