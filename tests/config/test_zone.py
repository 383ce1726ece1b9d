"""The machine's time zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from omnitui.config.zone import local_zone


@pytest.mark.parametrize(
    ("tz", "zone"), [("Europe/Amsterdam", "Europe/Amsterdam"), (":Asia/Taipei", "Asia/Taipei"), ("UTC", "UTC")]
)
def test_what_tz_names(tz: str, zone: str) -> None:
    assert local_zone({"TZ": tz}) == zone


@pytest.mark.parametrize("tz", ["", "<+07>-7", "/usr/share/zoneinfo/Europe/Paris"])
def test_what_cannot_be_used_falls_back_to_the_machine(tz: str) -> None:
    assert ZoneInfo(local_zone({"TZ": tz}))
