"""Lines in, lines out: nothing is missed or written twice, also with files that are made anew; all in one folder."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from omnitui.core.channel_events import Direction, Event, GapEvent, MessageEvent, Person
from omnitui.core.errors import NotFound, Offline, Refused
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Action, Batch, Outbound, OutboundFile, PullBudget
from omnitui.sync.channels.file import CAN
from omnitui.sync.channels.file import connector as module
from omnitui.sync.channels.file.connector import FileConnector
from omnitui.sync.channels.file.lines import to_line
from omnitui.sync.channels.file.settings import FileSettings

NOW = Instant(1_790_000_000_000)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("")
    return path


@pytest.fixture
def desk(inbox: Path) -> FileConnector:
    settings = FileSettings(inbox=str(inbox), outbox=str(inbox.parent / "out.jsonl"))
    return FileConnector(settings, CAN, lambda: NOW)


def line(text: str) -> str:
    return to_line(
        MessageEvent(conversation="c", remote_id=text, at=NOW, direction=Direction.IN, author=Person("ana"), text=text)
    )


def add(inbox: Path, *texts: str) -> None:
    with inbox.open("a", encoding="utf-8") as file:
        file.write("".join(line(text) + "\n" for text in texts))


def emptied(inbox: Path) -> None:
    inbox.write_text("")


async def pulled(desk: FileConnector, cursor: str, most: int = 500) -> tuple[list[Event], str]:
    """Everything there is."""
    events: list[Event] = []
    for _ in range(100):
        batch: Batch = await desk.pull(cursor, PullBudget(events=most))
        events += batch.events
        cursor = batch.next_cursor
        if not batch.more:
            return events, cursor
    raise AssertionError("it does not come to an end")


def texts(events: list[Event]) -> list[str]:
    return [one.text for one in events if isinstance(one, MessageEvent)]


def gaps(events: list[Event]) -> list[str]:
    return [one.reason for one in events if isinstance(one, GapEvent)]


async def test_lines_come_once_and_half_a_line_waits(desk: FileConnector, inbox: Path) -> None:
    add(inbox, "a", "b", "c")
    first, at = await pulled(desk, "", most=2)
    assert texts(first) == ["a", "b", "c"]
    whole = line("d")
    with inbox.open("a") as file:
        file.write(whole[:20])
    assert (await pulled(desk, at))[0] == []
    with inbox.open("a") as file:
        file.write(whole[20:] + "\n")
    assert texts((await pulled(desk, at))[0]) == ["d"]


@pytest.mark.parametrize("way", ["replaced", "cut short and written again", "the same number by chance"])
async def test_a_file_that_was_made_anew_is_read_from_its_start_and_the_gap_is_told(
    desk: FileConnector, inbox: Path, way: str
) -> None:
    add(inbox, "a", "b")
    _, at = await pulled(desk, "")
    if way == "replaced":
        new = inbox.with_name("new")
        new.write_text("")
        add(new, "c", "d", "e")
        os.replace(new, inbox)
    else:
        emptied(inbox)
        add(inbox, *(["c"] if way.startswith("cut") else ["c", "d", "e"]))
    events, at = await pulled(desk, at)
    assert texts(events)[0] == "c"
    assert [reason.partition(";")[0] for reason in gaps(events)] == ["the file was made anew"]
    assert (await pulled(desk, at))[0] == []


async def test_a_cursor_from_before_goes_on(desk: FileConnector, inbox: Path) -> None:
    add(inbox, "a")
    _, at = await pulled(desk, "")
    older = {name: value for name, value in json.loads(at).items() if name != "tail"}
    add(inbox, "b")
    assert texts((await pulled(desk, json.dumps(older)))[0]) == ["b"]


@pytest.mark.parametrize("most", [1, 500])
async def test_lines_that_cannot_be_used_are_told_and_hide_no_others(
    desk: FileConnector, inbox: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2000)
    monkeypatch.setattr(module, "LONGEST", 1000)
    with inbox.open("w") as file:
        file.write("nonsense\n\n")
        file.write('{"type": "message", "colour": "red"}\n')
        file.write(line("x" * 1200) + "\n")
        file.write(line("y" * 9000) + "\n")
    add(inbox, "after all that")
    events, _ = await pulled(desk, "", most)
    assert texts(events) == ["after all that"]
    assert [reason.split(" cannot")[0] for reason in gaps(events)] == ["line 1", "line 3", "line 4", "line 5"]


async def test_a_send_is_one_line_whatever_was_left_of_it(desk: FileConnector, inbox: Path, tmp_path: Path) -> None:
    out = inbox.parent / "out.jsonl"
    file = OutboundFile("a.txt", "text/plain", 1, tmp_path / "a.txt")
    one = Outbound(key="k1", conversation="c", text="Hello\nyou", files=(file,), reply_to="a", composed_at=NOW)
    assert (await desk.reconcile(one)).state == "absent"
    # A crash in the middle of the line, which nobody was told of.
    out.write_text('{"type": "send", "key": "k1", "te')
    assert (await desk.reconcile(one)).state == "absent"
    assert [(await desk.send(one)).state for _ in range(2)] == ["accepted", "duplicate"]
    assert (await desk.reconcile(one)).remote_id == "k1"
    begun = await desk.send(Outbound(key="k2", conversation="", to=(Person("zoe"),), text="First"))
    await desk.act(Action(kind="tags", conversation="c", value={"tags": ["vip"]}))
    lines = [json.loads(each) for each in out.read_text().splitlines()]
    assert [each["type"] for each in lines] == ["send", "send", "tags"]
    assert (lines[0]["text"], lines[0]["files"][0]["name"], begun.conversation) == ("Hello\nyou", "a.txt", "new k2")


async def test_files_come_from_the_folder_only(desk: FileConnector, inbox: Path, tmp_path: Path) -> None:
    (inbox.parent / "photo").write_bytes(b"png")
    into = io.BytesIO()
    await desk.fetch_attachment("photo", into)
    assert into.getvalue() == b"png"
    (inbox.parent / "link").symlink_to("/etc/hostname")
    for ref in ("../../etc/passwd", "/etc/passwd", "link"):
        with pytest.raises(Refused):
            await desk.fetch_attachment(ref, io.BytesIO())
    with pytest.raises(NotFound):
        await desk.fetch_attachment("gone", io.BytesIO())


async def test_a_file_that_is_not_there_is_told(desk: FileConnector, inbox: Path) -> None:
    os.unlink(inbox)
    with pytest.raises(Offline):
        await desk.pull("", PullBudget())
    assert not (await desk.probe()).works
