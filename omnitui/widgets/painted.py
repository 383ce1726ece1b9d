"""A widget that paints its own lines: roles become styles once per theme, nothing is mounted per row."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from omnitui.widgets.glyphs import UNICODE, Glyphs
from omnitui.widgets.lines import Line, paint
from omnitui.widgets.roles import style_of


class Painted(Widget, inherit_bindings=False):
    """Base of the hand-painted widgets: `line_at(y)` gives a line, or None for an empty one."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, *, id: str | None = None, classes: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self._roles: dict[str, Style] = {}
        self._told_size: Size | None = None

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

    def on_resize(self, event: events.Resize) -> None:
        """This size is known."""
        self._told_size = event.size

    def render_lines(self, crop: Region) -> list[Strip]:
        """Some lines; a size of which nothing was told is told behind what waits already.

        Textual tells a widget its size when a layout first finds it. Is the map of all widgets asked for between a
        pane's being shown and that layout, the layout finds the widget known, and says nothing: a thread was then laid
        out for one line, and stayed so.
        """
        if self._told_size != self.outer_size:
            self.call_later(self._tell_size)
        return super().render_lines(crop)

    def _tell_size(self) -> None:
        if self._told_size != self.outer_size:
            self.post_message(events.Resize(self.outer_size, self.virtual_size, self.container_size))
