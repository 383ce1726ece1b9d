"""The screen while the worker syncs hostile mail and chats: every key is painted, and nothing foreign is shown.

    python -m campaigns.hostile_screen [--presses 400]

A Dovecot serves every mail of `campaigns.hostile_mail` among ordinary ones, and a chat service has customers whose
every word, name, room, file, edit and reaction is hostile. The screen starts on an empty cache, the worker pulls, and j
and k are pressed ten times a second until everything is here; then each chat is read. Prints one JSON object.
Exit status 1 when a mail has no ledger row, a message of a chat is missing, a key's p99 is over 100 ms, or a control
byte came through.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from bench.keys import PAUSE
from bench.mailbox import Mailbox
from bench.terminal import Terminal, running
from campaigns._hostile_strings import strings
from campaigns.hostile_mail import CASES
from omnitui.core.channel_events import (
    ConversationEvent,
    Direction,
    EditedEvent,
    Event,
    GapEvent,
    MessageEvent,
    Person,
    ReactionEvent,
    RemoteFile,
    TypingEvent,
)
from omnitui.core.times import Instant
from omnitui.sync.channels.file.lines import to_line
from tests.e2e.desk import Desk
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import SmtpSink

ORDINARY = 300
CHATS = 1500
"""Messages of the chat service."""
LIMIT_MS = 100
FOREIGN = re.compile("\x1b(?:]52;|[P_^X])|[\x80-\x9f\u202a-\u202e\u2066-\u2069]")
"""Clipboard, device control, application and privacy strings, C1 controls, bidirectional overrides and isolates."""


def stored(cache: Path) -> tuple[int, int]:
    """How many UIDs have a row, and how many of them are quarantined."""
    if not cache.exists():
        return 0, 0
    reader = sqlite3.connect(f"file:{cache}?mode=ro", uri=True)
    try:
        rows = reader.execute("SELECT count(*), coalesce(sum(outcome = 'quarantined'), 0) FROM ledger").fetchone()
    except sqlite3.OperationalError:
        return 0, 0
    finally:
        reader.close()
    return int(rows[0]), int(rows[1])


def fill_service(home: Path, texts: list[str]) -> int:
    """A chat service with hostile customers, in the config; gives how many messages they wrote."""
    service = home / "chat"
    service.mkdir()
    with (home / "config" / "config.toml").open("a", encoding="utf-8") as config:
        config.write(f'\n[[account]]\nname = "chat"\nchannel = "fake"\n[account.fake]\nfolder = "{service}"\n')
    now = time.time_ns() // 1_000_000
    with (service / "in.jsonl").open("w", encoding="utf-8") as file:
        for number, text in enumerate(texts):
            for event in _said(number, text, Instant(now - (len(texts) - number) * 1000)):
                file.write(to_line(event) + "\n")
    return len(texts)


def _said(number: int, text: str, at: Instant) -> list[Event]:
    """One message, and what happens to it."""
    chat, id = f"c{number % 20}", f"m{number}"
    who = Person(f"{text}{number % 20}", text, text, text, text, text)
    file = (RemoteFile(text, text, text, 9, lost=text),) if number % 3 == 0 else ()
    return [
        MessageEvent(
            conversation=chat, remote_id=id, at=at, direction=Direction.IN, author=who, text=text, title=text,
            files=file, notices=(text,), kind=("chat", "call", "poll", text)[number % 4], reply_to=f"m{number - 20}",
        ),
        EditedEvent(conversation=chat, remote_id=id, at=Instant(at + 1), text=f"{text} edited"),
        ReactionEvent(conversation=chat, remote_id=id, at=at, person=who, emoji=(text,)),
        ConversationEvent(conversation=chat, at=at, title=text, assignee=text, tags=(text,), barred=text, url=text),
        GapEvent(conversation=chat, since=at, until=at, reason=text),
        TypingEvent(conversation=chat, person=who),
    ]  # fmt: skip


def in_chats(cache: Path) -> int:
    """How many messages of the chat service are here."""
    reader = sqlite3.connect(f"file:{cache}?mode=ro", uri=True)
    try:
        return int(reader.execute("SELECT count(*) FROM message WHERE remote_id <> ''").fetchone()[0])
    finally:
        reader.close()


def read_chats(terminal: Terminal, cache: Path, said: int) -> None:
    """Wait for all messages, then go through every chat, folds and earlier texts opened."""
    end = time.monotonic() + 120
    while in_chats(cache) < said and time.monotonic() < end:
        terminal.read(0.2)
    for key in ("g", "a", "/", "channel:fake", "\r"):
        press(terminal, key, settle=0.3)
    press(terminal, "\r", settle=0.5)
    for _ in range(20):
        for key in ("v", "g", "g", *["\x1b[6~"] * 8, "G", "J"):
            press(terminal, key, settle=0.1)


def press(terminal: Terminal, key: str, settle: float) -> tuple[float, int]:
    """Milliseconds until the first burst of the answer was over, and its bytes; then what follows within `settle`."""
    terminal.type(key)
    begun = ended = time.monotonic()
    size = len(terminal.some(1.0))
    while size:
        ended = time.monotonic()
        more = len(terminal.some(PAUSE / 1000))
        if not more:
            break
        size += more
    terminal.read(settle)
    return (ended - begun) * 1000, size


def keys_while_syncing(terminal: Terminal, cache: Path, wanted: int, presses: int) -> tuple[list[float], int]:
    """Times of the keys pressed until all is there (and at least `presses` of them); how many brought no output."""
    times, missed, begun = [], 0, time.monotonic()
    while (len(times) < presses or stored(cache)[0] < wanted) and time.monotonic() - begun < 300:
        pressed = time.monotonic()
        taken, size = press(terminal, "k" if len(times) // 12 % 2 else "j", settle=0.1)
        if size:
            times.append(taken)
        else:
            missed += 1
        time.sleep(max(0.0, 0.1 - (time.monotonic() - pressed)))
    return sorted(times), missed


def measure(presses: int) -> dict[str, object]:
    """One run."""
    with Dovecot() as dovecot, tempfile.TemporaryDirectory() as folder:
        box = Mailbox()
        hostile = [make() for make in CASES.values()]
        dovecot.fill("desk", [*hostile, *(box.mail(number) for number in range(ORDINARY))])
        desk = Desk(Path(folder), dovecot, SmtpSink(port=1))
        said = fill_service(desk.home, strings(CHATS))
        os.environ.update({name: desk.env[name] for name in ("OMNITUI_PASSWORD_SUPPORT", "PYTHONPATH")})
        cache, wanted = Path(folder) / "data" / "cache.db", len(hostile) + ORDINARY
        with running(Path(folder), "run") as terminal:
            terminal.until("longest first")
            while stored(cache)[0] < 20:
                terminal.read(0.1)
            times, missed = keys_while_syncing(terminal, cache, wanted, presses)
            read_chats(terminal, cache, said)
            output = terminal.output
        rows, quarantined = stored(cache)
        chats = in_chats(cache)
    return {
        "mails": wanted,
        "ledger_rows": rows,
        "quarantined": quarantined,
        "chat_messages_missing": said - chats,
        "presses": len(times),
        "missed": missed,
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[int(len(times) * 0.99) - 1], 1),
        "max_ms": round(times[-1], 1),
        "foreign_sequences": len(FOREIGN.findall(output.decode("utf-8", "replace"))),
    }


def main() -> None:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presses", type=int, default=400)
    given = parser.parse_args()
    if problem := Dovecot.missing():
        sys.exit(problem)
    result = measure(given.presses)
    print(json.dumps(result, indent=1))
    good = result["ledger_rows"] == result["mails"] and not result["chat_messages_missing"]
    good = good and not result["foreign_sequences"]
    sys.exit(0 if good and float(str(result["p99_ms"])) <= LIMIT_MS else 1)


if __name__ == "__main__":
    main()
