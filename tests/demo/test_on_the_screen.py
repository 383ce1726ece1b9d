"""The whole of it, as somebody sees it who tries the demo: read, answer, be answered, leave."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.run import documents, omnitui
from tests.demo.terminal import Terminal, running

ROOT = Path(__file__).resolve().parents[2]


def go_to(terminal: Terminal, words: str) -> None:
    """Go down the list, from its top, until the open conversation shows these words."""
    for step in range(80):
        if step % 20 == 0:
            terminal.type("gg")
        with suppress(AssertionError):
            terminal.wait(lambda text: words in text, 0.5)
            break
        terminal.type("j")
    terminal.type("\r")
    terminal.wait(lambda text: words in text)


@pytest.mark.timeout(150)
def test_a_customer_is_answered_and_answers(tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
    }
    with running([sys.executable, "-m", "omnitui", "demo", "--haste", "20"], environ) as terminal:
        terminal.wait(lambda text: re.search(r"All 3\d", text) and "online" in text)
        assert len(list(tmp_path.glob("omnitui-demo-*"))) == 1
        go_to(terminal, "Tom Ashdown → shop")
        terminal.type("r")
        terminal.wait(lambda text: "Reply to Tom Ashdown" in text)
        terminal.type("Your money is on its way.")
        terminal.wait(lambda text: "Your money is on its way." in text)
        terminal.type("\n")
        terminal.wait(lambda text: "sent" in text and "Reply to" not in text)
        terminal.wait(lambda text: "Great, thank you. I see it on my card now." in text)
        terminal.type("Q")
        assert terminal.wait_for_end() == 0
    assert list(tmp_path.glob("omnitui-demo-*")) == []


@pytest.mark.timeout(150)
def test_one_person_on_two_channels_is_answered_once(tmp_path: Path) -> None:
    """Suggested, linked by one key, answered through the other channel: neither conversation waits any more."""
    environ = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
    }
    with running([sys.executable, "-m", "omnitui", "demo", "--haste", "60"], environ) as terminal:
        terminal.wait(lambda text: re.search(r"All 3\d", text) and "online" in text)
        (home,) = tmp_path.glob("omnitui-demo-*")
        for _ in range(60):
            (found,) = documents(omnitui(home, "list", "channel:fake is:waiting priya", "--json"))
            if found["total"]:
                break
        terminal.type("/channel:fake priya\r")
        terminal.wait(lambda text: "Priya Raman → shop-chat" in text and "C l links" in text)
        terminal.type("Cl")
        terminal.wait(lambda text: "is the same person as" in text)
        terminal.type("\r")
        terminal.wait(lambda text: "2 conversations" in text)
        terminal.type("A")
        terminal.wait(lambda text: "Reply to Priya Raman through" in text)
        terminal.type("\r")
        terminal.wait(lambda text: "Reply to Priya Raman · shop" in text)
        terminal.type("Your parcel comes tomorrow.")
        terminal.wait(lambda text: "Your parcel comes tomorrow." in text)
        terminal.type("\n")
        terminal.wait(lambda text: "Reply to" not in text and re.search(r"You .*(held|queued|sent)", text))
        (found,) = documents(omnitui(home, "list", "is:waiting priya", "--json"))
        assert found["conversations"] == []
        terminal.type("z")
        terminal.wait(lambda text: "Reply to Priya Raman" in text)
        (found,) = documents(omnitui(home, "list", "is:waiting priya", "--json"))
        assert {row["channel"] for row in found["conversations"]} == {"email", "fake"}
        terminal.type("\x11")
        assert terminal.wait_for_end() == 0


def test_the_first_rows_come_and_a_hangup_leaves_nothing(tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
    }
    with running([sys.executable, "-m", "omnitui", "demo"], environ, 80, 24) as terminal:
        terminal.wait(lambda text: "Waiting" in text and "EM" in text)
    assert list(tmp_path.glob("omnitui-demo-*")) == []
