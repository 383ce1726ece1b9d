"""Exports of chat programs: their forms, the real ones of the corpus, and what is no export."""

from __future__ import annotations

import json
import os
import sqlite3
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnitui.core.channel_events import Direction, Event, MessageEvent, ReactionEvent
from omnitui.core.errors import NotFound, Refused
from omnitui.core.times import Instant
from omnitui.store.connection import Role, open_cache
from omnitui.sync.files.chats.meta import meta_events
from omnitui.sync.files.chats.reading import MARKS, read_events
from omnitui.sync.files.chats.slack import slack_events
from omnitui.sync.files.chats.telegram import telegram_events
from omnitui.sync.files.chats.whatsapp import whatsapp_events
from omnitui.sync.files.recognising import recognised

MARKED = "<@U2> see <https://a.example|this> &amp; that"
NOW = Instant(1_800_000_000_000)


def corpora() -> Path | None:
    given = os.environ.get("OMNITUI_CORPORA")
    tops = [Path(given)] if given else [parent / "shared" / "corpora" for parent in Path(__file__).resolve().parents]
    return next((top for top in tops if (top / "chats.tar.gz").exists()), None)


def messages(events: list[Event]) -> list[MessageEvent]:
    return [event for event in events if isinstance(event, MessageEvent)]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("31/01/24, 18:05 - Ana: hi\n01/02/24, 09:00 - Ana: there", "2024-01-31T18:05"),
        ("1/31/24, 6:05 PM - Ana: hi\n2/1/24, 9:00 AM - Ana: there", "2024-01-31T18:05"),
        ("[31.01.24, 18:05:09] Ana: hi\n[01.02.24, 09:00:00] Ana: there", "2024-01-31T18:05"),
        ("[2024-01-31 18:05] Ana: hi\n[2024-02-01 09:00] Ana: there", "2024-01-31T18:05"),
        ("\u200e[31/01/2024, 6:05:09\u202fPM] Ana: hi\n[01/02/2024, 9:00:00\u202fAM] Ana: there", "2024-01-31T18:05"),
    ],
)
def test_a_phone_s_way_of_writing_times_is_found_out(tmp_path: Path, text: str, when: str) -> None:
    file = tmp_path / "chat.txt"
    file.write_text(text, encoding="utf-8")
    found = messages(list(whatsapp_events(file, ())))
    assert [one.text for one in found] == ["hi", "there"]
    assert datetime.fromtimestamp(found[0].at / 1000, UTC).isoformat()[:16] == when


def test_lines_that_go_on_and_what_nobody_wrote(tmp_path: Path) -> None:
    file = tmp_path / "Shop.txt"
    file.write_text(
        "30/01/24, 18:05 - Messages are end-to-end encrypted\n30/01/24, 18:06 - Ana: two\nlines: here\n"
        "30/01/24, 18:06 - Desk: yes\n30/01/24, 18:06 - Ana: ok\n30/01/24, 18:06 - Ana: ok\n"
        "30/01/24, 18:07 - Ana: IMG-1.jpg (file attached)\n",
        encoding="utf-8",
    )
    found = messages(list(whatsapp_events(file, ("Desk",))))
    assert [one.direction for one in found] == [
        Direction.SYSTEM, Direction.IN, Direction.OUT, Direction.IN, Direction.IN, Direction.IN,
    ]  # fmt: skip
    assert found[1].text == "two\nlines: here"
    assert len({one.remote_id for one in found}) == len(found)
    assert found[-1].files[0].name == "IMG-1.jpg"


def test_an_export_read_twice_adds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "chat.txt"
    file.write_text("30/01/24, 18:06 - Ana: hello\n30/01/24, 18:07 - Desk: yes?\n", encoding="utf-8")
    cache = open_cache(tmp_path / "cache.db", Role.PULL)
    try:
        assert read_events(cache, "old", "whatsapp", whatsapp_events(file, ("Desk",)), NOW) == 2
        assert read_events(cache, "old", "whatsapp", whatsapp_events(file, ("Desk",)), NOW) == 0
        row = cache.execute("SELECT message_count, waiting, contact_name, unread_count FROM conversation").fetchone()
        assert tuple(row) == (2, 0, "Ana", 0)
    finally:
        cache.close()


def test_telegram_formats_replies_and_service_messages(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    listed = [
        {"id": 1, "type": "service", "date_unixtime": "1700000000", "actor": "Ana", "action": "create_group"},
        {"id": 2, "type": "message", "date": "2023-11-14T22:13:21", "from": "Ana", "from_id": "user1",
         "text": ["see ", {"type": "link", "text": "https://a.example"}]},
        {"id": 3, "type": "message", "date_unixtime": "1700000009", "from": "Desk", "text": "ok",
         "reply_to_message_id": 2, "photo": "(File not included. Change data exporting settings to download.)"},
        {"id": 4, "type": "message", "date_unixtime": "x", "from": None, "text": None},
    ]  # fmt: skip
    file.write_text(json.dumps({"name": "Ana", "id": 77, "messages": [*listed, "nonsense"]}))
    found = messages(list(telegram_events(file, ("Desk",))))
    assert [one.direction for one in found] == [Direction.SYSTEM, Direction.IN, Direction.OUT, Direction.IN]
    assert found[1].text == "see https://a.example"
    assert found[1].at == 1_700_000_001_000
    assert found[2].reply_to == found[1].remote_id
    assert found[2].files[0].lost
    assert found[3].author is not None
    assert found[3].author.name == "Deleted account"


def test_slack_users_threads_marks_and_reactions(tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    day = [
        {"type": "message", "user": "U1", "ts": "1700000000.000100", "text": MARKED,
         "thread_ts": "1700000000.000100", "reactions": [{"name": "eyes", "users": ["U2"]}]},
        {"type": "message", "user": "U2", "ts": "1700000001.000100", "text": "yes", "thread_ts": "1700000000.000100"},
        {"type": "message", "subtype": "channel_join", "user": "U1", "ts": "1700000002.000100", "text": "joined"},
    ]  # fmt: skip
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("users.json", json.dumps([{"id": "U1", "name": "ana"}, {"id": "U2", "name": "desk"}]))
        made.writestr("channels.json", json.dumps([{"id": "C1", "name": "help"}]))
        made.writestr("help/2023-11-14.json", json.dumps(day))
        made.writestr("help/2023-11-15.json", "not json")
    events = list(slack_events(file, ("U2",)))
    found = messages(events)
    assert [one.direction for one in found] == [Direction.IN, Direction.OUT, Direction.SYSTEM]
    assert found[0].text == "@desk see this (https://a.example) & that"
    assert found[0].conversation == found[1].conversation != found[2].conversation
    assert [one.emoji for one in events if isinstance(one, ReactionEvent)] == [(":eyes:",)]


@pytest.mark.parametrize("content", [b"", b"hello", b"[]", b"{", b"PK\x03\x04", b"\xff\xfe\x00", b"[" * 100_000])
def test_what_is_no_export_is_said_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    for read in (whatsapp_events, slack_events, telegram_events, meta_events):
        with pytest.raises(Refused, match="file is no") as told:
            list(read(file, ()))
        assert "Error" not in str(told.value)
    for read in (whatsapp_events, slack_events, telegram_events, meta_events):
        with pytest.raises(NotFound, match="there is no file"):
            list(read(tmp_path / "nothing", ()))


META = {"messages": [{"sender_name": "Ana", "timestamp_ms": 1_700_000_000_000, "content": "hi"}]}
DESKTOP = {"messages": [{"id": 1, "type": "message", "date_unixtime": "1700000000", "from": "Ana", "text": "hi"}]}


@pytest.mark.parametrize("given", [{}, {"messages": []}, {"messages": [1, {}]}, {"chats": {"list": []}}, META])
def test_another_program_s_json_is_no_export_of_telegram(tmp_path: Path, given: dict[str, object]) -> None:
    file = tmp_path / "result.json"
    file.write_text(json.dumps(given))
    with pytest.raises(Refused, match=r"result\.json is no"):
        list(telegram_events(file, ()))


@pytest.mark.parametrize("given", [{}, {"messages": [{}]}, DESKTOP])
def test_another_program_s_json_is_no_export_of_instagram(tmp_path: Path, given: dict[str, object]) -> None:
    file = tmp_path / "message_1.json"
    file.write_text(json.dumps(given))
    with pytest.raises(Refused, match=r"message_1\.json is no"):
        list(meta_events(file, ()))


def test_instagram_s_texts_files_and_reactions(tmp_path: Path) -> None:
    """Newest first, and each byte of the UTF-8 as a character of its own, as Meta writes it."""
    file = tmp_path / "message_1.json"
    said = [
        {"sender_name": "Desk", "timestamp_ms": 1_700_000_060_000, "content": "ok",
         "reactions": [{"reaction": "\u00e2\u009d\u00a4", "actor": "Jos\u00c3\u00a9"}]},
        {"sender_name": "Jos\u00c3\u00a9", "timestamp_ms": 1_700_000_000_000,
         "content": "\u00c2\u00bfd\u00c3\u00b3nde?",
         "photos": [{"uri": "photos/1.jpg"}], "share": {"link": "https://a.example"}},
    ]  # fmt: skip
    file.write_text(json.dumps({"title": "Jos\u00c3\u00a9", "thread_path": "inbox/jose_1", "messages": said}))
    events = list(meta_events(file, ("Desk",)))
    found = messages(events)
    assert [(one.direction, one.author and one.author.name) for one in found] == [
        (Direction.IN, "José"), (Direction.OUT, "Desk"),
    ]  # fmt: skip
    assert found[0].text == "¿dónde?\nhttps://a.example"
    assert found[0].files[0].name == "1.jpg"
    assert {one.conversation for one in found} == {"inbox/jose_1"}
    (reaction,) = [one for one in events if isinstance(one, ReactionEvent)]
    assert (reaction.emoji, reaction.remote_id, reaction.person.name) == (("❤",), found[1].remote_id, "José")
    cache = open_cache(tmp_path / "cache.db", Role.PULL)
    try:
        assert read_events(cache, "old", "instagram", events, NOW) == 2
        assert read_events(cache, "old", "instagram", meta_events(file, ("Desk",)), NOW) == 0
    finally:
        cache.close()


@pytest.mark.corpora
def test_every_export_of_the_corpus_comes_in_whole(tmp_path: Path) -> None:
    """Counts by another way of counting: heads of lines, entries of lists; authors and words where they are given."""
    top = corpora()
    if top is None:
        pytest.skip("no corpora here: set OMNITUI_CORPORA to their folder")
    with tarfile.open(top / "chats.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    index = [json.loads(line) for line in (top / "chats.index.jsonl").read_text(encoding="utf-8").splitlines()]
    seen = 0
    for row in index:
        path, name = tmp_path / "chats" / row["file"], row["file"]
        kind = recognised(path)
        assert not kind or kind in name.replace("signal", "whatsapp")
        if "telegram" in name:
            found = messages(list(telegram_events(path, ())))
        elif "whatsapp" in name:
            found = messages(list(whatsapp_events(path, ())))
        elif "instagram" in name:
            found = messages(list(meta_events(path, ())))
        elif "signal" in name:
            found = messages(list(whatsapp_events(path, (), called="chat text of Signal")))
        elif "slack" in name:
            found = messages(list(slack_events(path, ())))
            with zipfile.ZipFile(path) as made:
                days = [one for one in made.namelist() if one.count("/") == 1 and one.endswith(".json")]
                assert len(found) == sum(len(json.loads(made.read(one))) for one in days)
        else:
            # Dialogues made for research, as no chat program exports them.
            assert name == "abcd-sample/abcd_sample.json"
            continue
        seen += 1
        assert kind, name
        wanted = row["expect"].get("messages", [])
        written = [one for one in found if one.direction is Direction.IN]
        for one in wanted:
            by = [event for event in written if event.author and event.author.name == one["author"]]
            assert "".join(one["message"].split()) in {"".join(event.text.split()) for event in by}, one
        if wanted:
            # One line of theirs holds a full stop only, which their own reader leaves out and ours keeps.
            assert len(wanted) <= len(written) <= len(wanted) + 1
        cache = open_cache(tmp_path / f"{seen}.db", Role.PULL)
        try:
            channel = next(one for one in MARKS if one in name)
            assert read_events(cache, "old", channel, found, NOW) == len(found)
            assert count(cache) == len(found)
        finally:
            cache.close()
    assert seen == len(index) - 1


def count(cache: sqlite3.Connection) -> int:
    return int(cache.execute("SELECT count(*) FROM message").fetchone()[0])
