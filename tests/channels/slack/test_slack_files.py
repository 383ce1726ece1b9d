"""Files: an upload that fails between its steps, and files of another organisation."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.channel_events import EditedEvent, Person
from omnitui.core.errors import Offline, OmnituiError, ProtocolError, Refused
from omnitui.sync.channels.contract import OutboundFile
from omnitui.sync.http.messages import TooMany
from tests.channels.slack.making import desk_of, draft
from tests.channels.slack.rig import SlackRig

ASK, PUT, SHOW = "files.getUploadURLExternal", "upload", "files.completeUploadExternal"


def bill(folder: Path) -> tuple[OutboundFile, ...]:
    path = folder / "bill.txt"
    path.write_bytes(b"12 EUR")
    return (OutboundFile("bill.txt", "text/plain", 6, path),)


@pytest.mark.parametrize(
    ("step", "answer", "error"),
    [
        (ASK, (200, {"ok": False, "error": "internal_error"}), Offline),
        (ASK, (200, {"ok": False, "error": "ratelimited"}), TooMany),
        (ASK, (200, {"ok": False, "error": "missing_scope", "needed": "files:write"}), Refused),
        (ASK, (200, {"ok": True}), Offline),
        (ASK, (200, {"ok": True, "upload_url": "https://evil.example/up", "file_id": "F1"}), Offline),
        (PUT, (403, {}), Offline),
        (PUT, (413, {}), Offline),
        (SHOW, (200, {"ok": False, "error": "channel_not_found"}), Refused),
        (SHOW, (200, {"ok": False, "error": "ratelimited"}), TooMany),
    ],
)
async def test_an_upload_that_fails_at_a_step_shows_nobody_anything_and_may_be_tried_again(
    rig: SlackRig, tmp_path: Path, step: str, answer: tuple[int, dict[str, object]], error: type[OmnituiError]
) -> None:
    root = rig.write("send me the bill")
    async with desk_of(rig, tmp_path / "notes") as desk:
        await desk.pull()
        rig.slack.replies[step] = [answer]
        with pytest.raises(error):
            await desk.connector.send(draft("here", root, files=bill(tmp_path)))
        assert rig.sent() == []
        receipt = await desk.connector.send(draft("here", root, files=bill(tmp_path)))
        (arrived,) = rig.sent()
        assert (arrived.remote_id, arrived.files, arrived.text) == (receipt.remote_id, ("bill.txt",), "here")
        assert rig.slack.data[next(iter(reversed(rig.slack.files)))] == b"12 EUR"


REVOKED = (200, {"ok": False, "error": "token_revoked"})


@pytest.mark.parametrize("trouble", [REVOKED, (200, {"ok": False, "error": "fatal_error"}), (500, {})])
async def test_what_was_sent_counts_as_sent_whatever_is_asked_about_it_afterwards(
    rig: SlackRig, tmp_path: Path, trouble: tuple[int, dict[str, object]]
) -> None:
    """Not as refused or never left: it would be sent again."""
    root = rig.write("send me the bill")
    async with desk_of(rig, tmp_path / "notes") as desk:
        await desk.pull()
        rig.slack.replies["files.info"] = [trouble]
        assert (await desk.connector.send(draft("here", root, files=bill(tmp_path)))).state == "accepted"
    begun = replace(draft("hello", "", key="key-2"), to=(Person(rig.own_person()),))
    async with desk_of(rig, tmp_path / "notes") as other:
        rig.slack.replies["conversations.info"] = [trouble]
        assert (await other.connector.send(begun)).state == "accepted"
    assert len(rig.sent()) == 2
    assert not rig.slack.replies["conversations.info"]


async def test_a_last_step_of_unknown_fate_is_looked_for_until_slack_has_settled(rig: SlackRig, tmp_path: Path) -> None:
    root = rig.write("send me the bill")
    given = draft("here", root, files=bill(tmp_path))
    async with desk_of(rig, tmp_path / "notes") as desk:
        await desk.pull()
        rig.slack.replies[SHOW] = [(500, {})]
        with pytest.raises(ProtocolError):
            await desk.connector.send(given)
        with pytest.raises(Offline, match="still be putting"):
            await desk.connector.reconcile(given)
        desk.ahead += 30_000
        assert (await desk.connector.reconcile(given)).state == "absent"


async def test_files_of_another_organisation_are_known_by_their_names(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        for name in ("plan.pdf", "secret.pdf"):
            file = rig.slack.new_file(name, b"%PDF", "application/pdf")
            told = {"id": file["id"], "file_access": "check_file_info"}
            ts = rig.slack.post("U0ANA", "", files=[told], subtype="file_share")
            if name == "secret.pdf":
                rig.slack.files[file["id"]] = {"id": file["id"], "file_access": "access_denied"}
            message = (await desk.until(1 if name == "plan.pdf" else 2))[-1]
            assert message.remote_id.endswith(ts)
            (shown,) = message.files
            if name == "plan.pdf":
                assert (shown.name, shown.type, shown.size, shown.lost) == ("plan.pdf", "application/pdf", 4, "")
                into = io.BytesIO()
                await desk.connector.fetch_attachment(shown.ref, into)
                assert into.getvalue() == b"%PDF"
            else:
                assert "does not give it out" in shown.lost
        assert not [one for one in desk.events if isinstance(one, EditedEvent)]
