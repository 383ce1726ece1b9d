"""Reading config.toml: every mistake at once, each with file, line and what would be right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from omnitui.config.check import Mistake, build
from omnitui.config.schema import (
    DEFAULT_PORTS,
    AccountSettings,
    ChannelAccountSettings,
    OAuthSettings,
    ServerSettings,
    Settings,
)
from omnitui.core.channels import EMAIL
from omnitui.core.dataclass import dataclass
from omnitui.core.errors import ConfigError
from omnitui.core.times import Instant


@dataclass(frozen=True)
class Problem:
    """One mistake: `line` counts from 1, and is 0 when the file as a whole is meant."""

    file: Path
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}" if self.line else f"{self.file}: {self.words}"


def load(path: Path) -> Settings:
    """The settings in the file; without a file, the defaults. Raises ConfigError naming every problem in it."""
    settings, problems = check(path)
    if settings is None:
        raise ConfigError("\n".join(str(problem) for problem in problems))
    return settings


def check(path: Path) -> tuple[Settings | None, list[Problem]]:
    """The settings, or None and the problems."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings(), []
    except UnicodeDecodeError:
        return None, [Problem(path, 0, "must be UTF-8 text")]
    except OSError as error:
        return None, [Problem(path, 0, f"cannot be read: {error.strerror}")]
    return parse(text, path)


def key_problems(settings: Settings, path: Path, now: Instant) -> list[Problem]:
    """What is wrong with entries of `[keys]`: the program runs without them, on the keys it came with."""
    from omnitui.config.bound import told_wrong
    from omnitui.config.keys import keymap_of
    from omnitui.config.lines import key_lines
    from omnitui.config.zone import local_zone

    zone = settings.agent.timezone or local_zone()
    wrong = [*keymap_of(settings.keys).problems, *told_wrong(settings.keys.bindings, now=now, zone=zone)]
    if not wrong:
        return []
    lines = key_lines(path.read_text(encoding="utf-8"))
    names = {".".join(str(step) for step in at[1:]): line for at, line in lines.items() if at[:1] == ("keys",)}
    return [Problem(path, names.get(one.entry, 0), f"{one.entry}: {one.message}") for one in wrong]


def theme_problems(settings: Settings, path: Path, known: Collection[str]) -> list[Problem]:
    """A theme that nobody knows: the program runs in its own colours instead. `known`: those that there are."""
    from omnitui.config.lines import key_lines

    wanted = settings.ui.theme
    if wanted in known:
        return []
    line = key_lines(path.read_text(encoding="utf-8")).get(("ui", "theme"), 0)
    return [Problem(path, line, f"ui.theme: there is no theme {wanted}; there are {', '.join(sorted(known))}")]


def parse(text: str, path: Path) -> tuple[Settings | None, list[Problem]]:
    """As `check`, on text already read; `path` is only named in problems."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(error, text, path)]
    mistakes: list[Mistake] = []
    channels = _channels(table, mistakes)
    places = [index for index, one in enumerate(table.get("account", ())) if one is not None]
    settings = build(Settings, table, (), mistakes)
    if settings is not None:
        settings = _complete(replace(settings, channel_accounts=channels), places, mistakes)
    if mistakes:
        return None, with_lines(mistakes, text, path)
    return settings, []


def _channels(table: dict[str, Any], mistakes: list[Mistake]) -> tuple[ChannelAccountSettings, ...]:
    """Take the accounts of messaging channels out of the file's tables; the mailboxes stay, each in its place."""
    found = []
    listed = table.get("account")
    if not isinstance(listed, list):
        return ()
    for index, given in enumerate(listed):
        channel = given.get("channel", EMAIL) if isinstance(given, dict) else EMAIL
        if channel == EMAIL or not isinstance(channel, str):
            continue
        path = ("account", index)
        own = {name: value for name, value in given.items() if name != channel}
        options = given.get(channel, {})
        if not isinstance(options, dict):
            mistakes.append(Mistake((*path, channel), f"{channel} must be a table, written [account.{channel}]"))
            options = {}
        made = build(ChannelAccountSettings, own, path, mistakes)
        listed[index] = None
        if made is not None:
            found.append(replace(made, options=options, index=index))
    return tuple(found)


def _syntax(error: tomllib.TOMLDecodeError, text: str, path: Path) -> Problem:
    words = str(error)
    found = re.search(r" \(at line (\d+), column \d+\)$", words)
    line = int(found.group(1)) if found else text.count("\n") + 1
    return Problem(path, line, re.sub(r" \(at .*\)$", "", words).rstrip(".") + "; this is not valid TOML")


def with_lines(mistakes: list[Mistake], text: str, path: Path) -> list[Problem]:
    """Mistakes as problems, each with its line."""
    from omnitui.config.lines import key_lines

    lines = key_lines(text)
    problems = []
    for mistake in mistakes:
        at = mistake.path
        while at and at not in lines:
            at = at[:-1]
        problems.append(Problem(path, lines.get(at, 0), mistake.words))
    return sorted(problems, key=lambda problem: problem.line)


def _complete(settings: Settings, places: list[int], mistakes: list[Mistake]) -> Settings:
    """Rules between settings, and the defaults that depend on others (port, username).

    `places`: which `[[account]]` of the file each mailbox is."""
    accounts = []
    _told_apart(settings, places, mistakes)
    for index, account in zip(places, settings.account, strict=True):
        path = ("account", index)
        imap = _server(account, account.imap, "imap", path, mistakes)
        smtp = account.smtp and _server(account, account.smtp, "smtp", path, mistakes)
        if account.oauth is not None:
            _oauth(account.oauth, path, mistakes)
        accounts.append(replace(account, imap=imap, smtp=smtp))
    _timezone(settings.agent.timezone, mistakes)
    return replace(settings, account=tuple(accounts))


def _told_apart(settings: Settings, places: list[int], mistakes: list[Mistake]) -> None:
    """Every account has a name of its own."""
    seen: set[str] = set()
    named = [(index, one.name) for index, one in zip(places, settings.account, strict=True)]
    named += [(one.index, one.name) for one in settings.channel_accounts]
    for index, name in sorted(named):
        if name.lower() in seen:
            words = f"there are two accounts named {name}; give one another name"
            mistakes.append(Mistake(("account", index, "name"), words))
        seen.add(name.lower())


def _server(
    account: AccountSettings, server: ServerSettings, use: str, path: tuple[str | int, ...], mistakes: list[Mistake]
) -> ServerSettings:
    if server.security == "plain" and not is_loopback(server.host):
        words = f'plain would send the password readable to {server.host}; use "tls" or "starttls"'
        mistakes.append(Mistake((*path, use, "security"), words))
    return replace(
        server,
        port=server.port or DEFAULT_PORTS[use][server.security],
        username=server.username or account.address,
        auth=auth_of(account, server),
        password_command=server.password_command or account.password_command,
        certificate_sha256=server.certificate_sha256.replace(":", "").lower(),
    )


def auth_of(account: AccountSettings, server: ServerSettings) -> str:
    """How to log in there: password, xoauth2 or oauthbearer."""
    if server.auth != "auto":
        return server.auth
    return "password" if account.oauth is None else "xoauth2"


def _oauth(oauth: OAuthSettings, path: tuple[str | int, ...], mistakes: list[Mistake]) -> None:
    """A provider we do not know must say where it is and what to ask it for."""
    if oauth.provider != "other":
        return
    missing = [name for name in ("token_url", "scopes") if not getattr(oauth, name)]
    mistakes += [Mistake((*path, "oauth"), f'provider "other" needs {name}') for name in missing]
    if not oauth.authorize_url and not oauth.device_url:
        mistakes.append(Mistake((*path, "oauth"), 'provider "other" needs authorize_url or device_url'))


def is_loopback(host: str) -> bool:
    """Whether the name is this machine by itself, without asking anybody."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _timezone(name: str, mistakes: list[Mistake]) -> None:
    if not name:
        return
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        words = f"{name!r} is not a time zone this machine knows, such as Europe/Amsterdam"
        mistakes.append(Mistake(("agent", "timezone"), words))


def any_account_named(settings: Settings, name: str) -> AccountSettings | ChannelAccountSettings:
    """As `account_named`, those of messaging channels too."""
    found = next((one for one in settings.channel_accounts if one.name.lower() == name.lower()), None)
    return found or account_named(settings, name)


def account_named(settings: Settings, name: str) -> AccountSettings:
    """The account of that name. Raises ConfigError listing those there are."""
    for account in settings.accounts:
        if account.name.lower() == name.lower():
            return account
    known = ", ".join(settings.names) or "none yet"
    raise ConfigError(f"there is no account {name!r} in the config; there is {known}")
