"""Renders `config.example.toml` from the settings: every one, with what it is for, commented out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_args, get_origin

from omnitui.config.check import hints
from omnitui.config.schema import ChannelAccountSettings, Settings

_WIDTH = 100
_SAMPLE = (
    "# The settings of omnitui. Copy this to the path that `omnitui config path` shows and take away the # before",
    "# what you want to set. Passwords never stand here: see docs/guide/first-day.md.",
)
_OWN = (
    "# The settings of omnitui. Take away the # before what you want to set; `omnitui config check` says whether it is",
    "# right. Passwords never stand here: `omnitui secret set ACCOUNT` keeps them.",
)


def example(channels: Sequence[tuple[str, type]] = (), *, own: bool = False) -> str:
    """The whole file. Taking away `# ` at the start of setting lines gives a config that loads.

    `channels`: the messaging channels with the classes of their settings. `own`: it is to become somebody's config, and
    need not say where that stands.
    """
    lines = [*(_OWN if own else _SAMPLE), ""]
    for spec in plain_fields(Settings):
        hint = hints(Settings)[spec.name]
        if get_origin(hint) is tuple:
            lines += _table(get_args(hint)[0], f"[[{spec.name}]]", spec.name)
        else:
            lines += _table(hint, f"[{spec.name}]", spec.name)
    for name, kind in channels:
        lines += _channel(name, kind)
    return "\n".join(lines).rstrip() + "\n"


def _channel(name: str, kind: type) -> list[str]:
    """An account on a messaging channel, with the channel's own table."""
    account = _table(ChannelAccountSettings, "[[account]]", "account")
    fixed = {"# channel = ": f'# channel = "{name}"', "# name = ": f'# name = "shop-{name}"'}
    lines = [next((new for start, new in fixed.items() if line.startswith(start)), line) for line in account]
    return [*lines, *_table(kind, f"[account.{name}]", f"account.{name}")]


def plain_fields(kind: Any) -> list[Field[Any]]:
    """What may stand in a table of the file."""
    return [spec for spec in fields(kind) if not spec.metadata.get("own")]


def _table(kind: Any, header: str, path: str) -> list[str]:
    lines = [*_comment((kind.__doc__ or "").strip()), f"# {header}", ""]
    inner: list[str] = []
    for spec in plain_fields(kind):
        hint = hints(kind)[spec.name]
        if is_dataclass(hint):
            inner += [
                *_comment(spec.metadata["doc"])[:1],
                *_table(hint, f"[{path}.{spec.name}]", f"{path}.{spec.name}"),
            ]
        elif spec.metadata.get("rest"):
            lines += ['# "conversation.close" = "e"', '# "conversation.snooze 2h" = ["h"]', ""]
        else:
            lines += [*_comment(spec.metadata["doc"] + _choices(spec)), f"# {spec.name} = {toml(shown(spec))}", ""]
    return lines + inner


def shown(spec: Field[Any]) -> Any:
    """The value the example shows: the example's own, else the default."""
    if spec.metadata["example"] is not None:
        return spec.metadata["example"]
    return "" if spec.default is MISSING else spec.default


def _choices(spec: Field[Any]) -> str:
    least, most = spec.metadata["least"], spec.metadata["most"]
    parts = []
    if spec.metadata["choices"]:
        parts.append("One of " + ", ".join(filter(None, spec.metadata["choices"])) + ".")
    if least is not None:
        parts.append(f"From {least} to {most}.")
    if spec.default is MISSING:
        parts.append("Needed.")
    return " ".join(["", *parts]).rstrip()


def _comment(text: str) -> list[str]:
    """Wrapped lines after `## `, so that text and commented settings can be told apart."""
    import textwrap

    return [f"## {line}" for line in textwrap.wrap(" ".join(text.split()), _WIDTH)]


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    # A JSON string is a basic string of TOML, but for DEL, which TOML wants escaped too.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
