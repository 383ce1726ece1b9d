"""Started with nothing set up, the screen offers the demo and the set-up."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.demo.terminal import running
from tests.servers.dovecot import PASSWORD, Dovecot

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_the_demo_is_one_key_away_and_leaves_nothing(tmp_path: Path, size: tuple[int, int]) -> None:
    environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    with running([sys.executable, "-m", "omnitui", "--home", str(tmp_path)], environ, *size) as terminal:
        text = terminal.wait(lambda text: "Set up an account" in text)
        assert "No account is set up yet." in text
        terminal.type("\r")
        terminal.wait(lambda text: "Waiting" in text and "online" in text, 60)
        terminal.type("Q")
        assert terminal.wait_for_end() == 0
    assert not (tmp_path / "config" / "config.toml").exists()
    assert not (tmp_path / "data" / "cache.db").exists()


def test_the_set_up_is_reached_from_the_inbox_and_leads_back(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(
        '[[account]]\nname = "a"\naddress = "a@b.example"\n'
        '[account.imap]\nhost = "127.0.0.1"\nport = 1\nsecurity = "plain"\n'
    )
    environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "run", "--no-sync"]
    with running(command, environ, 80, 24) as terminal:
        terminal.wait(lambda text: "Waiting" in text and "help" in text)
        terminal.type("gA")
        terminal.wait(lambda text: "A mailbox (IMAP" in text)
        terminal.type("\r")
        terminal.wait(lambda text: "Address of the mailbox" in text)
        terminal.type("a@b.example\r")
        terminal.wait(lambda text: "there is already an account for a@b.example" in text)
        terminal.type("\x1b")
        terminal.wait(lambda text: "Waiting" in text and "help" in text)
        terminal.type("Q")
        assert terminal.wait_for_end() == 0


@pytest.mark.servers
@pytest.mark.skipif(bool(Dovecot.missing()), reason=Dovecot.missing() or "-")
def test_from_nothing_to_the_first_mail(tmp_path: Path) -> None:
    """A new home, a real server: the keys of a newcomer, and then the customer's mail is there to be answered."""
    environ = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "OMNITUI_PASSWORD_SUPPORT": PASSWORD,
    }
    mail = b"From: Anna <anna@customer.example>\r\nSubject: Where is my parcel?\r\n\r\nIt should have come.\r\n"
    with Dovecot() as server:
        server.append("support@shop.example", mail)
        with running([sys.executable, "-m", "omnitui", "--home", str(tmp_path)], environ, 80, 24) as terminal:
            for question, keys in (
                ("Set up an account", "2"),
                ("A mailbox (IMAP", "\r"),
                ("Address of the mailbox", "support@shop.example\r"),
                ("Type the servers", "\x1b[B\x1b[B\r"),
                ("Server that holds the mail", f"localhost:{server.port} plain\r"),
                ("Server that sends", "-\r"),
                ("Password of support@shop.example", f"{PASSWORD}\r"),
                ("Name of the account", "\r"),
                ("Name that customers see", "\r"),
                ("Keep it where?", "5"),
                ("Save the account", "\r"),
                ("Open the inbox", "\r"),
            ):
                text = terminal.wait(lambda text, question=question: question in text, 40)
                assert PASSWORD not in text
                terminal.type(keys)
            terminal.wait(lambda text: "Where is my parcel?" in text and "Anna" in text and "Waiting 1" in text, 60)
            terminal.type("Q")
            assert terminal.wait_for_end() == 0
