"""`omnitui setup` in a terminal, answered line by line; nothing in it moves the cursor or needs a colour."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.config.load import load
from tests.demo.terminal import running
from tests.servers.dovecot import PASSWORD, Dovecot

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.servers, pytest.mark.skipif(bool(Dovecot.missing()), reason=Dovecot.missing() or "-")]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot() as dovecot:
        yield dovecot


def environ() -> dict[str, str]:
    return {
        **os.environ,
        "TERM": "dumb",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def test_line_by_line(tmp_path: Path, server: Dovecot) -> None:
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "setup"]
    command += ["--imap", f"localhost:{server.port} plain"]
    with running(command, environ(), 100, 60) as terminal:

        def answer(question: str, typed: str) -> str:
            text = terminal.wait(lambda text: question in (text.split() and text.rstrip().splitlines()[-1]), 15)
            terminal.type(typed + "\r")
            return text

        answer("Address of the mailbox", "nobody")
        terminal.wait(lambda text: "is not a mail address" in text)
        terminal.type("support@shop.example\r")
        answer("Server that sends", "<")
        terminal.wait(lambda text: text.count("Address of the mailbox") >= 2)
        terminal.type("support@shop.example\r")
        terminal.wait(lambda text: text.count("Server that sends") == 2)
        terminal.type("-\r")
        answer("Password of support@shop.example", "wrong")
        text = terminal.wait(lambda text: "Number [1]" in text)
        assert "! Reading: localhost refuses the user name support@shop.example or the password." in text
        assert "wrong" not in text
        terminal.type("1\r")
        terminal.wait(lambda text: text.count("Password of") == 2)
        terminal.type(PASSWORD + "\r")
        answer("Name of the account", "")
        answer("Name that customers see", "")
        text = terminal.wait(lambda text: "5  The environment" in text)
        assert re.search(r"1 +Keyring +\(not here: ", text)
        terminal.type("1\r")
        terminal.wait(lambda text: text.count("Number [") == 3)
        terminal.type("environment\r")
        terminal.wait(lambda text: text.count("Number [") == 4)
        terminal.type("yes\r")
        text = terminal.wait(lambda text: "Done." in text)
        assert terminal.wait_for_end() == 0
        assert PASSWORD not in text
    (account,) = load(tmp_path / "config" / "config.toml").accounts
    assert (account.name, account.smtp) == ("support", None)


def test_ctrl_c_and_the_end_of_input_save_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "setup"]
    for interrupted in (True, False):
        with running(command, environ(), 80, 24) as terminal:
            terminal.wait(lambda text: "A mailbox (IMAP" in text)
            time.sleep(0.5)  # the line is read a moment after the question stands there
            terminal.interrupt() if interrupted else terminal.type("\x04")
            assert terminal.wait_for_end() == 130
            assert "Nothing was saved" in terminal.text
    assert not (tmp_path / "config" / "config.toml").exists()


def test_a_channel_by_options_alone(tmp_path: Path) -> None:
    """For scripts: nothing is asked, the other side is tried, the account stands in the config."""
    inbox = tmp_path / "in.jsonl"
    words = ["--channel", "file", "--name", "shop-file", "--set", f"inbox={inbox}", "--set", f"outbox={tmp_path / 'o'}"]
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "setup", "--non-interactive", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environ(), check=False)
    assert done.returncode != 0
    assert "cannot be read" in done.stderr
    assert not (tmp_path / "config" / "config.toml").exists()
    inbox.touch()
    subprocess.run(command, capture_output=True, text=True, env=environ(), check=True)
    checked = [*command[:5], "doctor", "--json"]
    found = json.loads(subprocess.run(checked, capture_output=True, text=True, env=environ(), check=False).stdout)
    said = [one["words"] for one in found["findings"] if one["area"] == "account shop-file"]
    assert any("logged in as" in words for words in said)
