"""The line for events: several programs on one app, lines that end in every way, envelopes without acknowledgement."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from omnitui.core.errors import Offline, ProtocolError
from omnitui.sync.channels.slack.socket import Socket
from tests.channels.slack.making import SHORT, desk_of, emptied
from tests.channels.slack.rig import SlackRig

MINUTE = 60_000


async def test_what_is_not_acknowledged_when_the_line_breaks_comes_again_by_the_next(
    rig: SlackRig, tmp_path: Path
) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        remote = rig.write("keep me")
        while not await desk.pull(keep=False):
            pass
        assert len(rig.slack.owed) == 1
        rig.slack.cut()
        messages = await desk.until(1)
        assert {one.remote_id for one in messages} == {remote}
        for _ in range(100):
            await desk.once()
            if rig.slack.given_again and not rig.slack.owed:
                break
        assert rig.slack.given_again >= 1
        assert rig.slack.owed == {}
        assert len(rig.slack.acknowledged) >= 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "a_new_reason"])
async def test_an_old_line_stays_until_what_came_by_it_is_acknowledged(
    rig: SlackRig, tmp_path: Path, reason: str
) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        rig.write("by the old line")
        while not await desk.pull(keep=False):
            pass
        rig.slack.ask_to_leave(reason)
        for _ in range(200):
            await desk.connector.pull(desk.cursor, SHORT)
            if len(rig.slack.connections) == 2:
                break
        assert len(rig.slack.owed) == 1
        await desk.until(1)
        assert await emptied(rig)
        assert rig.slack.given_again == 0
        for _ in range(500):
            if len(rig.slack.connections) == 1:
                break
            await asyncio.sleep(0.01)
        assert len(rig.slack.connections) == 1
        rig.write("by the new one", who="ben")
        assert {one.text for one in await desk.until(2)} == {"by the old line", "by the new one"}


async def test_too_many_lines_are_told_and_a_later_try_goes_on(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        rig.slack.ask_to_leave("too_many_websockets")
        with pytest.raises(Offline, match="ten lines"):
            await desk.until(1)
        rig.write("after that")
        assert {one.text for one in await desk.until(1)} == {"after that"}


async def test_a_program_beside_us_is_heard_of_and_what_it_took_is_read(rig: SlackRig, tmp_path: Path) -> None:
    rig.slack.others = 1
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        rig.slack.stolen = 1
        rig.write("to the other one")
        rig.write("to us", who="ben")
        assert [one.text for one in await desk.until(1)] == ["to us"]
        desk.ahead += MINUTE + 1000
        assert {one.text for one in await desk.until(2)} == {"to us", "to the other one"}


async def test_a_program_that_comes_later_is_known_by_what_is_missing(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path) as desk:
        rig.write("before")
        await desk.until(1)
        rig.slack.stolen = 1
        rig.slack.post("U0ANA", "taken", ts=f"{time.time() + 60:.6f}")
        desk.ahead += 5 * MINUTE
        await desk.once()
        assert len(desk.messages) == 1, "while nothing is known of it, history is read every ten minutes"
        desk.ahead += 6 * MINUTE
        await desk.until(2)
        rig.slack.stolen = 1
        rig.slack.post("U0ANA", "taken, too", ts=f"{time.time() + 700:.6f}")
        desk.ahead += 2 * MINUTE
        assert {one.text for one in await desk.until(3)} == {"before", "taken", "taken, too"}


async def test_two_workers_on_one_app_both_have_everything(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path / "a") as first, desk_of(rig, tmp_path / "b") as second:
        await first.pull()
        await second.pull()
        assert len(rig.slack.connections) == 2
        rig.slack.in_turn = True
        sent = {rig.write(f"message {number}") for number in range(10)}
        for desk in (first, second):
            await desk.until(5)
        for desk, later in ((first, 11 * MINUTE), (second, MINUTE + 1000)):
            desk.ahead += later
            assert {one.remote_id for one in await desk.until(10)} == sent
        assert await emptied(rig)


async def test_what_is_no_event_is_acknowledged_and_forgotten(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        line = rig.slack.connections[-1]
        line.send("no JSON")
        line.send("[1, 2]")
        line.send(json.dumps({"type": "events_api", "envelope_id": "e1", "payload": None}))
        line.send(json.dumps({"type": "slash_commands", "envelope_id": "e2", "payload": {}}))
        line.send(json.dumps({"type": "events_api", "envelope_id": "e3", "payload": {"event": {"type": "x"}}}))
        for _ in range(100):
            await desk.once()
            if {"e1", "e2", "e3"} <= set(rig.slack.acknowledged):
                break
        assert {"e1", "e2", "e3"} <= set(rig.slack.acknowledged)
        assert desk.events == []


@asynccontextmanager
async def wire(rig: SlackRig) -> AsyncIterator[asyncio.Event]:
    """Slack's line behind a wire that carries nothing any more once the event is set, and does not say so."""
    dead, host, port = asyncio.Event(), "127.0.0.1", int(rig.slack.line.split(":")[2].split("/")[0])
    ends: list[asyncio.StreamWriter] = []

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(4096):
            if not dead.is_set():
                sink.write(data)
                await sink.drain()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, port)
        ends.extend((writer, far_writer))
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    server = await asyncio.start_server(connected, host, 0)
    rig.slack.line = f"ws://{host}:{server.sockets[0].getsockname()[1]}/link"
    try:
        yield dead
    finally:
        server.close()
        for end in ends:
            end.close()


async def test_a_line_that_is_dead_without_saying_so_is_noticed(rig: SlackRig) -> None:
    async with wire(rig) as dead:
        socket = await Socket.open(rig.slack.line, ping=0.2)
        assert await socket.receive(1.0) is None
        assert not socket.broken
        dead.set()
        with pytest.raises(Offline, match="was cut"):
            await asyncio.wait_for(socket.receive(60.0), 30.0)
        assert socket.broken
        await socket.close()


async def test_events_are_not_taken_from_an_address_in_clear_text() -> None:
    with pytest.raises(ProtocolError, match="not encrypted"):
        await Socket.open("ws://slack.example/link?ticket=planted")


async def test_history_tells_what_slack_held_back(rig: SlackRig, tmp_path: Path) -> None:
    async with desk_of(rig, tmp_path) as desk:
        await desk.pull()
        rig.slack.post("U0ANA", "one of too many", tell=False)
        payload = {"type": "app_rate_limited", "minute_rate_limited": int(time.time() // 60 * 60)}
        rig.slack.connections[-1].send(json.dumps({"type": "events_api", "envelope_id": "e9", "payload": payload}))
        assert [one.text for one in await desk.until(1)] == ["one of too many"]
        assert "e9" in rig.slack.acknowledged
