"""A sample of the campaign that cuts the SMTP connection at every byte (`python -m campaigns.smtp_cut` runs it all)."""

from __future__ import annotations

import pytest

from campaigns.smtp_cut import campaign


@pytest.mark.parametrize("filed", ["yes", "no"])
async def test_no_cut_sends_twice_or_loses(filed: str) -> None:
    report = await campaign(17, (filed,))
    assert report["broken"] == []
    assert report[f"out, filed by server: {filed}"]["cuts"] >= 25
    assert report[f"in, filed by server: {filed}"]["cuts"] >= 10
