"""The relay as a real process: what it takes, what it refuses, what a worker gets, and what a kill leaves."""

from __future__ import annotations

import asyncio
import base64
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from campaigns.relay_flood import Flood
from tests.relay.running import VERIFY, RelayProcess, signature


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayProcess]:
    with RelayProcess(tmp_path) as running:
        yield running


def bodies(answer: httpx.Response) -> list[bytes]:
    return [base64.b64decode(event["body"]) for event in answer.json()["events"]]


def test_a_flood_with_kills_replays_and_forgeries_loses_and_doubles_nothing(relay: RelayProcess) -> None:
    tally = asyncio.run(Flood(relay, count=300, kills=3, seed=7).run())
    assert tally.broken() == []
    assert len(tally.accepted) == 300
    assert tally.kills == 3
    assert tally.replayed > 10
    assert tally.forged_sent > 10


def test_the_count_of_broken_promises_can_fail(relay: RelayProcess) -> None:
    tally = asyncio.run(Flood(relay, count=5, kills=0, seed=7).run())
    tally.arrived["message 1"] = 2
    tally.arrived["forged message 2"] = 1
    del tally.arrived["message 3"]
    assert [words.split(":")[0] for words in tally.broken()] == ["lost", "twice", "forged arrived"]


def test_what_is_confirmed_stays_a_while_and_ids_go_on_after_a_stop(relay: RelayProcess) -> None:
    assert relay.post(b'{"n": 1}').status_code == 200
    assert relay.post(b'{"n": 2}').status_code == 200
    first = relay.events(limit=1)
    assert bodies(first) == [b'{"n": 1}']
    assert first.json()["more"] is True
    assert relay.confirm(first.json()["events"][0]["id"]).status_code == 200
    assert relay.kill(signal.SIGTERM) in (0, -signal.SIGTERM)
    relay.start()
    again = relay.events()
    assert bodies(again) == [b'{"n": 1}', b'{"n": 2}']
    assert again.json()["waiting"] == 1
    assert again.json()["epoch"] == first.json()["epoch"]
    assert relay.post(b'{"n": 3}').status_code == 200
    ids = [event["id"] for event in relay.events().json()["events"]]
    assert ids == sorted(set(ids))
    assert len(ids) == 3


def test_a_waiting_pull_is_woken(relay: RelayProcess) -> None:
    found: list[list[bytes]] = []
    puller = threading.Thread(target=lambda: found.append(bodies(relay.events(wait=20))))
    puller.start()
    relay.post(b"{}")
    puller.join(15)
    assert found == [[b"{}"]]


def test_the_address_is_confirmed_to_meta_only_with_the_verify_token(relay: RelayProcess) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "4711"}
    good = httpx.get(f"{relay.url}/in/whatsapp", params={**asked, "hub.verify_token": VERIFY})
    bad = httpx.get(f"{relay.url}/in/whatsapp", params={**asked, "hub.verify_token": "guess"})
    assert (good.status_code, good.text) == (200, "4711")
    assert (bad.status_code, bad.text) == (404, "")


def test_strangers_learn_nothing(relay: RelayProcess) -> None:
    body = b'{"a": 1}'
    asked = [
        httpx.get(f"{relay.url}/"),
        httpx.get(f"{relay.url}/in/other"),
        httpx.post(f"{relay.url}/in/other", content=body),
        relay.post(body, signed=signature(b"another body")),
        relay.post(body, signed=""),
        httpx.put(f"{relay.url}/in/whatsapp", content=body),
        relay.events(token="guess"),
        relay.events(source="other"),
        httpx.get(f"{relay.url}/events?source=whatsapp"),
        httpx.delete(f"{relay.url}/events?source=whatsapp&up_to=1"),
    ]
    dull = {(one.status_code, one.text, tuple(sorted(set(one.headers) - {"date"}))) for one in asked}
    assert dull == {(404, "", ("cache-control", "content-length", "content-type"))}
    assert relay.events().json()["last_id"] == 0


def test_too_large_a_body_is_not_taken(tmp_path: Path) -> None:
    with RelayProcess(tmp_path, more="most_body = 1024") as relay:
        assert relay.post(b"x" * 1024).status_code == 200
        assert relay.post(b"x" * 1025).status_code == 404
        assert bodies(relay.events()) == [b"x" * 1024]


def test_a_full_relay_refuses_says_so_and_takes_again_once_it_was_emptied(tmp_path: Path) -> None:
    with RelayProcess(tmp_path, more="most_waiting = 2\nkeep_days = 0") as relay:
        answers = [relay.post(b"%d" % number) for number in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 503, 503]
        assert int(answers[-1].headers["retry-after"]) > 0
        found = relay.events().json()
        assert [(one["reason"], one["count"]) for one in found["refusals"]] == [("full", 2)]
        relay.confirm(found["last_id"])
        assert relay.post(b"2").status_code == 200
        assert bodies(relay.events(after=found["last_id"])) == [b"2"]
    assert any("no room" in line for line in relay.log)


def test_a_source_that_is_too_fast_is_told_to_wait(tmp_path: Path) -> None:
    with RelayProcess(tmp_path, per_minute=10) as relay:
        answers = [relay.post(b"%d" % number) for number in range(3)]
        assert [one.status_code for one in answers] == [200, 429, 429]
        assert sum(one["count"] for one in relay.events().json()["refusals"]) == 2


def test_its_file_is_private_and_its_log_shows_nothing_of_the_messages(relay: RelayProcess) -> None:
    relay.post(b'{"text": "a customer\'s words"}')
    relay.post(b'{"text": "a customer\'s words"}', signed="sha256=" + "0" * 64)
    mode = (relay.folder / "relay.db").stat().st_mode
    relay.kill()
    assert stat.S_IMODE(mode) == 0o600
    assert "customer" not in "".join(relay.log)
    assert any("refused a webhook" in line for line in relay.log)
