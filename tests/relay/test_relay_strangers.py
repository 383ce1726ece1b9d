"""The relay on a public port: who is slow, large, loud or many keeps nobody else out, and a stop is quick."""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.relay.running import TOKEN, RelayProcess, signature

SLOW = "slow_seconds = 1"


@contextlib.contextmanager
def connected(relay: RelayProcess, sent: bytes = b"") -> Iterator[socket.socket]:
    """A connection on which so much was sent."""
    with socket.create_connection(("127.0.0.1", relay.port), timeout=20) as one:
        one.sendall(sent)
        yield one


def ended(one: socket.socket) -> bytes:
    """All that comes until the other side ends it. Raises TimeoutError when it does not."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while part := one.recv(4096):
            got += part
    return got


def dripped(one: socket.socket) -> bool:
    """One more byte; whether the other side has ended it."""
    try:
        one.sendall(b"P")
        return one.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


HEAD = b"POST /in/whatsapp HTTP/1.1\r\nHost: relay\r\nContent-Length: 100\r\n\r\n"


@pytest.mark.parametrize(
    "sent", [b"", b"POST /in/what", HEAD, HEAD + b"x" * 50], ids=["nothing", "head", "body", "half"]
)
def test_who_does_not_go_on_is_let_go(tmp_path: Path, sent: bytes) -> None:
    with RelayProcess(tmp_path, more=SLOW) as relay, connected(relay, sent) as one:
        got = ended(one)
        assert got == b"" or got.startswith(b"HTTP/1.1 404")


def test_who_only_drips_is_let_go(tmp_path: Path) -> None:
    """A byte now and then does not make the time longer."""
    with RelayProcess(tmp_path, more=SLOW) as relay, connected(relay) as one:
        one.settimeout(0.2)
        end = time.monotonic() + 20
        while not dripped(one):
            assert time.monotonic() < end, "it may drip for ever"


def test_many_who_hold_connections_do_not_keep_a_vendor_out_for_long(tmp_path: Path) -> None:
    with RelayProcess(tmp_path, more=f"{SLOW}\nmost_connections = 5") as relay, contextlib.ExitStack() as held:
        for _ in range(8):
            held.enter_context(connected(relay))
        end = time.monotonic() + 20
        while relay.post(b"{}").status_code != 200:
            assert time.monotonic() < end, "the vendor never came through"
            time.sleep(0.1)
        assert relay.events().json()["waiting"] == 1


def test_a_body_that_does_not_say_its_size_is_bounded_too(tmp_path: Path) -> None:
    with RelayProcess(tmp_path, more="most_body = 1024") as relay:

        def pieces(count: int) -> Iterator[bytes]:
            yield from (b"x" * 64 for _ in range(count))

        for count, status in ((16, 200), (17, 404)):
            headers = {"X-Hub-Signature-256": signature(b"x" * 64 * count)}
            asked = httpx.post(f"{relay.url}/in/whatsapp", content=pieces(count), headers=headers, timeout=20)
            assert asked.status_code == status
        assert relay.events().json()["waiting"] == 1


def test_a_stop_does_not_wait_for_those_who_wait(tmp_path: Path) -> None:
    pull = f"GET /events?source=whatsapp&wait=50 HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    with RelayProcess(tmp_path) as relay, connected(relay, pull.encode()) as waiting:
        for _ in range(5):
            # What comes later on other connections is answered: so the first is being waited for by now.
            assert relay.events(limit=0).status_code == 200
        begun = time.monotonic()
        relay.kill(signal.SIGTERM)
        assert time.monotonic() - begun < 8
        answer = ended(waiting)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b'"events": []' in answer


def test_strangers_cannot_fill_the_log(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        for _ in range(50):
            with connected(relay, b"\x16\x03\x01 no http at all\r\n\r\n") as one:
                ended(one)
            relay.post(b"{}", signed="sha256=" + "0" * 64)
        assert relay.post(b"{}").status_code == 200
        relay.kill(signal.SIGTERM)
    assert len([line for line in relay.log if "INFO" not in line]) < 10


def test_what_was_confirmed_gives_way_before_the_room_is_used_up(tmp_path: Path) -> None:
    with RelayProcess(tmp_path, more="most_megabytes = 1\nkeep_days = 30") as relay:
        for number in range(40):
            assert relay.post(b"%02d" % number + b"x" * 100_000).status_code == 200
            relay.confirm(relay.events(limit=0).json()["last_id"])
        end = time.monotonic() + 20
        while (gone := relay.events(limit=0).json()["gone"]) < 25:
            assert time.monotonic() < end, gone
            time.sleep(0.05)
        left = [event["id"] for event in relay.events(limit=1000).json()["events"]]
        assert left, "there was room for some"
        assert left == list(range(left[0], 41)), "the newest stay"
        size = sum(file.stat().st_size for file in tmp_path.glob("relay.db*"))
        assert size < 12 * 1024 * 1024
        assert relay.post(b"00" + b"x" * 100_000).status_code == 200
        assert relay.events(limit=0).json()["last_id"] == 40, "a replay of what is gone is known all the same"
