"""The live probe names what is missing, and says what it cannot know."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.slack.making import desk_of
from tests.channels.slack.rig import SlackRig

OPEN = "apps.connections.open"


@pytest.mark.parametrize(
    ("method", "answer", "grade", "said"),
    [
        (OPEN, {"ok": False, "error": "missing_scope", "needed": "connections:write"}, "missing", "connections:write"),
        (OPEN, {"ok": False, "error": "not_allowed_token_type"}, "missing", "xapp- for app_token"),
        (OPEN, {"ok": False, "error": "invalid_auth"}, "missing", "app-level token does not work"),
        (OPEN, {"ok": False, "error": "socket_mode_is_off"}, "missing", "Turn it on in the app's settings"),
        ("auth.test", {"ok": True, "user": "ana", "user_id": "U1", "team_id": "T0HOME"}, "missing", "xoxb-"),
        ("users.conversations", {"ok": False, "error": "missing_scope", "needed": "im:read"}, "missing", "im:read"),
        ("users.conversations", {"ok": True, "channels": []}, "warning", "in no channel yet"),
    ],
)
async def test_what_is_missing_is_named(
    rig: SlackRig, tmp_path: Path, method: str, answer: dict[str, object], grade: str, said: str
) -> None:
    rig.slack.replies[method] = [(200, answer)]
    async with desk_of(rig, tmp_path) as desk:
        found = await desk.connector.probe()
        words = [one.words for one in found.findings if one.grade == grade]
        assert any(said in one for one in words), found.findings
        assert found.works is (grade != "missing")
        assert "planted" not in str(found)


async def test_what_cannot_be_known_is_said_and_nothing_is_changed(rig: SlackRig, tmp_path: Path) -> None:
    rig.slack.others = 1
    async with desk_of(rig, tmp_path) as desk:
        found = await desk.connector.probe()
    assert any("does not tell" in one.words and "another program" in one.words for one in found.findings)
    assert {method for method, _ in rig.slack.calls} == {"auth.test", OPEN, "users.conversations"}
    assert rig.slack.connections == [], "no line was opened: it would have taken events of others"
