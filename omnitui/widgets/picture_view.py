"""The middle of a page that shows a picture, or says in words why it does not."""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual import events
from textual.strip import Strip

from omnitui.core.pictures import Raster
from omnitui.widgets.cells import wrap
from omnitui.widgets.glyphs import ASCII
from omnitui.widgets.half_blocks import ASCII_SHADES, SHADES, half_blocks, height_of, shades
from omnitui.widgets.sheet import Entry, Sheet


class PictureView(Sheet, can_focus=True, inherit_bindings=False):
    """A picture in its middle, as large as it was made."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.raster: Raster | None = None
        self._lines: dict[int, Strip] = {}

    @property
    def colourful(self) -> bool:
        """The theme has colours of its own, and the terminal can show them."""
        return not self.app.current_theme.ansi and self.app.console.color_system in ("truecolor", "256")

    def put(self, raster: Raster) -> None:
        """Show a picture."""
        self.raster = raster
        self._lines.clear()
        self.refresh()

    def tell(self, words: str, role: str = "") -> None:
        """Show a sentence in its place."""
        self.raster = None
        self.show([Entry((((part, role),),)) for _, part in wrap(words, max(self.size.width - 2, 20))])

    def on_resize(self, event: events.Resize) -> None:
        """Another width."""
        self._lines.clear()

    def forget(self) -> None:
        """Other colours."""
        self._lines.clear()

    def render_line(self, y: int) -> Strip:
        """A line of the picture, or of the words."""
        raster = self.raster
        if raster is None:
            return super().render_line(y)
        line = y - max(self.size.height - height_of(raster), 0) // 2
        if not 0 <= line < height_of(raster):
            return Strip.blank(self.size.width, self.role(""))
        strip = self._lines.get(line)
        if strip is None:
            strip = self._lines[line] = self._painted(raster, line)
        return strip

    def _painted(self, raster: Raster, line: int) -> Strip:
        width, plain = self.size.width, self.role("")
        left = max(width - raster.columns, 0) // 2
        if self.colourful:
            # Under the last row of an odd number shows the page.
            cells = Segment.apply_style(half_blocks(raster, line, few=self.app.console.color_system == "256"), plain)
        else:
            cells = shades(raster, line, ASCII_SHADES if self.glyphs is ASCII else SHADES, plain)
        strip = Strip([Segment(" " * left, plain), *cells])
        return strip.adjust_cell_length(width, plain)
