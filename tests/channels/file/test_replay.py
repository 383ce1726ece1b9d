"""A file account on an export: it is replayed into the inbox as history, and what a newer export adds is new."""

from __future__ import annotations

import io
import json
import mailbox
import os
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from omnitui.core.channel_events import Direction, Event, MessageEvent
from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Batch, Outbound, PullBudget
from omnitui.sync.channels.file import CAN
from omnitui.sync.channels.file.connector import FileConnector
from omnitui.sync.channels.file.settings import FileSettings
from tests.channels.desk import Desk
from tests.channels.file.rig import FileRig

NOW = Instant(1_790_000_000_000)
WORDS = ["Where is my parcel?", "On its way.", "It has come"]


def telegram(path: Path, words: list[str]) -> None:
    messages = [
        {"id": n, "type": "message", "date_unixtime": str(1_700_000_000 + n), "text": text, "from_id": f"user{n % 2}",
         "from": "Shop" if n % 2 else "Ana"} for n, text in enumerate(words)
    ]  # fmt: skip
    chat = {"name": "Ana", "type": "personal_chat", "id": 7, "messages": messages}
    path.write_text(json.dumps(chat, indent=1), encoding="utf-8")


def telegram_all(path: Path, words: list[str]) -> None:
    telegram(path, words)
    path.write_text(json.dumps({"about": "x", "chats": {"list": [json.loads(path.read_text())]}}), encoding="utf-8")


def whatsapp(path: Path, words: list[str]) -> None:
    lines = [f"31/01/24, 18:{n:02} - {'Shop' if n % 2 else 'Ana'}: {text}" for n, text in enumerate(words)]
    path.write_text("\n".join(lines), encoding="utf-8")


def instagram(path: Path, words: list[str]) -> None:
    messages = [
        {"sender_name": "Shop" if n % 2 else "Ana", "timestamp_ms": 1_700_000_000_000 + n, "content": text}
        for n, text in enumerate(words)
    ]
    path.write_text(json.dumps({"participants": [], "messages": messages[::-1]}), encoding="utf-8")


def slack(path: Path, words: list[str]) -> None:
    day = [
        {"type": "message", "user": f"U{n % 2}", "text": text, "ts": f"170000000{n}.0"} for n, text in enumerate(words)
    ]
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("users.json", json.dumps([{"id": "U0", "real_name": "Ana"}, {"id": "U1", "real_name": "Shop"}]))
        made.writestr("channels.json", json.dumps([{"id": "C1", "name": "help"}]))
        made.writestr("help/2023-11-14.json", json.dumps(day))


def slack_folder(path: Path, words: list[str]) -> None:
    packed = path.with_suffix(".zip")
    slack(packed, words)
    with zipfile.ZipFile(packed) as made:
        made.extractall(path)


def letters(words: list[str]) -> list[EmailMessage]:
    made = []
    for n, text in enumerate(words):
        mail = EmailMessage()
        mail["From"] = "Shop <shop@example.com>" if n % 2 else "Ana <ana@example.org>"
        mail["To"] = "Ana <ana@example.org>" if n % 2 else "Shop <shop@example.com>"
        mail["Subject"], mail["Message-ID"] = "Parcel", f"<{n}@example.org>"
        mail["Date"] = f"Mon, 02 Nov 2026 10:00:{n:02} +0000"
        if n:
            mail["In-Reply-To"] = f"<{n - 1}@example.org>"
        mail.set_content(text)
        made.append(mail)
    return made


def mbox(path: Path, words: list[str]) -> None:
    box = mailbox.mbox(path)
    box.clear()
    for mail in letters(words):
        box.add(mail)
    box.close()


def maildir(path: Path, words: list[str]) -> None:
    box = mailbox.Maildir(path)
    for mail in letters(words)[len(box) :]:
        box.add(mail)


Maker = Callable[[Path, list[str]], None]
MAKERS: list[Maker] = [telegram, telegram_all, whatsapp, instagram, slack, slack_folder, mbox, maildir]
each_export = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)


def connector(path: Path) -> FileConnector:
    """The account at work, as a new process has it."""
    settings = FileSettings(inbox=str(path), outbox=str(path.parent / "out.jsonl"), us=("Shop",))
    return FileConnector(settings, CAN, lambda: NOW)


async def pulled(desk: FileConnector, cursor: str = "", most: int = 500) -> list[Batch]:
    """All that there is."""
    batches = [await desk.pull(cursor, PullBudget(events=most))]
    while batches[-1].more:
        assert len(batches) < 100
        batches.append(await desk.pull(batches[-1].next_cursor, PullBudget(events=most)))
    return batches


def messages(batches: list[Batch]) -> list[MessageEvent]:
    events: list[Event] = [event for one in batches for event in one.events]
    return [event for event in events if isinstance(event, MessageEvent)]


@each_export
async def test_an_export_is_replayed_whole_in_its_order_and_as_history(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "export"
    make(path, WORDS)
    desk = connector(path)
    probe = await desk.probe()
    assert probe.works
    assert [finding.grade for finding in probe.findings] == ["fine"]
    batches = await pulled(desk, most=2)
    found = sorted(messages(batches), key=lambda one: one.at)
    assert [one.text.strip() for one in found] == WORDS
    assert [one.direction for one in found] == [Direction.IN, Direction.OUT, Direction.IN]
    assert len({one.conversation for one in found}) == 1
    assert all(one.history for one in batches if one.events)
    at = batches[-1].next_cursor
    assert [(one.events, one.next_cursor) for one in await pulled(desk, at)] == [((), at)]
    assert [(one.events, one.next_cursor) for one in await pulled(connector(path), at)] == [((), at)]


@each_export
async def test_a_process_that_died_goes_on_in_the_middle(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "export"
    make(path, WORDS)
    first = await connector(path).pull("", PullBudget(events=1))
    again = connector(path)
    rest, once_more = await pulled(again, first.next_cursor), await pulled(again, first.next_cursor)
    assert len(messages([first])) == 1
    assert messages(rest) == messages(once_more)
    assert len({one.remote_id for one in messages([first, *rest])}) == 3


def test_what_a_newer_export_adds_is_new_and_an_answer_goes_into_the_other_file(tmp_path: Path) -> None:
    rig = FileRig()
    rig.start()
    try:
        desk = Desk(tmp_path, rig)
        path = rig.folder / "in.jsonl"
        whatsapp(path, WORDS)
        desk.once()
        assert desk.texts() == [WORDS[0], WORDS[1], WORDS[2]]
        assert desk.one("SELECT count(*) FROM message WHERE seen = 0") == 0
        newer = path.with_name("newer")
        whatsapp(newer, [*WORDS, "x", "One more thing"])
        os.replace(newer, path)
        desk.once()
        assert desk.one("SELECT count(*) FROM message") == 5
        assert desk.one("SELECT count(*) FROM message WHERE seen = 0") == 2
        item = desk.reply("Tell us")
        desk.once()
        assert desk.state(item) == "sent"
        lines = [json.loads(line) for line in (rig.folder / "out.jsonl").read_text().splitlines()]
        assert [(line["type"], line["text"]) for line in lines] == [("send", "Tell us")]
    finally:
        rig.stop()


async def test_lines_that_gave_way_to_an_export_are_a_gap_and_then_the_export(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_text('{"type": "gap", "since": 1, "until": 2, "reason": "x"}\n', encoding="utf-8")
    at = (await pulled(connector(path)))[-1].next_cursor
    telegram(tmp_path / "new", WORDS)
    os.replace(tmp_path / "new", path)
    batches = await pulled(connector(path), at)
    assert [type(event).__name__ for event in batches[0].events] == ["GapEvent"]
    assert [one.text for one in messages(batches)] == WORDS


async def test_files_beside_an_export_can_be_had(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(
        "31/01/24, 18:05 - Ana: IMG-1.jpg (file attached)\n31/01/24, 18:06 - Ana: IMG-2.jpg (file attached)"
    )
    (tmp_path / "IMG-1.jpg").write_bytes(b"jpeg")
    desk = connector(path)
    one, two = (event.files[0] for event in messages(await pulled(desk)))
    into = io.BytesIO()
    await desk.fetch_attachment(one.ref, into)
    assert (one.lost, into.getvalue()) == ("", b"jpeg")
    assert two.lost


async def test_an_export_that_cannot_be_read_is_told_before_it_is_saved_and_stops(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text('{\n "chats": {"list": [', encoding="utf-8")
    probe = await connector(path).probe()
    assert not probe.works
    assert "no JSON export of Telegram" in probe.findings[0].words
    with pytest.raises(Refused, match="no JSON export of Telegram"):
        await connector(path).pull("", PullBudget())


async def test_lines_that_stood_there_at_first_are_history_however_many(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    line = '{{"type": "message", "conversation": "c", "remote_id": "{0}", "at": 1, "direction": "in", "text": "{0}"}}\n'
    path.write_text("".join(line.format(n) for n in range(5)), encoding="utf-8")
    desk = connector(path)
    batches = await pulled(desk, most=2)
    assert [one.history for one in batches if one.events] == [True] * 3
    with path.open("a", encoding="utf-8") as file:
        file.write(line.format("new"))
    (last,) = await pulled(desk, batches[-1].next_cursor)
    assert ([one.text for one in messages([last])], last.history) == (["new"], False)


async def test_a_reply_to_a_replayed_conversation_has_its_name(tmp_path: Path) -> None:
    path = tmp_path / "export"
    mbox(path, WORDS)
    desk = connector(path)
    (conversation,) = {one.conversation for one in messages(await pulled(desk))}
    receipt = await desk.send(Outbound(key="k", conversation=conversation, text="Sure"))
    assert receipt.conversation == conversation
