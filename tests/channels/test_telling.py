"""That one of us writes is told while a worker runs, seldom, and never later than it is so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from omnitui.core.times import MINUTE, Instant
from omnitui.store.chat import writing
from tests.channels.desk import Desk
from tests.channels.fake.rig import FakeRig

RIG = FakeRig


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    return desk


def told(desk: Desk) -> list[bool]:
    """What the service was told of our writing."""
    assert isinstance(desk.rig, FakeRig)
    path = desk.rig.folder / "out.jsonl"
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    assert all(line["conversation"] == "c-ana" for line in lines)
    return [line["value"]["typing"] for line in lines if line["type"] == "typing"]


def test_the_other_side_is_told_once_while_it_goes_on_and_when_it_is_over(desk: Desk) -> None:
    with desk.live():
        for _ in range(5):
            with desk.cache() as cache:
                writing.we_write(cache, 1, desk.now())
        desk.until(lambda: told(desk) != [])
        with desk.cache() as cache:
            writing.we_stopped(cache, 1)
        desk.until(lambda: told(desk)[-1] is False)
    assert told(desk).count(True) < 5
    assert told(desk).count(False) == 1


def test_what_was_written_while_no_worker_ran_is_never_told(desk: Desk) -> None:
    with desk.cache() as cache:
        writing.we_write(cache, 1, Instant(desk.now() - MINUTE))
    item = desk.reply("Here we are")
    with desk.live():
        desk.until(lambda: desk.state(item) == "sent")
    assert told(desk) == []


def test_trouble_with_it_hinders_nothing(desk: Desk) -> None:
    with desk.live():
        (desk.rig.folder / "out.jsonl").mkdir()  # type: ignore[attr-defined]
        with desk.cache() as cache:
            writing.we_write(cache, 1, desk.now())
        log = desk.places.log
        desk.until(lambda: "was not told that somebody writes" in log.read_text(encoding="utf-8"))
        (desk.rig.folder / "out.jsonl").rmdir()  # type: ignore[attr-defined]
        item = desk.reply("Sent all the same")
        desk.until(lambda: desk.state(item) == "sent")
    assert desk.one("SELECT count(*) FROM outbox WHERE kind = 'act'") == 0
