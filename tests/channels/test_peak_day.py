"""A small peak day; and its comparison would notice what it looks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.peak_day import FAULTS, Day, Load, compared, peak
from tests.channels.desk import Desk
from tests.channels.file.rig import FileRig
from tests.servers.dovecot import Dovecot


def test_five_channels_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if reason := Dovecot.missing():
        pytest.skip(reason)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    told = peak(tmp_path / "home", Load(messages=150, seconds=1, customers=5, seed=1))
    assert told["messages"] == 150
    assert {name: told[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert told["key_missed"] < told["keys"]


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
            {"Hello from ana": "ana", "Hello from ben": "ben"},
            {"ana": (since["Ana Lee"],) * 2, "ben": (since["Ben Ode"],) * 2},
        )
        assert not any(compared(desk.places, day).get(name) for name in FAULTS)
        later = Day(day.who, {**day.since, "ana": (since["Ben Ode"] + 1,) * 2})
        assert compared(desk.places, later)["out_of_order"] > 0
        assert compared(desk.places, Day({**day.who, "It never came": "ana"}, day.since))["lost"] == 1
        assert compared(desk.places, Day({"Hello from ana": "ana"}, day.since))["foreign"] == 1
        rig.write("Hello from ana")
        desk.once()
        assert compared(desk.places, day)["doubled"] == 1
    finally:
        rig.stop()
