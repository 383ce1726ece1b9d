"""Each account of a messaging channel for real: its secrets, a live probe, and what is not settled here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from omnitui.cli.checks.finding import Finding, good, note, problem
from omnitui.config.places import Places
from omnitui.config.schema import ChannelAccountSettings
from omnitui.core.errors import LoginRefused, OmnituiError, SecretError

if TYPE_CHECKING:
    from omnitui.config.stores import Stores


def account(places: Places, settings: ChannelAccountSettings, stores: Stores, *, offline: bool) -> Iterator[Finding]:
    """Everything about one account. Asks the other side, and changes nothing there."""
    from omnitui.sync.channels.opening import find_secrets, settings_of

    area = f"account {settings.name}"
    try:
        channel, options = settings_of(settings)
        secrets = find_secrets(settings, channel, options, stores, os.environ)
    except SecretError as error:
        yield problem(area, str(error), _again(settings))
        return
    except OmnituiError as error:
        yield problem(area, str(error), "mend config.toml; `omnitui config check` says when it is right")
        return
    for name, secret in secrets.items():
        yield good(area, f"{name} from {secret.source}")
    if not offline:
        yield from _probe(area, places, settings, {name: secret.value for name, secret in secrets.items()})
    yield from _unsettled(area, places, settings.name)


def _again(settings: ChannelAccountSettings) -> str:
    """How each secret of the account is given anew."""
    from omnitui.sync.channels.registry import channel_named

    names = [spec.name for spec in channel_named(settings.channel).secrets if not spec.optional]
    return " or ".join(f"omnitui secret set {settings.name} --only {name}" for name in names)


def _probe(area: str, places: Places, settings: ChannelAccountSettings, secrets: dict[str, str]) -> Iterator[Finding]:
    from omnitui.sync.channels.probing import probe_account

    try:
        probed = asyncio.run(probe_account(settings, secrets, places.state / "channels" / settings.name))
    except LoginRefused as error:
        yield problem(area, str(error), _again(settings))
        return
    except OmnituiError as error:
        yield problem(area, str(error), "look at the network and the config; everything here can be used meanwhile")
        return
    who = probed.identity
    yield good(area, f"logged in as {who.name or who.handle or who.address}")
    for found in probed.findings:
        if found.grade == "missing":
            yield problem(area, found.words, "mend it at the other side, then look again")
        else:
            yield (good if found.grade == "fine" else note)(area, found.words)


def _unsettled(area: str, places: Places, name: str) -> Iterator[Finding]:
    from omnitui.cli.checks.cache import to_look_at
    from omnitui.store import channels

    cache = to_look_at(places)
    if cache is None:
        return
    try:
        gaps, early = channels.unsettled(name).first(cache) or (0, 0)
    finally:
        cache.close()
    if gaps:
        yield note(area, f"{gaps:,} gaps are open: something may be missing there, as their threads say")
    if early:
        yield note(area, f"{early:,} events wait for messages that have not come")
    if not gaps and not early:
        yield good(area, "no gap is open")
