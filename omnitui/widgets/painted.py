"""A widget that paints its own lines: roles become styles once per theme, nothing is mounted per row."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Size
from textual.strip import Strip

from omnitui.widgets.glyphs import UNICODE, Glyphs
from omnitui.widgets.lines import Line, paint
from omnitui.widgets.resized import Resized
from omnitui.widgets.roles import style_of


class Painted(Resized, inherit_bindings=False):
    """Base of the hand-painted widgets: `line_at(y)` gives a line, or None for an empty one."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, *, id: str | None = None, classes: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self._roles: dict[str, Style] = {}

    def role(self, name: str) -> Style:
        """The style of a role in the present theme."""
        style = self._roles.get(name)
        if style is None:
            style = self._make_role(name)
            self._roles[name] = style
        return style

    def _make_role(self, name: str) -> Style:
        style = self.rich_style
        for part in name.split():
            style += style_of(part, self.app.theme_variables)
        return style

    def notify_style_update(self) -> None:
        """The theme or a class has changed: styles are made anew."""
        self._roles.clear()
        self.forget()
        super().notify_style_update()

    def forget(self) -> None:
        """Drop what was painted with old styles or an old size."""

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as it may be."""
        return container.width

    def line_at(self, y: int) -> Line | None:
        """The line `y` of the widget."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """A line as Textual wants it."""
        line = self.line_at(y)
        return paint(line or (), self.size.width, self.role)
