"""Our changes to the server: flags, moves, and attachments asked for; claimed from the outbox, settled when done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from omnitui.core.times import MINUTE, Instant
from omnitui.store import flags, folders, outbox, whereabouts
from omnitui.store.outbox import OutboxItem
from omnitui.store.whereabouts import Place
from omnitui.sync.imap import uids
from omnitui.sync.imap.connection import CommandRefused, Connection, mailbox
from omnitui.sync.imap.large import fetch_part
from omnitui.sync.imap.look import FolderWork, Looker
from omnitui.sync.imap.setting import Setting

LEASE = 5 * MINUTE
MOST = 200
"""Orders taken at once; those of one kind for one folder become one command."""
TRIES = 5
LOOKS = 3
"""How often a mail is looked for that is not where it was."""
FROM = ("inbox", "archive", "junk", "")
"""Roles of folders that a move takes a mail out of; the copy in Sent stays."""


class Pusher:
    """Carries out the orders of one account on its connection."""

    def __init__(self, connection: Connection, setting: Setting, looker: Looker) -> None:
        self._connection, self._looker = connection, looker
        self._writer, self._clock, self._account_id = setting.writer, setting.clock, setting.account_id
        self._owner, self._attachments = setting.owner, setting.attachments

    def push(self, works: Sequence[FolderWork]) -> bool:
        """Carry out what is due. True when folders are to be looked at and this called again: mails have been moved, or
        some were not where they were at the last look."""
        items = self._claim()
        if not items:
            return False
        open_items = {item.id: item for item in items}
        try:
            look = self._flags([item for item in items if item.kind == "flag"], works, open_items)
            for item in items:
                if item.kind != "flag":
                    look |= self._one(item, open_items)
        finally:
            self._give_back(open_items.values(), "the connection was lost; it is tried again")
        return look or len(items) == MOST

    def _claim(self) -> list[OutboxItem]:
        items: list[OutboxItem] = []
        kinds = ("flag", "move", "fetch")
        with self._writer.transaction() as cache:
            while len(items) < MOST and (
                item := outbox.claim(cache, kinds, self._account_id, owner=self._owner, now=self._clock(), lease=LEASE)
            ):
                items.append(item)
        return items

    def _give_back(self, items: Iterable[OutboxItem], detail: str) -> None:
        with self._writer.transaction() as cache:
            for item in items:
                outbox.retry_at(cache, item.id, self._clock(), detail)

    def _settle(self, items: Iterable[OutboxItem], open_items: dict[str, OutboxItem], detail: str = "") -> None:
        with self._writer.transaction() as cache:
            for item in items:
                outbox.settle(cache, item.id, "sent", detail, self._clock())
                open_items.pop(item.id, None)

    def _refused(self, item: OutboxItem, open_items: dict[str, OutboxItem], reason: str) -> None:
        """Try again later, a few times; then tell."""
        open_items.pop(item.id, None)
        with self._writer.transaction() as cache:
            if item.attempts >= TRIES:
                outbox.settle(cache, item.id, "failed", reason, self._clock())
            else:
                wait = MINUTE * 2 ** max(0, item.attempts - 1)
                outbox.retry_at(cache, item.id, Instant(self._clock() + wait), reason)

    def _not_found(self, items: Iterable[OutboxItem], open_items: dict[str, OutboxItem]) -> None:
        """Their mails are not where they were: somebody has moved or deleted them. Again after a look, then no more."""
        listed = list(items)
        self._settle([i for i in listed if i.attempts >= LOOKS], open_items, "the mail is not on the server any more")
        again = [i for i in listed if i.attempts < LOOKS]
        for item in again:
            open_items.pop(item.id, None)
        self._give_back(again, "its mail is being looked for")

    def _one(self, item: OutboxItem, open_items: dict[str, OutboxItem]) -> bool:
        """A move or an attachment. True when the folders are to be looked at."""
        try:
            detail = self._move(item) if item.kind == "move" else self._fetch(item)
        except CommandRefused as refusal:
            self._refused(item, open_items, str(refusal))
            return False
        if detail is None:
            self._not_found([item], open_items)
            return True
        self._settle([item], open_items, detail)
        return item.kind == "move" and not detail

    # -- flags

    def _flags(self, items: list[OutboxItem], works: Sequence[FolderWork], open_items: dict[str, OutboxItem]) -> bool:
        """One STORE for all mails of a folder that get or lose the same flag; +FLAGS and -FLAGS only, never FLAGS."""
        where = self._places(items)
        changes = self._changes(items, where)
        refused = ""
        for (folder, validity, change), wanted in sorted(changes.items()):
            try:
                self._store(folder, validity, change, wanted, works)
            except CommandRefused:
                # Some may have been expunged meanwhile; the others must have their flag all the same.
                refused = self._store_left(folder, validity, change, wanted, works) or refused
        if refused:
            for item in items:
                self._refused(item, open_items, refused)
            return False
        there = self._read_back(changes)
        found = [i for i in items if any((p.folder, p.uid) in there for p in where.get(i.message_id or 0, ()))]
        self._settle(found, open_items)
        for folder, flags_now in _by_folder(there).items():
            self._note(folder, flags_now)
        lost = [item for item in items if item not in found]
        self._not_found(lost, open_items)
        return any(item.attempts < LOOKS for item in lost)

    def _changes(self, items: list[OutboxItem], where: dict[int, list[Place]]) -> dict[tuple[str, int, str], set[int]]:
        """What to tell of which UIDs, by folder and UIDVALIDITY. The last order about a flag holds."""
        signs: dict[tuple[int, str], str] = {}
        with self._writer.reading() as cache:
            for order in whereabouts.flag_orders(where).all(cache):
                signs.update(((order.message_id, flag), "+") for flag in _flag_names(order.payload.get("add")))
                signs.update(((order.message_id, flag), "-") for flag in _flag_names(order.payload.get("remove")))
        touched = {
            (item.message_id or 0, flag)
            for item in items
            for key in ("add", "remove")
            for flag in _flag_names(item.payload.get(key))
        }
        changes: dict[tuple[str, int, str], set[int]] = defaultdict(set)
        for message_id, flag in touched:
            for place in where.get(message_id, ()):
                change = f"{signs.get((message_id, flag), '+')}FLAGS.SILENT ({flag})"
                changes[place.folder, place.uidvalidity, change].add(place.uid)
        return changes

    def _store(self, folder: str, validity: int, change: str, wanted: set[int], works: Sequence[FolderWork]) -> None:
        """With CONDSTORE only where nobody else changed the mail since our last look; those are looked at first."""
        if not self._open(folder, validity):
            return
        work = next((work for work in works if work.folder.name == folder), None)
        if work is not None and work.modseq and self._connection.can("CONDSTORE"):
            condition = f"(UNCHANGEDSINCE {work.modseq}) ".encode()
            wanted = self._command(wanted, condition + change.encode())
            if wanted:
                found = list(self._connection.fetch(uids.compress(wanted), "(UID FLAGS)"))
                self._looker.note_flags(work, found)
        if wanted:
            self._command(wanted, change.encode())

    def _command(self, wanted: Iterable[int], change: bytes) -> set[int]:
        """Gives the UIDs that somebody else has modified meanwhile (RFC 7162 3.1.3)."""
        for parts in self._connection.run(b"UID STORE", uids.compress(wanted).encode(), change):
            self._connection.note(parts)
        return set(uids.expand(self._connection.modified(), 1_000_000))

    def _read_back(self, changes: dict[tuple[str, int, str], set[int]]) -> dict[tuple[str, int], list[str]]:
        """The flags as the server has them now, by folder and UID; what is missing is not there."""
        asked: dict[tuple[str, int], set[int]] = defaultdict(set)
        for (folder, validity, _), wanted in changes.items():
            asked[folder, validity] |= wanted
        there: dict[tuple[str, int], list[str]] = {}
        for (folder, validity), wanted in asked.items():
            if self._open(folder, validity):
                for one in self._connection.fetch(uids.compress(wanted), "(UID FLAGS)"):
                    there[folder, one.uid] = (one.flags or "").split()
        return there

    def _note(self, folder: str, found: dict[int, list[str]]) -> None:
        """What the server has now is the base for the next comparison."""
        with self._writer.transaction() as cache:
            for row in folders.by_account(self._account_id).all(cache):
                if row.name == folder:
                    flags.apply_remote(cache, row, found, self._clock())

    # -- moves and attachments

    def _move(self, item: OutboxItem) -> str | None:
        role = str(item.payload.get("role", ""))
        with self._writer.reading() as cache:
            target = next((f for f in folders.by_account(self._account_id).all(cache) if f.role == role), None)
        if target is None:
            raise CommandRefused(f"no {role} folder was found; name one in the config ({role}_folder)", "NOFOLDER")
        places = [p for p in self._places([item]).get(item.message_id or 0, ()) if p.role in FROM and p.role != role]
        moved = False
        for place in places:
            if self._open(place.folder, place.uidvalidity):
                moved |= self._move_one(place, target.name, again=item.attempts > 1)
        if moved:
            return ""
        elsewhere = any(place.role == role for place in self._places([item]).get(item.message_id or 0, ()))
        return "it is there already" if elsewhere and not places else None

    def _store_left(
        self, folder: str, validity: int, change: str, wanted: set[int], works: Sequence[FolderWork]
    ) -> str:
        """Once more for those that are still there; gives why the server refuses these too."""
        left = self._still_there(folder, validity, wanted)
        try:
            if left:
                self._store(folder, validity, change, left, works)
        except CommandRefused as refusal:
            return str(refusal)
        return ""

    def _still_there(self, folder: str, validity: int, wanted: set[int]) -> set[int]:
        """Those of the UIDs that the server has now."""
        if self._connection.select(folder).uidvalidity != validity:
            return set()
        listed = uids.compress(wanted).encode()
        return set(uids.expand(self._connection.search(b"UID " + listed), most=len(wanted) + 1))

    def _move_one(self, place: Place, target: str, *, again: bool) -> bool:
        """MOVE (RFC 6851), or copy and expunge of this UID only, never EXPUNGE of whatever else is marked. False when
        the mail was not there any more."""
        uid = {place.uid}
        if not self._still_there(place.folder, place.uidvalidity, uid):
            return False
        wire = str(place.uid).encode()
        try:
            if self._connection.can("MOVE"):
                self._connection.run(b"UID MOVE", wire, mailbox(target))
                return True
            if not (again and self._copied(place, target)):
                self._open(place.folder, place.uidvalidity)
                self._connection.run(b"UID COPY", wire, mailbox(target))
            self._open(place.folder, place.uidvalidity)
            self._connection.run(b"UID STORE", wire, b"+FLAGS.SILENT (\\Deleted)")
            if self._connection.can("UIDPLUS"):
                self._connection.run(b"UID EXPUNGE", wire)
        except CommandRefused:
            if self._still_there(place.folder, place.uidvalidity, uid):
                raise
            return False
        return True

    def _copied(self, place: Place, target: str) -> bool:
        """After a broken try: is the copy there already?"""
        self._connection.select(target, examine=True)
        return bool(place.mid) and bool(self._connection.search_header("Message-ID", place.mid))

    def _fetch(self, item: OutboxItem) -> str | None:
        with self._writer.reading() as cache:
            part = whereabouts.remote_part(int(item.payload.get("attachment_id", 0))).first(cache)
        if part is None:
            return "it is here already"
        for place in self._places([item], message_id=part.message_id).get(part.message_id, ()):
            if self._open(place.folder, place.uidvalidity, write=False):
                arrived = fetch_part(self._connection, place.uid, part.part, self._attachments)
                if arrived is not None:
                    with self._writer.transaction() as cache:
                        whereabouts.part_arrived(cache, part, *arrived)
                    return ""
        return None

    def _places(self, items: Iterable[OutboxItem], message_id: int | None = None) -> dict[int, list[Place]]:
        ids = {message_id} if message_id else {item.message_id for item in items}
        found: dict[int, list[Place]] = defaultdict(list)
        with self._writer.reading() as cache:
            for place in whereabouts.places([i for i in ids if i is not None]).all(cache):
                found[place.message_id].append(place)
        return found

    def _open(self, folder: str, validity: int, *, write: bool = True) -> bool:
        """Select the folder for changes; False when its UIDs mean something else by now."""
        if self._connection.folder == folder and (self._connection.writable or not write):
            return True
        return self._connection.select(folder, examine=not write).uidvalidity == validity


def _by_folder(there: dict[tuple[str, int], list[str]]) -> dict[str, dict[int, list[str]]]:
    found: dict[str, dict[int, list[str]]] = defaultdict(dict)
    for (folder, uid), now in there.items():
        found[folder][uid] = now
    return found


def _flag_names(names: object) -> list[str]:
    """Flags as they may stand in a command; anything that is no flag is left out (RFC 9051 flag)."""
    listed = names if isinstance(names, list) else []
    return [
        n
        for n in listed
        if isinstance(n, str) and n.strip("\\").replace("$", "").replace("-", "").isalnum() and n.isascii()
    ]
