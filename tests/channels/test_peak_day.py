"""A small peak day; and its comparison would notice what it looks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.peak_day import FAULTS, Day, compared, peak
from tests.channels.desk import Desk
from tests.channels.file.rig import FileRig
from tests.servers.dovecot import Dovecot


def test_five_channels_at_once() -> None:
    if reason := Dovecot.missing():
        pytest.skip(reason)
    told = peak(messages=150, seconds=1, customers=5, seed=1)
    assert told["messages"] == 150
    assert not any(told[name] for name in FAULTS)
    assert told["pages_read"] > 0


def test_it_notices_what_is_lost_doubled_or_in_another_order(tmp_path: Path) -> None:
    rig = FileRig()
    rig.start()
    try:
        desk = Desk(tmp_path, rig)
        desk.once()
        for who in ("ana", "ben"):
            rig.write(f"Hello from {who}", who=who)
        desk.once()
        since = dict(desk.rows("SELECT contact_name, waiting_since FROM conversation"))
        day = Day(
            {"Hello from ana": "ana", "Hello from ben": "ben"}, {"ana": since["Ana Lee"], "ben": since["Ben Ode"]}
        )
        assert not any(compared(desk.places, day)[name] for name in FAULTS)
        later = Day(day.who, {**day.since, "ana": day.since["ben"] + 1})
        assert compared(desk.places, later)["out_of_order"] > 0
        assert compared(desk.places, Day({**day.who, "It never came": "ana"}, day.since))["lost"] == 1
        assert compared(desk.places, Day({"Hello from ana": "ana"}, day.since))["foreign"] == 1
        rig.write("Hello from ana")
        desk.once()
        assert compared(desk.places, day)["doubled"] == 1
    finally:
        rig.stop()
