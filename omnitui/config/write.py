"""Adding an account to config.toml: what stands there stays byte for byte, the new table is put behind it."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any

from omnitui.config.example import example, toml
from omnitui.config.load import check, parse
from omnitui.config.replacing import alone, replace_file
from omnitui.config.schema import AccountSettings, ChannelAccountSettings, Settings
from omnitui.core.errors import ConfigError

_HEAD = "# Added by `omnitui setup`. Every setting: docs/config.md, or `omnitui config example`.\n"


def add_account(path: Path, account: AccountSettings) -> None:
    """Put `account` into the file (made, with every setting explained, when there is none): 0600, all or nothing.

    Raises ConfigError, having changed nothing, when the file has mistakes, cannot be written, or already has an account
    of that name.
    """
    _append(path, account, account_table(account))


def _append(path: Path, account: AccountSettings | ChannelAccountSettings, table: str) -> None:
    target = path.resolve()
    try:
        with alone(target.parent):
            before = target.read_bytes().decode("utf-8") if target.exists() else None
            after = _with(path, before, account, table)
            replace_file(target, after)
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"{path} cannot be written: {words}; nothing was changed") from error


def add_channel_account(path: Path, account: ChannelAccountSettings) -> None:
    """As `add_account`, for an account of a messaging channel."""
    _append(path, account, _channel_table(account))


def _channel_table(account: ChannelAccountSettings) -> str:
    lines = ["[[account]]", f"name = {toml(account.name)}", f"channel = {toml(account.channel)}"]
    if account.display_name:
        lines.append(f"display_name = {toml(account.display_name)}")
    lines += ["", f"[account.{account.channel}]"]
    lines += [f"{name} = {toml(value)}" for name, value in account.options.items()]
    return "\n".join(lines) + "\n"


def account_table(account: AccountSettings) -> str:
    """The account as TOML: only what is not as by default."""
    return "\n".join(_lines(account, "[[account]]", "account")) + "\n"


def _with(path: Path, before: str | None, account: AccountSettings | ChannelAccountSettings, table: str) -> str:
    known = check(path)
    if known[0] is None:
        raise ConfigError("\n".join([*map(str, known[1]), "Mend this first; nothing was changed."]))
    if any(name.lower() == account.name.lower() for name in known[0].names):
        raise ConfigError(f"{path} already has an account named {account.name}; it was left as it is")
    text = example(own=True) if before is None else before
    text += "" if not text or text.endswith("\n") else "\n"
    text += f"\n{_HEAD}{table}"
    after, problems = parse(text, path)
    if after is None or {*after.names} != {*known[0].names, account.name} or not _kept(known[0], after):
        words = "; ".join(problem.words for problem in problems) or "its accounts are written in another form"
        raise ConfigError(f"the account cannot be put at the end of {path}: {words}; nothing was changed")
    return text


def _kept(before: Settings, after: Settings) -> bool:
    """All accounts that were there are there still, as they were."""
    same = after.accounts[: len(before.accounts)] == before.accounts
    return same and after.channel_accounts[: len(before.channel_accounts)] == before.channel_accounts


def _lines(settings: Any, header: str, path: str) -> list[str]:
    lines, inner = [header], []
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        if is_dataclass(value):
            inner += ["", *_lines(value, f"[{path}.{spec.name}]", f"{path}.{spec.name}")]
        elif value != _default(spec):
            lines.append(f"{spec.name} = {toml(value)}")
    return lines + inner


def _default(spec: Field[Any]) -> Any:
    return None if spec.default is MISSING else spec.default
