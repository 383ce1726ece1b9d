"""What a stretch of text can be, and how each looks. Every state also has a letter or a mark: no colour is needed.

A table and no stylesheet: as component classes, eighteen roles would cost eighteen nodes a widget and each a walk
through all rules of the stylesheet, a fifth of the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color


class Role(NamedTuple):
    """Names of the theme's variables, and a text style in Rich's words."""

    color: str = ""
    text_style: str = ""
    background: str = ""


ROLES: Mapping[str, Role] = {
    "muted": Role("text-quiet"),
    "strong": Role("", "bold"),
    "accent": Role("accent"),
    "ok": Role("success"),
    "warn": Role("warning"),
    "danger": Role("error", "bold"),
    "note": Role("note"),
    "ours": Role("ours", "bold"),
    "theirs": Role("", "bold"),
    "link": Role("accent", "underline"),
    "quote": Role("text-quiet"),
    "code": Role("code"),
    "key": Role("accent", "bold"),
    "tag": Role("tag"),
    "cursor": Role(background="cursor"),
    "cursor-away": Role(background="cursor-away"),
    "found": Role("background", "", "warning"),
    "selected": Role("", "reverse"),
    "caret": Role("background", "not reverse bold", "accent"),
    "border": Role("border-quiet"),
}


def style_of(name: str, variables: Mapping[str, str]) -> Style:
    """The partial style of a role with a theme's variables. Raises KeyError for a role that there is not."""
    role = ROLES[name]
    style = Style(color=_colour(role.color, variables), bgcolor=_colour(role.background, variables))
    return style + Style.parse(role.text_style) if role.text_style else style


def _colour(name: str, variables: Mapping[str, str]) -> RichColor | None:
    return Color.parse(variables[name]).rich_color if name else None
