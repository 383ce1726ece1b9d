"""Random days: another program and we change one mailbox in any order; in the end cache and server agree.

In the manner of imaptest: what must hold is checked against the server itself, not against what we believe was done.
"""

from __future__ import annotations

import random
from pathlib import Path

from omnitui.sync.imap.login import Login
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.sync.imap.desk import Desk, mail
from tests.sync.imap.test_imap_orders import order, server_flags

FOLDERS = ("INBOX", "Archive", "Junk")
FLAGS = ("\\Seen", "\\Flagged", "\\Answered")
COLUMNS = {"\\Seen": "seen", "\\Flagged": "flagged", "\\Answered": "answered"}


def random_day(server: Dovecot, user: str, home: Path, seed: int, steps: int = 25) -> list[str]:
    """What is wrong at the end of a day of `steps` random steps; empty when nothing is."""
    draw = random.Random(seed)
    desk = Desk(home, Login(server.name, server.port, "plain", user, "password", PASSWORD))
    try:
        server.append(user, *(mail(n) for n in range(5)))
        desk.sync()
        with desk.writer.transaction() as cache:
            cache.execute("INSERT INTO conversation_tag SELECT id, 'kept' FROM conversation")
        sent, copied = 5, False
        for _ in range(steps):
            what = draw.choice(
                ("mail", "flag", "flag", "move", "expunge", "copy", "our flag", "our flag", "our move", "sync")
            )
            copied |= what == "copy"
            if what == "mail":
                server.append(user, mail(sent), folder=draw.choice(FOLDERS[:2]))
                sent += 1
            elif what == "sync":
                desk.sync()
            elif what.startswith("our"):
                _ours(desk, what, draw)
            else:
                _theirs(server, user, what, draw)
        for _ in range(3):
            desk.sync()
        return _wrong(server, desk, sent, copied=copied)
    finally:
        desk.close()


def _ours(desk: Desk, what: str, draw: random.Random) -> None:
    mids = [row["mid"] for row in desk.ask("SELECT mid FROM message ORDER BY mid")]
    mid, flag, on = draw.choice(mids), draw.choice(FLAGS[:2]), draw.random() < 0.6
    if what == "our move":
        order(desk, "move", {"role": draw.choice(("archive", "junk", "inbox"))}, mid)
        return
    with desk.writer.transaction() as cache:
        cache.execute(f"UPDATE message SET {COLUMNS[flag]} = ? WHERE mid = ?", (int(on), mid))
    order(desk, "flag", {"add": [flag] if on else [], "remove": [] if on else [flag]}, mid)


def _theirs(server: Dovecot, user: str, what: str, draw: random.Random) -> None:
    folder = draw.choice(FOLDERS)
    listed = sorted(server_flags(server, user, folder))
    if not listed:
        return
    uid = str(draw.choice(listed))
    with server.client(user, folder) as other:
        if what == "flag":
            other.uid("STORE", uid, draw.choice("+-") + "FLAGS", f"({draw.choice(FLAGS)})")
        elif what == "expunge":
            other.uid("STORE", uid, "+FLAGS", "(\\Deleted)")
            other.expunge()
        else:
            other.uid(what.upper(), uid, draw.choice([name for name in FOLDERS if name != folder]))


def _wrong(server: Dovecot, desk: Desk, sent: int, *, copied: bool) -> list[str]:
    wrong = []
    try:
        desk.in_step()
    except AssertionError as error:
        wrong.append(str(error))
    if desk.sync():
        wrong.append("one more sync still found something new")
    known = desk.count("message")
    doubles = desk.ask("SELECT mid FROM message GROUP BY mid HAVING count(*) > 1")
    if doubles or known > sent:
        wrong.append(f"{known} messages of {sent} mails")
    if stuck := desk.ask("SELECT kind, state, detail FROM outbox WHERE state NOT IN ('sent', 'cancelled')"):
        wrong.append(f"orders left: {[tuple(row) for row in stuck]}")
    if desk.count("conversation_tag") != 5:
        wrong.append("local work was lost")
    return wrong + _wrong_flags(server, desk, copied=copied)


def _wrong_flags(server: Dovecot, desk: Desk, *, copied: bool) -> list[str]:
    """A mail in one place, that never was in two at once (a copy's flags count too), has the server's flags."""
    rows = desk.ask(
        "SELECT m.mid, m.seen, m.flagged, m.answered, f.name, l.uid FROM message m"
        " JOIN ledger l ON l.message_id = m.id AND l.gone_at IS NULL JOIN folder f ON f.id = l.folder_id"
        " AND f.uidvalidity = l.uidvalidity WHERE ? OR (SELECT count(*) FROM ledger WHERE message_id = m.id) = 1"
        " GROUP BY m.id HAVING count(*) = 1",
        not copied,
    )
    there = {name: server_flags(server, desk.user, name) for name in FOLDERS}
    return [
        f"{row['mid']}: {column} is {row[column]} here, {sorted(there[row['name']][row['uid']])} there"
        for row in rows
        for flag, column in COLUMNS.items()
        if bool(row[column]) != (flag in there[row["name"]].get(row["uid"], set()))
    ]
