"""`omnitui older`: what a chat service has from before we came, ordered and brought by the real worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person
from omnitui.core.times import HOUR, Instant
from omnitui.sync.channels.file.lines import to_line
from tests.cli.run import documents, omnitui

THEN = Instant(1_763_900_000_000)
ANA = Person("ana", "Ana Lee")


def said(number: int) -> Event:
    at = Instant(THEN + number * HOUR)
    return MessageEvent(
        conversation="c1", remote_id=f"m{number}", at=at, direction=Direction.IN, author=ANA, text=f"words {number}"
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """One chat, of which the newest message is here."""
    service, made = tmp_path / "service", tmp_path / "home"
    service.mkdir()
    (made / "config").mkdir(parents=True)
    (service / "in.jsonl").write_text(to_line(said(30)) + "\n")
    (service / "history.jsonl").write_text("".join(to_line(said(number)) + "\n" for number in range(30)))
    (made / "config" / "config.toml").write_text(
        f'[[account]]\nname = "desk"\nchannel = "fake"\n[account.fake]\nfolder = "{service}"\n'
    )
    assert omnitui(made, "sync", "--once").returncode == 0
    return made


def texts(home: Path) -> list[str]:
    (found,) = documents(omnitui(home, "show", 1, "--json"))
    return [message["text"].strip() for message in found["messages"]]


def test_a_page_comes_with_every_order_until_there_is_no_more(home: Path) -> None:
    assert texts(home) == ["words 30"]
    for first in (10, 0):
        done = omnitui(home, "older", 1)
        assert done.returncode == 0
        assert "Older messages are asked for" in done.stderr
        assert omnitui(home, "sync", "--once").returncode == 0
        assert texts(home) == [f"words {number}" for number in range(first, 31)]
    (found,) = documents(omnitui(home, "older", 1, "--json"))
    assert found == {"older": {"state": "ended", "words": ""}}
    assert "There are no older messages" in omnitui(home, "older", 1).stderr


def test_what_is_no_chat_is_said(home: Path) -> None:
    done = omnitui(home, "older", 77)
    assert done.returncode != 0
    assert "There is no such conversation" in done.stderr
