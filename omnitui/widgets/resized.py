"""A widget that always learns its size.

Textual tells a widget its size when a layout first finds it. Is the map of all widgets asked for between a pane's being
shown and that layout (an update of a widget in it is enough), the layout finds it known, and says nothing: a thread was
then laid out for one line, and stayed blank. So whoever is painted in another size than it was told is told.
"""

from __future__ import annotations

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget


class Resized(Widget):
    """Base of widgets that lay out by `on_resize`."""

    _told_size: Size | None = None

    def on_resize(self, event: events.Resize) -> None:
        """This size is known."""
        self._told_size = event.size

    def render_lines(self, crop: Region) -> list[Strip]:
        """Some lines; a size of which nothing was told is told behind what waits already."""
        if self._told_size != self.outer_size:
            self.call_later(self._tell_size)
        return super().render_lines(crop)

    def _tell_size(self) -> None:
        if self._told_size != self.outer_size:
            self.post_message(events.Resize(self.outer_size, self.virtual_size, self.container_size))
