"""A sample of the campaign that kills the worker on every channel; and it would notice what it looks for."""

from __future__ import annotations

from campaigns import channel_kill
from campaigns.channel_kill import Told, compared, wrong
from tests.channels.desk import Desk
from tests.channels.file.rig import FileRig

RIG = FileRig


def test_four_kills_on_a_channel() -> None:
    found = channel_kill.tried("fake", points=4, kills=4, seed=1)
    assert found["points"] == 4
    assert int(found.get("killed_staying", 0)) >= 1, "the worker that stays cannot end before its kill"
    assert not any(found[name] for name in channel_kill.FAULTS)


def test_it_notices_what_is_lost_doubled_or_left(desk: Desk) -> None:
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    item = desk.reply("We are here")
    told = Told(["Hello, is anybody there?"], {item: "We are here"})
    assert compared(desk, told)["stuck"] == 1
    desk.once()
    assert not wrong(compared(desk, told))
    assert isinstance(desk.rig, FileRig)
    out = desk.rig.folder / "out.jsonl"
    written = out.read_text(encoding="utf-8")
    out.write_text(written * 2, encoding="utf-8")
    assert compared(desk, told)["sent_twice"] == 1
    out.write_text("", encoding="utf-8")
    assert compared(desk, told)["sent_lost"] == 1
    out.write_text(written, encoding="utf-8")
    assert compared(desk, Told(["It never came"], told.answers))["lost"] == 1
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    assert compared(desk, told)["doubled"] == 1
