"""Which channels there are: those that packages announce under the entry point group `omnitui.channels`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from omnitui.config.check import Mistake, build
from omnitui.config.load import Problem, with_lines
from omnitui.config.schema import ChannelAccountSettings, Settings
from omnitui.core.channels import EMAIL
from omnitui.core.errors import ConfigError
from omnitui.sync.channels.contract import GROUP, Channel


@dataclass(frozen=True)
class Unusable:
    """A channel that a package announces and that cannot be loaded."""

    name: str
    words: str


MAILBOXES = EntryPoint(EMAIL, "omnitui.sync.channels.email:CHANNEL", GROUP)
"""Always there, and never another package's: `[[account]]` itself holds its settings."""


@cache
def announced() -> dict[str, EntryPoint]:
    """By name; nothing of them is loaded yet."""
    return {point.name: point for point in entry_points(group=GROUP)} | {EMAIL: MAILBOXES}


def channel_named(name: str) -> Channel:
    """The channel of that name. Raises ConfigError when there is none, or its package is broken."""
    point = announced().get(name)
    if point is None:
        known = ", ".join(sorted(announced()))
        raise ConfigError(f"there is no channel {name!r}; there is {known}")
    try:
        found = point.load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"the channel {name} cannot be loaded ({error}); install its package again") from None
    if not isinstance(found, Channel):
        raise ConfigError(f"what {point.value} names is not a channel")
    return found


def every() -> tuple[list[Channel], list[Unusable]]:
    """All that can be loaded, mailboxes first and then by title, and those that cannot."""
    good, bad = [], []
    for name in announced():
        try:
            good.append(channel_named(name))
        except ConfigError as error:
            bad.append(Unusable(name, str(error)))
    return sorted(good, key=lambda channel: (channel.name != EMAIL, channel.title)), bad


def options_of(account: ChannelAccountSettings) -> tuple[Any, list[Mistake]]:
    """The channel's own settings for this account, or None and what is wrong with them."""
    try:
        channel = channel_named(account.channel)
    except ConfigError as error:
        return None, [Mistake(("account", account.index, "channel"), str(error))]
    mistakes: list[Mistake] = []
    made = build(channel.settings, account.options, ("account", account.index, account.channel), mistakes)
    return made, mistakes


def option_problems(settings: Settings, path: Path) -> list[Problem]:
    """What is wrong in the tables of channels, each with its line in the file."""
    mistakes = [mistake for account in settings.channel_accounts for mistake in options_of(account)[1]]
    return with_lines(mistakes, path.read_text(encoding="utf-8"), path) if mistakes else []


def tables() -> list[tuple[str, type]]:
    """Every channel that ships with omnitui, with its table in the config; a mailbox has none beside `[[account]]`."""
    shipped = [channel for channel in every()[0] if announced()[channel.name].value.startswith("omnitui.")]
    own = [channel for channel in shipped if channel.name != EMAIL]
    return [(channel.name, channel.settings) for channel in own]
