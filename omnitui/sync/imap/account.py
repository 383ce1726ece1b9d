"""The loop of one account: connect, look, fetch newest first, stay in step; in a thread of its own."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from enum import StrEnum

from omnitui.core.errors import Offline
from omnitui.core.models import AccountId
from omnitui.store import accounts, folders, ledger
from omnitui.sync.imap.connection import CommandRefused, Connection
from omnitui.sync.imap.folders import Found, sort_out
from omnitui.sync.imap.idle import Listener
from omnitui.sync.imap.large import fetch_large
from omnitui.sync.imap.look import FolderWork, Looker
from omnitui.sync.imap.prepare import unfetchable
from omnitui.sync.imap.pull import Pipeline
from omnitui.sync.imap.push import Pusher
from omnitui.sync.imap.setting import Setting
from omnitui.sync.imap.suspects import Suspects

FIRST_SEGMENT = 300
"""Mails of each folder fetched before any folder is read to its end."""
SEGMENT = 4000
"""Mails fetched before the loop looks whether something else has come up."""
LIST_EVERY = 10
"""Polls after which the list of folders is asked for again."""
PATIENCE = 3
"""Looks at which a mail may be listed and not handed out before it gets a row that says so."""


class Wake(StrEnum):
    """Why the loop is woken."""

    MAIL = "mail"
    """The inbox may have changed."""
    SYNC = "sync"
    """Somebody asked to look at everything now."""
    OUTBOX = "outbox"
    STOP = "stop"


class AccountSync:
    """`run` until `wake(Wake.STOP)`; with `once` until all is in step. Raises what a new connection mends."""

    def __init__(
        self,
        setting: Setting,
        *,
        once: bool = False,
        synced: Callable[[], None] = lambda: None,
        suspects: Suspects | None = None,
    ) -> None:
        self._setting = setting
        self._once = once
        self._synced = synced
        self._events: queue.SimpleQueue[Wake] = queue.SimpleQueue()
        self._works: list[FolderWork] = []
        self._connection: Connection | None = None
        self._suspects = Suspects() if suspects is None else suspects
        self._pipeline = Pipeline(
            setting.writer, setting.clock, setting.limit, self._suspects, niceness=setting.niceness
        )
        self._listener: Listener | None = None
        self._stopping = False
        self._polls = 0
        self.new = 0
        """Messages that this loop has brought."""

    def wake(self, why: Wake) -> None:
        """From any thread."""
        if why is Wake.STOP:
            self._stopping = True
            if self._connection is not None:
                self._connection.abort()
        elif self._listener is not None:
            self._listener.busy()
        self._events.put(why)

    def run(self) -> None:
        """Connect and stay in step. Raises Offline, LoginRefused, ProtocolError or SecretError."""
        try:
            self._say("connecting", "")
            self._connection = connection = Connection(self._setting.login())
            connection.enable()
            self._looker = Looker(connection, self._setting.writer, self._setting.clock)
            self._pusher = Pusher(connection, self._setting, self._looker)
            self._discover(connection)
            self._say("online", "")
            if not self._once and connection.can("IDLE") and self._works:
                self._listener = Listener(
                    self._setting.login, self._works[0].folder.name, lambda: self._events.put(Wake.MAIL)
                )
                self._listener.start()
            self._loop(connection)
            connection.close()
        except Offline:
            if not self._stopping:
                raise
        finally:
            if self._listener is not None:
                self._listener.stop()
            self._pipeline.close()
            if self._connection is not None:
                self._connection.abort()

    def _loop(self, connection: Connection) -> None:
        poll_at = time.monotonic() + self._setting.poll_seconds
        if self._works and not any(work.next_uid == 0 or work.backlog for work in self._works):
            # All is as it was left: the first look is at once, not when it is time to poll.
            poll_at = 0.0
        in_step = False
        while not self._stopping:
            busy = self._busy()
            whys = self._wakes(max(0.0, poll_at - time.monotonic()) if in_step and not busy else 0.0)
            begun = all(work.begun for work in self._works)
            look = begun and self._pusher.push(self._works)
            if look:
                poll_at = 0.0
                for work in self._works:
                    work.status = None
            if Wake.MAIL in whys and self._works:
                self._attempt(self._works[0], self._looker.look)
            if Wake.SYNC in whys or (busy is None and time.monotonic() >= poll_at):
                self._poll(connection, again=Wake.SYNC in whys)
                poll_at = time.monotonic() + self._setting.poll_seconds
            elif busy is not None:
                self._attempt(busy, self._advance)
            in_step = begun and not look and self._busy() is None
            if in_step:
                self._synced()
                if self._once:
                    return

    def _busy(self) -> FolderWork | None:
        """The folder to go on with: each is begun before any is read to its end."""
        new = next((work for work in self._works if not work.begun), None)
        return new or next((work for work in self._works if work.backlog), None)

    def _wakes(self, seconds: float) -> set[Wake]:
        """What has come up, waiting at most so long for the first."""
        whys: set[Wake] = set()
        try:
            whys.add(self._events.get(timeout=seconds) if seconds else self._events.get_nowait())
            while True:
                whys.add(self._events.get_nowait())
        except queue.Empty:
            return whys

    def _discover(self, connection: Connection) -> None:
        """Ask for the folders; one that is gone has its mails marked so, a new one is read."""
        found = sort_out(connection.folders(), self._setting.account)
        names = {one.name for one in found}
        before = {work.folder.name: work for work in self._works}
        with self._setting.writer.transaction() as cache:
            for old in folders.by_account(self._setting.account_id).all(cache):
                if old.name not in names and old.total:
                    ledger.mark_gone(cache, old, ledger.known_uids(cache, old), self._setting.clock())
                    folders.set_total(cache, old, 0)
            self._works = [self._work(cache_row, one, before) for one in found if (cache_row := folders.upsert(
                cache, self._setting.account_id, one.name, one.role)) and one.kept]  # fmt: skip

    @staticmethod
    def _work(folder: folders.Folder, found: Found, before: dict[str, FolderWork]) -> FolderWork:
        return before.get(found.name) or FolderWork(folder)

    def _poll(self, connection: Connection, *, again: bool) -> None:
        """One round trip over all folders; only those whose numbers changed are looked at."""
        self._polls += 1
        if again or self._polls % LIST_EVERY == 0:
            self._discover(connection)
        connection.leave()
        numbers = connection.status([work.folder.name for work in self._works])
        for work, status in zip(self._works, numbers, strict=True):
            if status is not None and (status != work.status or not status.modseq):
                self._attempt(work, self._looker.look)

    def _advance(self, work: FolderWork) -> None:
        """Look at a folder for the first time, or fetch the next of its mails."""
        connection = self._connection
        assert connection is not None  # noqa: S101 - run() has set it
        count = SEGMENT if work.begun else FIRST_SEGMENT
        work.begun = True
        if work.next_uid == 0 or connection.folder != work.folder.name:
            self._looker.look(work)
        wanted, hopeless = self._suspects.next(work.folder, work.backlog, count)
        if hopeless:
            self._give_up(work, wanted[0], "the server hung up each time it was asked for")
        elif wanted:
            pulled = self._pipeline.pull(connection, work.folder, wanted)
            self.new += pulled.new
            for mail in pulled.large:
                whole = fetch_large(connection, mail, self._setting.clock())
                self.new += self._pipeline.store(work.folder, [whole] if whole else [])
            asked = set(wanted)
            work.backlog = type(work.backlog)(uid for uid in work.backlog if uid not in asked)
            self._looker.passing(work)
            self._not_given(connection, work, pulled.missing, pulled.refusal)
        if not work.backlog:
            self._looker.done(work)

    def _not_given(self, connection: Connection, work: FolderWork, missing: list[int], refusal: str) -> None:
        """Mails asked for that did not come: expunged meanwhile, or such as the server cannot hand out."""
        for uid in missing:
            still = bool(connection.search(b"UID %d" % uid, most=1))
            if not still:
                continue
            work.tries[uid] += 1
            pulled = self._pipeline.pull(connection, work.folder, [uid])
            if pulled.missing and (work.tries[uid] >= PATIENCE or self._once):
                self._give_up(work, uid, pulled.refusal or refusal)
            elif pulled.missing:
                work.status = None

    def _give_up(self, work: FolderWork, uid: int, reason: str) -> None:
        """A row that says so, and the sync goes on."""
        self._pipeline.store(work.folder, [unfetchable(uid, work.folder, reason, self._setting.clock())])
        self._suspects.clear(work.folder, [uid])
        if uid in work.backlog:
            work.backlog.remove(uid)

    def _attempt(self, work: FolderWork, step: Callable[[FolderWork], None]) -> None:
        """A folder that the server refuses (deleted, no rights) must not stop the others."""
        try:
            step(work)
        except CommandRefused as refusal:
            self._works = [other for other in self._works if other is not work]
            self._say("online", f"{work.folder.name}: {refusal}")

    def _say(self, state: str, detail: str) -> None:
        with self._setting.writer.transaction() as cache:
            accounts.set_state(cache, AccountId(self._setting.account_id), state, detail, self._setting.clock())
