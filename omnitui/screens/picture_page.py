"""The page that shows the pictures of a conversation, one at a time. The worker reads them, the page only paints."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from typing import ClassVar

from rich.cells import cell_len

from omnitui.core.errors import OmnituiError, Refused
from omnitui.core.models import AttachmentRow, ThreadMessage
from omnitui.core.pictures import MOST_COLUMNS, MOST_ROWS, SLOW_COLUMNS, SLOW_ROWS, Raster, may_show, unpacked
from omnitui.screens.acts_files import files_of, read_at_hand
from omnitui.screens.files import stored
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import SheetPage
from omnitui.screens.session import Session
from omnitui.store import messages
from omnitui.widgets.cells import cut
from omnitui.widgets.picture_view import PictureView
from omnitui.widgets.words import size

SETTLED = 0.15
"""Seconds without another size of the terminal, or another picture, before one is read: keys that repeat order one."""
LEAST_OF_NAME = 12
"""Cells of a file's name that are always shown."""
_NOWHERE = (0, 0)
_AROUND = 2
"""Lines of the page that are none of the picture: title and bottom line."""


class PicturePage(SheetPage, inherit_bindings=False):
    """One picture, and the way to the others."""

    NAME: ClassVar[str] = "picture"

    def __init__(self, session: Session, pictures: Sequence[AttachmentRow], at: int) -> None:
        super().__init__(session)
        self.view = self.sheet = PictureView(id="sheet-rows", glyphs=session.glyphs)
        self._pictures = pictures
        self._at = at
        self._box = _NOWHERE

    @property
    def file(self) -> AttachmentRow:
        """What is shown."""
        return self._pictures[self._at]

    async def read(self) -> None:
        """Begin to read it, beside the keys; again when there is another room for it."""
        if self._box != self._room():
            self._begin(0 if self._box == _NOWHERE else SETTLED)

    def _begin(self, pause: float) -> None:
        self._box = self._room()
        self._head()
        if self.view.raster is None:
            self.view.tell(f"Reading {self.file.name}", "muted")
        self.beside(partial(self._bring, pause), group="picture", only=True)

    def _room(self) -> tuple[int, int]:
        """Columns and lines for a picture."""
        width, height = self.app.size
        return width, max(height - _AROUND, 1)

    async def changed(self, ids: Collection[int]) -> None:
        """A picture stays what it is."""

    def go(self, to: int) -> None:
        """Another picture; beyond the last there is none."""
        to = max(0, min(to, len(self._pictures) - 1))
        if to != self._at:
            self._at = to
            self.view.raster = None
            self._begin(SETTLED)

    @property
    def number(self) -> int:
        """Which of the pictures it is, from 0."""
        return self._at

    async def _bring(self, pause: float) -> None:
        """Have it read, and show it; or say why not."""
        file, (columns, rows) = self.file, self._box
        await asyncio.sleep(pause)
        try:
            await stored(self.session, file)
            most = (SLOW_COLUMNS, SLOW_ROWS) if self.session.slow else (MOST_COLUMNS, MOST_ROWS)
            box = {"columns": min(columns, most[0]), "rows": min(rows * 2, most[1])}
            asked = {"do": "picture", "attachment": file.id, **box}
            raster = await asyncio.to_thread(unpacked, await self.session.order(asked))
        except ValueError:
            # A worker that was left running by another version.
            self.view.tell("The worker that runs is of another version: end it, and try again.", "danger")
            return
        except OmnituiError as error:
            keys = [(self.session.keymap.keys_of(id) or ("",))[0] for id in ("pane.back", "attachment.save")]
            self.view.tell(f"{file.name} cannot be shown: {error}.", "warn")
            self.say(f"{keys[0]} goes back, there {keys[1]} saves the file" if all(keys) else "", "muted")
            return
        self.view.put(raster)
        self._head(raster)

    def _head(self, raster: Raster | None = None) -> None:
        """Name, kind and size of the file; which it is of how many, and the keys."""
        file, glyphs = self.file, self.session.glyphs
        facts = [size(file.size)]
        if raster is not None:
            shades = [] if self.view.colourful else ["in shades"]
            first = ["its first picture"] if raster.moves else []
            facts = [raster.kind, f"{raster.width}{glyphs.times}{raster.height}", *shades, *first, *facts]
        of = self.session.keymap.keys_of
        alone = len(self._pictures) == 1
        ways = () if alone else (("cursor.down", "next"), ("cursor.up", "before"))
        keys = [f"{of(id)[0]} {word}" for id, word in (*ways, ("pane.back", "goes back")) if of(id)]
        right = "  ".join(keys if alone else [f"{self._at + 1} of {len(self._pictures)}", *keys])
        told = f" {glyphs.dot} ".join(["", *facts])
        # A long name gives way to what is told of the file.
        name = cut(file.name, max(self.width - cell_len(right) - cell_len(told) - 1, LEAST_OF_NAME))
        self.set_title(name + told, right)


_STEPS = {"cursor.down": 1, "row.open": 1, "cursor.page_down": 1, "cursor.half_down": 1}
_STEPS |= {"cursor.up": -1, "cursor.page_up": -1, "cursor.half_up": -1}


@handles(*_STEPS, page="picture")
def step(page: PicturePage, call: Call) -> None:
    """The next picture, or the one before."""
    page.go(page.number + _STEPS[call.id] * (call.count or 1))


@handles("cursor.first", "cursor.last", page="picture")
def end(page: PicturePage, call: Call) -> None:
    """The oldest picture of the conversation, or the newest."""
    page.go(0 if call.id == "cursor.first" else 10**9)


@handles("pane.back", page="picture")
def back(page: PicturePage, call: Call) -> None:
    """To the thread."""
    page.leave()


@handles("picture.look")
async def look(page: InboxPage, call: Call) -> None:
    """The picture of that number; without one the first of the message at hand, else the newest of the conversation."""
    message = await read_at_hand(page)
    pictures = await page.session.reader.all(messages.pictures(message.conversation_id))
    pictures = [file for file in pictures if may_show(file)]
    wanted = _wanted(page, message, call.args.strip())
    if wanted is None:
        here = [number for number, file in enumerate(pictures) if file.message_id == message.id]
        if not pictures:
            raise Refused("this conversation has no pictures")
        at = here[0] if here else len(pictures) - 1
    else:
        at = next((number for number, file in enumerate(pictures) if file.id == wanted.id), -1)
        if at < 0:
            pictures, at = [wanted], 0
    page.open_page(PicturePage(page.session, pictures, at))


def _wanted(page: InboxPage, message: ThreadMessage, number: str) -> AttachmentRow | None:
    """The file of the message at hand with that number. Raises Refused when there is none."""
    if not number:
        return None
    files = files_of(page, message)
    if not number.isdecimal() or not 1 <= int(number) <= len(files):
        raise Refused(f"there is no file {number}")
    return files[int(number) - 1]
