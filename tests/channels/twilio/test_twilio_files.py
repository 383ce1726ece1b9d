"""Files of ours: a program of the user's puts them where Twilio can fetch them, and nothing goes where it cannot."""

from __future__ import annotations

import functools
import http.server
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from omnitui.core.errors import Offline, Refused
from omnitui.core.times import MINUTE
from omnitui.sync.channels.contract import OutboundFile
from omnitui.sync.channels.twilio.addresses import Abilities
from omnitui.sync.http.messages import Unanswered
from omnitui.triage import drafting, sending
from tests.channels.desk import Desk
from tests.channels.twilio.desk import CHAT, at_work
from tests.channels.twilio.fake import OURS, Fake
from tests.channels.twilio.rig_whatsapp import TwilioWhatsAppRig

PROGRAM = """
import pathlib, shutil, sys, urllib.parse
source, name, kind = sys.argv[1:]
shutil.copy(source, pathlib.Path({folder!r}) / name)
print("http://127.0.0.1:{port}/" + urllib.parse.quote(name))
"""


@dataclass
class Shelf:
    """A place on the web, and the program that puts files there."""

    folder: Path
    command: tuple[str, ...]


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    folder = tmp_path / "web"
    folder.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    program = tmp_path / "publish.py"
    program.write_text(PROGRAM.format(folder=str(folder), port=server.server_address[1]))
    yield Shelf(folder, (sys.executable, str(program)))
    server.shutdown()
    server.server_close()


def file(tmp_path: Path, name: str, size: int = 0) -> OutboundFile:
    path = tmp_path / "kept"
    path.write_bytes(b"bytes of the file")
    return OutboundFile(name, "image/png", size or 17, path)


async def test_a_file_is_fetched_by_twilio_and_goes_with_its_text(fake: Fake, shelf: Shelf, tmp_path: Path) -> None:
    async with at_work(fake, publish_command=shelf.command) as desk:
        draft = desk.draft("look", conversation=CHAT, files=(file(tmp_path, "-r photo.png"),))
        receipt = await desk.connector.send(draft)
        assert receipt.state == "accepted"
        ((item, data),) = fake.media[receipt.remote_id]
        assert (item["content_type"], data) == ("image/png", b"bytes of the file")
        assert [one.name for one in shelf.folder.iterdir()] == ["r photo.png"]


async def test_by_mms_several_go_in_one_message_where_the_numbers_can(fake: Fake, shelf: Shelf, tmp_path: Path) -> None:
    two = (file(tmp_path, "a.png"), file(tmp_path, "b.png"))
    async with at_work(fake, publish_command=shelf.command, mms=True) as desk:
        receipt = await desk.connector.send(desk.draft("", files=two))
        assert len(fake.media[receipt.remote_id]) == 2
    async with at_work(fake, publish_command=shelf.command) as desk:
        refused = await desk.connector.send(desk.draft("", files=two))
        assert (refused.state, "public web address" in refused.detail) == ("rejected", True)
    assert len(fake.messages) == 1


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("import sys; sys.exit(3)", Offline, "exit code 3"),
        ("print('no address at all')", Refused, "no address of the web"),
        ("print('http://one.test/a http://two.test/b')", Refused, "no address of the web"),
        ("", Refused, "no address of the web"),
    ],
)
async def test_where_the_program_fails_nothing_is_sent(
    fake: Fake, tmp_path: Path, code: str, error: type[Exception], words: str
) -> None:
    async with at_work(fake, publish_command=(sys.executable, "-c", code)) as desk:
        with pytest.raises(error, match=words):
            await desk.connector.send(desk.draft(conversation=CHAT, files=(file(tmp_path, "a.png"),)))
    async with at_work(fake, publish_command=("/nowhere/at-all",)) as desk:
        with pytest.raises(Refused, match="cannot be run"):
            await desk.connector.send(desk.draft(conversation=CHAT, files=(file(tmp_path, "a.png"),)))
    assert fake.messages == []


async def test_what_is_too_large_is_refused_before_it_is_published(fake: Fake, shelf: Shelf, tmp_path: Path) -> None:
    async with at_work(fake, publish_command=shelf.command) as desk:
        large = file(tmp_path, "a.png", 17 * 1024 * 1024)
        receipt = await desk.connector.send(desk.draft(conversation=CHAT, files=(large,)))
        assert (receipt.state, receipt.detail) == ("rejected", "files may have 16 MB here")
    assert list(shelf.folder.iterdir()) == []


async def test_a_file_whose_send_was_lost_is_never_called_absent(fake: Fake, shelf: Shelf, tmp_path: Path) -> None:
    fake.faults.sends_lost_after = 1
    async with at_work(fake, publish_command=shelf.command) as desk:
        draft = desk.draft("", conversation=CHAT, files=(file(tmp_path, "a.png"),))
        with pytest.raises(Unanswered):
            await desk.connector.send(draft)
        desk.ahead += 10 * MINUTE
        assert (await desk.connector.reconcile(draft)).state == "cannot_tell"


def test_only_what_is_possible_is_offered() -> None:
    assert not Abilities().whole.attachments
    assert not Abilities(files=True).of("sms").attachments
    assert Abilities(files=True, mms=True).of("sms").most_files == 10
    assert Abilities(files=True).of("whatsapp").most_files == 1
    assert not Abilities(mms=True).of("whatsapp").attachments


def test_an_answer_with_two_files_through_the_whole_worker(shelf: Shelf, tmp_path: Path) -> None:
    rig = TwilioWhatsAppRig()
    rig.start()
    try:
        lines = f"publish_command = {list(shelf.command)}\nmms = true\n"
        config = rig.config() + lines
        rig.config = lambda: config  # type: ignore[method-assign]
        desk = Desk(tmp_path / "home", rig)
        desk.once()
        rig.write("Please send me the photos")
        desk.once()
        names = [tmp_path / name for name in ("a.png", "b.png")]
        for name in names:
            name.write_bytes(name.name.encode())
        with desk.cache() as cache:
            draft = drafting.reply(
                cache, desk.agent, desk.one("SELECT id FROM conversation"), message_id=None, everyone=False
            )
            draft = replace(draft, body="Here they are", attachments=tuple(map(str, names)))
            sending.send(cache, desk.agent, draft, desk.now(), attachments=desk.places.attachments)
        desk.once()
        ours = [item for item in rig.fake.messages if item["from"] == f"whatsapp:{OURS}"]
        assert [(item["body"], [data for _, data in rig.fake.media[item["sid"]]]) for item in ours] == [
            ("Here they are", [b"a.png"]), ("", [b"b.png"]),
        ]  # fmt: skip
        assert desk.rows("SELECT DISTINCT state FROM outbox WHERE kind = 'send'") == [("sent",)]
        assert rig.violations() == []
    finally:
        rig.stop()
