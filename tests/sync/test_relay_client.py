"""The pulling side of the relay against a real one: whatever becomes of its file, nothing is missing without a word."""

from __future__ import annotations

import asyncio
import http.server
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from omnitui.core.errors import LoginRefused, Offline, ProtocolError
from omnitui.core.times import Instant
from omnitui.sync.http.client import Client
from omnitui.sync.relay_client import Pulled, RelayClient, RelayCursor
from tests.relay.running import TOKEN, RelayProcess

NOW = Instant(1_900_000_000_000)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayProcess]:
    with RelayProcess(tmp_path) as running:
        yield running


@asynccontextmanager
async def client(url: str, token: str = TOKEN) -> AsyncIterator[RelayClient]:
    async with Client() as http:
        yield RelayClient(http, url, "whatsapp", token)


async def posts(relay: RelayProcess, *bodies: str) -> None:
    for body in bodies:
        answer = await asyncio.to_thread(relay.post, body.encode())
        assert answer.status_code == 200


async def pulls(one: RelayClient, cursor: RelayCursor) -> Pulled:
    return await one.pull(cursor, 100, 0, NOW)


def bodies(pulled: Pulled) -> list[str]:
    return [event.body.decode() for event in pulled.events]


def restore(relay: RelayProcess, copy: Path) -> None:
    """The file is again as it was."""
    relay.kill()
    for file in relay.folder.glob("relay.db*"):
        file.unlink()
    shutil.copy(copy, relay.folder / "relay.db")
    relay.start()


def kept(relay: RelayProcess, copy: Path) -> None:
    """A copy of the file, made while the relay stands still."""
    relay.kill(15)
    shutil.copy(relay.folder / "relay.db", copy)
    relay.start()


@pytest.mark.parametrize("meanwhile", [("c2",), ("c2", "d2", "e2"), ()], ids=["as many", "more", "none"])
async def test_an_older_copy_of_the_file_is_read_anew_with_a_gap(
    relay: RelayProcess, tmp_path: Path, meanwhile: tuple[str, ...]
) -> None:
    """Its ids go on from an earlier one: the same id is then another webhook, even when it has overtaken the worker."""
    copy = tmp_path / "copy.db"
    async with client(relay.url) as one:
        await posts(relay, "a", "b")
        await asyncio.to_thread(kept, relay, copy)
        await posts(relay, "c")
        first = await pulls(one, RelayCursor())
        assert bodies(first) == ["a", "b", "c"]
        await asyncio.to_thread(restore, relay, copy)
        await posts(relay, *meanwhile)
        again = await pulls(one, RelayCursor.read(first.cursor.text()))
        assert bodies(again) == ["a", "b", *meanwhile]
        assert ["older copy" in gap.reason for gap in again.gaps] == [True]
        await posts(relay, "f")
        after = await pulls(one, again.cursor)
        assert (bodies(after), after.gaps) == (["f"], ())


async def test_what_another_worker_has_had_thrown_away_is_a_gap(tmp_path: Path) -> None:
    with RelayProcess(tmp_path, more="keep_days = 0") as relay:
        async with client(relay.url) as one, client(relay.url) as other:
            await posts(relay, "a")
            mine = await pulls(one, RelayCursor())
            await posts(relay, "b", "c")
            theirs = await pulls(other, RelayCursor())
            await other.confirm(theirs.cursor.after)
            # Tidying is done at the start, and then every ten minutes.
            await asyncio.to_thread(relay.kill)
            await asyncio.to_thread(relay.start)
            for _ in range(600):
                if (await one.page(0, 0)).gone >= theirs.cursor.after:
                    break
                await asyncio.sleep(0.05)
            late = await pulls(one, mine.cursor)
            assert (bodies(late), ["kept it no longer" in gap.reason for gap in late.gaps]) == ([], [True])
            assert (await pulls(one, late.cursor)).gaps == ()


async def test_a_cursor_of_an_earlier_program_goes_on(relay: RelayProcess) -> None:
    async with client(relay.url) as one:
        await posts(relay, "a", "b")
        page = await one.page(0, 1)
        old = RelayCursor.read(f'{{"epoch": "{page.epoch}", "after": 1, "at": 5, "refused": 0}}')
        assert bodies(await pulls(one, old)) == ["b"]
        assert RelayCursor.read("no json") == RelayCursor()


async def test_troubles_are_of_the_right_kind(relay: RelayProcess) -> None:
    async with client(relay.url, token="another-token-0123") as one:
        with pytest.raises(LoginRefused, match="does not know the source") as refused:
            await one.page(0, 1)
        assert "another-token" not in str(refused.value)
    await asyncio.to_thread(relay.kill)
    async with client(relay.url) as one:
        with pytest.raises(Offline):
            async with asyncio.timeout(60):
                await one.page(0, 1)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html>a router</html>", ProtocolError),
        (200, b'{"epoch": "x", "events": [{"id": "one"}]}', ProtocolError),
        (400, b"{}", ProtocolError),
        (404, b"", LoginRefused),
        (302, b"", ProtocolError),
    ],
)
async def test_what_is_no_relay_is_told(status: int, body: bytes, error: type[Exception]) -> None:
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        async with client(f"http://127.0.0.1:{server.server_address[1]}") as one:
            with pytest.raises(error):
                await one.page(0, 1)
    finally:
        server.shutdown()
        server.server_close()
