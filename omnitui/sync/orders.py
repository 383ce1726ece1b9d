"""What a screen asks of the worker for one person, now: a file out of a mail, a page for the browser, a picture.

The worker reads the mail or the picture (in a child process of its own), the screen only gets a path, or the pixels
that a terminal can show. Works without any network.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from omnitui.config.places import Places
from omnitui.core import pictures
from omnitui.core.errors import NotFound, OmnituiError, Refused
from omnitui.store import messages
from omnitui.sync.mail import opening
from omnitui.sync.mail.pipes import ParseFailed
from omnitui.sync.pictures.opening import MOST_BYTES, raster_of
from omnitui.sync.wire import Answer
from omnitui.sync.writer import Writer

ORDERS = ("file", "page", "picture")
AT_ONCE = 2
"""Mails and pictures that are opened at the same time."""
PAGE_LIFE = 3600.0
"""Seconds after which a page made for the browser is removed."""
LOOK_EVERY = 300.0


class Orders:
    """Carries out `ORDERS`; every answer is `{"done": path or raster}` or `{"refused": words}`."""

    def __init__(self, places: Places, writer: Writer) -> None:
        self._attachments = places.attachments
        self._pages = pages_folder(places)
        self._writer = writer
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def carry_out(self, asked: Mapping[str, Any]) -> Answer:
        """`{"do": "file", "attachment": id}`, `{"do": "page", "message": id}` or `{"do": "picture", "attachment": id,
        "columns": most, "rows": most}`."""
        works: dict[str, Callable[[int], Path | str]]
        works = {"file": self._file, "page": self._page, "picture": partial(self._picture, asked)}
        work = works[str(asked["do"])]
        number = asked.get("attachment", asked.get("message"))
        async with self._turns:
            try:
                if not isinstance(number, int):
                    raise NotFound("it was not said which one")
                return {"done": os.fspath(await asyncio.to_thread(work, number))}
            except OmnituiError as error:
                return {"refused": str(error)}
            except ParseFailed as failure:
                return {"refused": f"the mail could not be opened: {failure}; V shows it as it came"}
            except OSError as error:
                return {"refused": f"it could not be written: {error.strerror}"}

    def _file(self, attachment_id: int) -> Path:
        with self._writer.reading() as cache:
            row = messages.attachment(attachment_id).first(cache)
            if row is None or not row.sha256:
                raise NotFound("this file is not here")
            path = self._attachments / row.sha256
            if path.exists():
                return path
            holder = messages.original_of_attachment(attachment_id).first(cache)
        if holder is None:
            raise NotFound(f"the original of {row.name} is not here")
        content = opening.file_of(holder.data, row.sha256)
        if content is None:
            raise Refused(f"{row.name} cannot be taken out of the mail; V shows the mail as it came")
        return written(path, content)

    def _page(self, message_id: int) -> Path:
        with self._writer.reading() as cache:
            found = messages.original(message_id).first(cache)
        if found is None:
            raise Refused("this message was written here: there is nothing more to show of it")
        page = opening.page_of(found.data)
        if page is None:
            raise Refused("this mail has no HTML: all that it says is on the screen")
        return written(self._pages / f"{message_id}.html", page)

    def _picture(self, asked: Mapping[str, Any], attachment_id: int) -> str:
        columns, rows = asked.get("columns"), asked.get("rows")
        if not isinstance(columns, int) or not isinstance(rows, int):
            raise NotFound("it was not said how large")
        path = self._file(attachment_id)
        try:
            if path.stat().st_size > MOST_BYTES:
                raise Refused(f"it is larger than {MOST_BYTES // 2**20} MB")
            return pictures.packed(raster_of(path.read_bytes(), columns, rows))
        except ParseFailed as failure:
            raise Refused(str(failure)) from failure
        except OSError as error:
            raise Refused(f"it cannot be read: {error.strerror}") from error

    async def tidy(self) -> None:
        """For ever: take away pages that were made for the browser an hour ago."""
        while True:
            await asyncio.to_thread(remove_pages, self._pages, time.time() - PAGE_LIFE)
            await asyncio.sleep(LOOK_EVERY)


def pages_folder(places: Places) -> Path:
    """Where pages for the browser stand for a while."""
    return places.cache / "pages"


def remove_pages(folder: Path, before: float) -> None:
    """Remove pages last written before that moment (seconds since 1970)."""
    with contextlib.suppress(FileNotFoundError):
        for page in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if page.stat().st_mtime < before:
                    page.unlink()


def written(path: Path, content: bytes) -> Path:
    """The content in a file for the user alone, there only when it is whole. Several may write it at one time."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)
    return path
