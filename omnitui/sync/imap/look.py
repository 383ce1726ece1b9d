"""Looking at one folder: what is new, what has gone, which flags changed since the last look.

The ledger is the truth of what has been fetched; CONDSTORE and QRESYNC (RFC 7162) only make the look quicker. A full
look compares every UID, so whatever was missed before is found again.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from omnitui.core.times import Instant
from omnitui.store import flags, folders, ledger
from omnitui.store.folders import Cursor, Folder
from omnitui.sync.imap import responses, uids
from omnitui.sync.imap.connection import Connection
from omnitui.sync.imap.responses import Fetched, Selected, Status
from omnitui.sync.writer import Writer

SLICE = 5000
"""UIDs in one question for flags."""
RECENT = 300
"""Newest mails whose flags are compared at every look where the server has no CONDSTORE."""


@dataclass
class FolderWork:
    """One folder while its account is connected."""

    folder: Folder
    begun: bool = False
    """Its first mails have been fetched in this connection."""
    backlog: deque[int] = field(default_factory=deque)
    """UIDs to fetch, in this order."""
    next_uid: int = 0
    """Everything below has been looked at in this connection; 0: nothing yet."""
    modseq: int = 0
    """Flags are known up to here; saved when nothing is left to fetch."""
    status: Status | None = None
    """The server's numbers at the last look."""
    tries: Counter[int] = field(default_factory=Counter)
    """UIDs that the server lists and did not hand out, and how often."""


class Looker:
    """Compares folders of one connection with the cache."""

    def __init__(self, connection: Connection, writer: Writer, clock: Callable[[], Instant]) -> None:
        self._connection = connection
        self._writer = writer
        self._clock = clock

    def look(self, work: FolderWork, *, full: bool = False) -> None:
        """Open the folder and note everything that changed; what is to be fetched is in `work.backlog` then."""
        since = (work.folder.uidvalidity, work.modseq) if work.modseq and work.folder.uidvalidity else None
        found = self._connection.select(work.folder.name, since, examine=True)
        if found.uidvalidity != work.folder.uidvalidity:
            with self._writer.transaction() as cache:
                work.folder = ledger.new_validity(cache, work.folder, found.uidvalidity, self._clock())
            work.backlog.clear()
            work.tries.clear()
            work.next_uid, work.modseq, since = 0, 0, None
        full = full or work.next_uid == 0
        self._flags(work, found, full=full)
        if full:
            self._compare(work, found)
        else:
            self._advance(work, found, exact=since is not None and self._connection.can("QRESYNC"))
        work.modseq = found.modseq
        work.status = Status(found.exists, found.uid_next, found.uidvalidity, found.modseq)
        with self._writer.transaction() as cache:
            folders.set_total(cache, work.folder, found.exists)

    def done(self, work: FolderWork) -> None:
        """Nothing is left to fetch: save how far the folder has been read."""
        with self._writer.transaction() as cache:
            folders.set_cursor(cache, work.folder, Cursor(work.next_uid, 1))
            folders.set_modseq(cache, work.folder, work.modseq)

    def _compare(self, work: FolderWork, found: Selected) -> None:
        """Every UID of the server against the ledger."""
        server = uids.expand(self._connection.search(b"ALL"), most=found.exists * 2 + 10_000)
        with self._writer.reading() as cache:
            known = ledger.known_uids(cache, work.folder)
        listed = set(server)
        self._gone(work, known - listed)
        work.backlog = deque(uid for uid in reversed(server) if uid not in known)
        work.next_uid = max([found.uid_next, *server[-1:], 0]) if found.uid_next else max(server[-1:] or [0]) + 1
        if found.uid_next and server and server[-1] >= found.uid_next:
            work.next_uid = server[-1] + 1

    def _advance(self, work: FolderWork, found: Selected, *, exact: bool) -> None:
        """Only what came after the last look, and what the server says has vanished."""
        if found.uid_next == 0 or found.uid_next > work.next_uid:
            new = uids.expand(self._connection.search(b"UID %d:*" % work.next_uid), most=found.exists + 10_000)
            fresh = [uid for uid in new if uid >= work.next_uid]
            work.backlog.extendleft(fresh)
            work.next_uid = max([found.uid_next, work.next_uid, *(uid + 1 for uid in fresh[-1:])])
        if exact and found.vanished:
            self._drop(work, found.vanished)
        with self._writer.reading() as cache:
            known = folders.by_id(cache, work.folder.id).known
        if known + len(work.backlog) != found.exists:
            self._compare(work, found)

    def _drop(self, work: FolderWork, vanished: uids.Ranges) -> None:
        work.backlog = deque(set_minus(work.backlog, vanished))
        with self._writer.reading() as cache:
            known = ledger.known_uids(cache, work.folder)
        self._gone(work, uids.within(known, vanished))

    def _gone(self, work: FolderWork, gone: Iterable[int]) -> None:
        if listed := list(gone):
            with self._writer.transaction() as cache:
                ledger.mark_gone(cache, work.folder, listed, self._clock())

    def _flags(self, work: FolderWork, found: Selected, *, full: bool) -> None:
        """Flags that other clients changed, for mails that are here already."""
        if self._connection.can("QRESYNC") and work.modseq:
            self.note_flags(work, found.changed)
        elif found.modseq and (work.modseq or (work.folder.modseq and full)):
            since = work.modseq or work.folder.modseq
            if since < found.modseq:
                changed = self._connection.fetch("1:*", f"(UID FLAGS) (CHANGEDSINCE {since})", total=512 * 1024 * 1024)
                self.note_flags(work, list(changed))
        elif found.exists:
            with self._writer.reading() as cache:
                known = sorted(ledger.known_uids(cache, work.folder), reverse=True)
            known = known if full else known[:RECENT]
            for start in range(0, len(known), SLICE):
                wanted = uids.compress(known[start : start + SLICE])
                self.note_flags(work, list(self._connection.fetch(wanted, "(UID FLAGS)")))

    def note_flags(self, work: FolderWork, changed: Iterable[Fetched]) -> None:
        """Merge flags as the server has them now."""
        seen = {one.uid: one.flags.split() for one in changed if one.uid and one.flags is not None}
        if seen:
            with self._writer.transaction() as cache:
                flags.apply_remote(cache, work.folder, seen, self._clock())

    def passing(self, work: FolderWork) -> None:
        """Flags the server told of while doing something else."""
        heard = [responses.fetched(parts) for parts in self._connection.passing]
        self._connection.passing.clear()
        self.note_flags(work, [one for one in heard if one is not None])


def set_minus(wanted: Iterable[int], ranges: uids.Ranges) -> list[int]:
    """`wanted` in its order, without what is in `ranges`."""
    listed = list(wanted)
    out = set(uids.within(listed, ranges))
    return [uid for uid in listed if uid not in out]
