"""What else is done at the other side: changes that are no messages; files and older messages brought here."""

from __future__ import annotations

import asyncio
import hashlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused, SecretError
from omnitui.core.text.clean import safe_text
from omnitui.core.times import DAY, MINUTE, SECOND, Instant
from omnitui.store import outbox
from omnitui.store.chat import backfilled, files, older, scene
from omnitui.store.chat import sending as chat_sending
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.outbox import OutboxItem
from omnitui.sync.channels.contract import Action, Connector
from omnitui.sync.http.messages import TooMany
from omnitui.sync.outbox.backoff import after
from omnitui.sync.outbox.desk import Desk

LEASE = 10 * MINUTE
STALE = DAY
"""After that nobody needs to be shown any more that we have read."""
MOST_TRIES = 12
MOST_PAGES = 10
"""Pages that one order for older messages looks through for one that is not here yet."""


class Errands:
    """The changes and fetches of one account; doing one twice does no harm."""

    def __init__(
        self, desk: Desk, account: ChatAccount, connector: Connector, attachments: Path, clock: Callable[[], Instant]
    ) -> None:
        self._desk, self._account, self._connector = desk, account, connector
        self._attachments, self._clock = attachments, clock
        self._owner = f"{os.getpid()} {uuid.uuid4()}"
        self.stopping = False

    async def turn(self) -> int:
        """Do all that is due now; how many items that were."""
        done = 0
        while not self.stopping and (item := await self._claim()):
            await self._do(item)
            done += 1
        return done

    async def _claim(self) -> OutboxItem | None:
        return await self._desk.do(
            outbox.claim, ["act", "fetch"], self._account.id, owner=self._owner, now=self._clock(), lease=LEASE
        )

    async def _do(self, item: OutboxItem) -> None:
        now, desk = self._clock(), self._desk
        try:
            detail = await self._carry_out(item)
        except TooMany as error:
            at = Instant(now + max(1, round(error.wait)) * SECOND)
            await desk.do(outbox.retry_at, item.id, at, _words(error))
        except (Offline, LoginRefused, SecretError, ProtocolError) as error:
            if isinstance(error, ProtocolError) and item.attempts >= MOST_TRIES:
                await self._give_up(item, _words(error))
            else:
                await desk.do(outbox.retry_at, item.id, after(item.attempts, now), _words(error))
        except (Refused, NotFound) as error:
            await self._give_up(item, _words(error))
        else:
            await desk.do(outbox.settle, item.id, "sent", detail, now)

    async def _carry_out(self, item: OutboxItem) -> str:
        if item.kind == "act":
            return await self._act(item)
        return await (self._older(str(item.payload["older"])) if "older" in item.payload else self._fetch(item))

    async def _give_up(self, item: OutboxItem, why: str) -> None:
        if "older" in item.payload:
            remote = str(item.payload["older"])
            await self._desk.do(older.refused, self._account.id, remote, why, self._clock())
        await self._desk.do(chat_sending.gave_up, item, why, self._clock())

    async def _act(self, item: OutboxItem) -> str:
        kind = str(item.payload["kind"])
        if kind == "read" and self._clock() - item.created_at > STALE:
            return "too late to matter"
        remote_id = await self._desk.do(chat_sending.remote_message, item)
        if kind in ("edit", "delete", "react") and not remote_id:
            raise Offline("the message itself has not reached the channel yet")
        number = item.conversation_id or 0
        conversation = await self._desk.do(scene.remote_of, number)
        receipt = await self._connector.act(
            Action(kind=kind, conversation=conversation, remote_id=remote_id, value=item.payload.get("value") or {})
        )
        if receipt.state == "rejected":
            raise Refused(receipt.detail or "the channel did not take it")
        return receipt.detail

    async def _older(self, remote: str) -> str:
        """Older messages, until one came that was not here, or there are none. A page that is stored is not asked for
        again, so that one may die in between."""
        for _ in range(MOST_PAGES):
            before = await self._desk.do(older.place, self._account.id, remote)
            batch = await self._connector.backfill(remote, before)
            page = backfilled.Page(batch.events, batch.next_cursor, batch.more)
            found = await self._desk.do(backfilled.arrived, self._account, remote, before, page, self._clock())
            if found.new or found.ended:
                break
        return ""

    async def _fetch(self, item: OutboxItem) -> str:
        number = int(item.payload.get("attachment_id", 0))
        wanted = await self._desk.do(lambda cache: files.wanted(number).first(cache))
        if wanted is None:
            return "it is here already"
        await asyncio.to_thread(self._attachments.mkdir, mode=0o700, parents=True, exist_ok=True)
        part = self._attachments / f".{os.getpid()}-channel-{number}.part"
        try:
            sha256, size = await self._write(part, wanted.ref)
        except NotFound as error:
            await self._desk.do(files.lost, wanted, str(error))
            raise
        except OSError as error:
            # A full disk, for one: nothing is lost by waiting, and the whole file is not fetched again each moment.
            raise Offline(f"the file cannot be kept here: {error.strerror}") from error
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        await self._desk.do(files.arrived, wanted, sha256, size)
        return ""

    async def _write(self, part: Path, ref: str) -> tuple[str, int]:
        """The file in place under its hash; gives that and the size."""
        opened = await asyncio.to_thread(_fresh, part)
        with os.fdopen(opened, "w+b") as file:
            await self._connector.fetch_attachment(ref, file)
            return await asyncio.to_thread(_put, file, part, self._attachments)


def _words(error: Exception) -> str:
    """What went wrong, fit to be shown: the other side's own words may stand in it."""
    return safe_text(str(error), lines=False)


def _fresh(part: Path) -> int:
    part.unlink(missing_ok=True)
    return os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _put(written: BinaryIO, part: Path, folder: Path) -> tuple[str, int]:
    written.flush()
    os.fsync(written.fileno())
    with open(part, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = part.stat().st_size
    part.replace(folder / digest)
    return digest, size
