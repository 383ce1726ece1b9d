"""`omnitui setup` of every messaging channel, line by line in a terminal, against its other side.

A login that is refused and something that is missing are named before anything is saved; mended, the account is saved.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from omnitui.config.load import load
from tests.channels.chatwoot.fake import ACCOUNT as CHATWOOT_ACCOUNT
from tests.channels.conformance.rigs import running as rigged
from tests.channels.twilio.fake import ACCOUNT as TWILIO_ACCOUNT
from tests.channels.twilio.fake import OURS
from tests.channels.whatsapp.fake import PHONE_ID, WABA
from tests.demo.terminal import Terminal, running
from tests.servers.synapse import Synapse

ROOT = Path(__file__).resolve().parents[2]
SCOPES = ["whatsapp_business_messaging", "whatsapp_business_management"]


@dataclass
class Walk:
    """How one channel is set up: what is typed (rig -> question -> answer), what is missing at first, and its name."""

    told: str
    """What is said of what is missing."""
    options: Callable[[Any], list[str]] = lambda rig: []
    typed: Callable[[Any], dict[str, str]] = lambda rig: {}
    broken: dict[str, str] = field(default_factory=dict)
    """Answers instead, with which something is missing."""
    break_it: Callable[[Any], None] = lambda rig: None
    mend_it: Callable[[Any], None] = lambda rig: None


def slack_breaks(rig: Any) -> None:
    rig.slack.replies["apps.connections.open"] = [(200, {"ok": False, "error": "socket_mode_is_off"})]


WALKS = {
    "telegram": Walk(
        told="webhook at hooks.example",
        options=lambda rig: [f"api={rig.fake.url}"],
        break_it=lambda rig: setattr(rig.fake, "webhook", "https://hooks.example/path"),
        mend_it=lambda rig: setattr(rig.fake, "webhook", ""),
    ),
    "matrix": Walk(
        told="localhost",
        typed=lambda rig: {"Homeserver": rig.proxy.url},
        broken={"Homeserver": "http://localhost:1"},
    ),
    "twilio": Walk(
        told="The Twilio account is suspended",
        options=lambda rig: [f"api_url={rig.fake.url}", f"content_url={rig.fake.url}"],
        typed=lambda rig: {"Account sid": TWILIO_ACCOUNT, "Api key sid": "", "Numbers": OURS},
        break_it=lambda rig: rig.fake.account.update(status="suspended"),
        mend_it=lambda rig: rig.fake.account.update(status="active"),
    ),
    "slack": Walk(
        told="Turn it on in the app's settings",
        options=lambda rig: [f"url={rig.slack.url}"],
        break_it=slack_breaks,
    ),
    "whatsapp": Walk(
        told="lacks the permission whatsapp_business_management",
        options=lambda rig: [f"api_url={rig.fake.url}"],
        typed=lambda rig: {"Phone number id": PHONE_ID, "Waba id": WABA, "Relay url": rig.relay.url},
        break_it=lambda rig: setattr(rig.fake, "scopes", SCOPES[:1]),
        mend_it=lambda rig: setattr(rig.fake, "scopes", SCOPES),
    ),
    "chatwoot": Walk(
        told="3 (Shop)",
        typed=lambda rig: {"Url": rig.fake.url, "Account id": str(CHATWOOT_ACCOUNT)},
        broken={"Account id": "8"},
    ),
}


class Prompted:
    """A terminal with questions in it."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal, self._lines = terminal, 0

    def answer(self, question: str, typed: str) -> str:
        """Wait for the next question and answer it; gives the screen as it was then."""

        def asked(text: str) -> bool:
            lines = text.rstrip().splitlines()
            return len(lines) > self._lines and question in lines[-1]

        text = self._terminal.wait(asked, 25)
        self._lines = len(text.rstrip().splitlines())
        self._terminal.type(typed + "\r")
        return text


def environ(rig: Any) -> dict[str, str]:
    backend = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    return {**os.environ, "TERM": "dumb", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **backend, **rig.environment()}


def secrets(channel: str, rig: Any) -> list[str]:
    """The secrets in the order in which they are asked for."""
    known = {name.rpartition("_DESK_")[2]: value for name, value in rig.environment().items()}
    order = {"slack": ("BOT_TOKEN", "APP_TOKEN"), "whatsapp": ("ACCESS_TOKEN", "RELAY_TOKEN")}
    return [known[name] for name in order.get(channel, tuple(known))]


@pytest.mark.servers
@pytest.mark.timeout(120)
@pytest.mark.parametrize("channel", WALKS)
def test_a_channel_line_by_line(channel: str, tmp_path: Path) -> None:
    if channel == "matrix" and Synapse.missing():
        pytest.skip(Synapse.missing())
    walk = WALKS[channel]
    with rigged(channel) as rig:
        given = [word for option in walk.options(rig) for word in ("--set", option)]
        command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "setup", "--channel", channel, *given]
        with running(command, environ(rig), 160, 240) as terminal:
            prompted = Prompted(terminal)

            def answers(instead: dict[str, str]) -> None:
                for question, text in {**walk.typed(rig), **instead}.items():
                    prompted.answer(question, text)
                for secret in secrets(channel, rig):
                    prompted.answer(":", secret)
                prompted.answer("Name of the account", "desk")

            rig.faults.refuse_token = True
            answers({})
            text = prompted.answer("Number [", "1")
            assert "It could not be tried." in text or "Something is missing." in text
            assert "token" in text
            rig.faults.refuse_token = False
            walk.break_it(rig)
            answers(walk.broken)
            text = prompted.answer("Number [", "1").rpartition("Number [1]: 1")[2]
            assert walk.told in text
            assert not (tmp_path / "config" / "config.toml").exists()
            walk.mend_it(rig)
            answers({})
            text = prompted.answer("Number [", "environment")
            assert "Logged in as" in text
            prompted.answer("Number [", "yes")
            text = terminal.wait(lambda text: "Done." in text)
            assert terminal.wait_for_end() == 0
            assert not [secret for secret in secrets(channel, rig) if secret in text]
        (account,) = load(tmp_path / "config" / "config.toml").channel_accounts
        assert (account.name, account.channel) == ("desk", channel)
        assert all(text in str(account.options) for text in walk.typed(rig).values())
