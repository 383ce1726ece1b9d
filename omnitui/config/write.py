"""Adding an account to config.toml: what stands there stays byte for byte, the new table is put behind it."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any

from omnitui.config.example import example, toml
from omnitui.config.load import check, parse
from omnitui.config.replacing import alone, replace_file
from omnitui.config.schema import AccountSettings
from omnitui.core.errors import ConfigError

_HEAD = "# Added by `omnitui setup`. Every setting: docs/config.md, or `omnitui config example`.\n"


def add_account(path: Path, account: AccountSettings) -> None:
    """Put `account` into the file (made, with every setting explained, when there is none): 0600, all or nothing.

    Raises ConfigError, having changed nothing, when the file has mistakes, cannot be written, or already has an account
    of that name.
    """
    target = path.resolve()
    try:
        with alone(target.parent):
            before = target.read_bytes().decode("utf-8") if target.exists() else None
            after = _with(path, before, account)
            replace_file(target, after)
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"{path} cannot be written: {words}; nothing was changed") from error


def account_table(account: AccountSettings) -> str:
    """The account as TOML: only what is not as by default."""
    return "\n".join(_lines(account, "[[account]]", "account")) + "\n"


def _with(path: Path, before: str | None, account: AccountSettings) -> str:
    known = check(path)
    if known[0] is None:
        raise ConfigError("\n".join([*map(str, known[1]), "Mend this first; nothing was changed."]))
    if any(one.name.lower() == account.name.lower() for one in known[0].accounts):
        raise ConfigError(f"{path} already has an account named {account.name}; it was left as it is")
    text = example(own=True) if before is None else before
    text += "" if not text or text.endswith("\n") else "\n"
    text += f"\n{_HEAD}{account_table(account)}"
    after, problems = parse(text, path)
    if after is None or after.accounts[:-1] != known[0].accounts or after.accounts[-1].name != account.name:
        words = "; ".join(problem.words for problem in problems) or "its accounts are written in another form"
        raise ConfigError(f"the account cannot be put at the end of {path}: {words}; nothing was changed")
    return text


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
