"""Being woken: by IDLE, by IDLE taken up anew, by a near server that is asked; and servers that end or refuse it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from omnitui.sync.imap import idle
from omnitui.sync.imap.idle import Listener
from omnitui.sync.imap.login import Login
from tests.servers.cutproxy import CutProxy
from tests.servers.dovecot import Dovecot
from tests.servers.scripted import Client, Scripted
from tests.sync.imap.desk import mail


class Woken:
    """Counts how often it was called."""

    def __init__(self) -> None:
        self.times = 0
        self._event = threading.Event()

    def __call__(self) -> None:
        self.times += 1
        self._event.set()

    def within(self, seconds: float) -> bool:
        """Whether it is called (again) in time."""
        came = self._event.wait(seconds)
        self._event.clear()
        return came


@contextmanager
def listening(login: Login) -> Iterator[Woken]:
    woken = Woken()
    listener = Listener(lambda: login, "INBOX", woken)
    listener.start()
    try:
        yield woken
    finally:
        started = time.monotonic()
        listener.stop()
        assert time.monotonic() - started < 3, "it must end at once, whatever it waits for"


@pytest.mark.servers
@pytest.mark.parametrize(
    ("near", "anew"), [(0.0, (300.0, 300.0)), (0.0, (0.3, 0.4)), (9.0, (300.0, 300.0))], ids=["idle", "anew", "near"]
)
def test_new_mail_wakes(
    dovecot: Dovecot, login: Login, user: str, monkeypatch: pytest.MonkeyPatch, near: float, anew: tuple[float, float]
) -> None:
    monkeypatch.setattr(idle, "NEAR", near)
    monkeypatch.setattr(idle, "ANEW", anew)
    dovecot.append(user, mail(0))
    with listening(login) as woken:
        assert woken.within(5), "the first look after it has begun to listen"
        time.sleep(1.0)
        for n in range(3):
            woken.within(0.01)
            dovecot.append(user, mail(n + 1))
            assert woken.within(3)


@pytest.mark.servers
def test_a_connection_that_breaks_is_made_anew_and_looks(dovecot: Dovecot, login: Login, user: str) -> None:
    with CutProxy(dovecot.port, cut_after=1500) as proxy, listening(replace(login, port=proxy.port)) as woken:
        assert woken.within(5)
        while not proxy.cut:
            dovecot.append(user, mail(1))
        assert woken.within(10)


@pytest.mark.parametrize("answer", [[b"* BYE tired"], [b"* OK still here", b"junk"], []])
def test_servers_that_end_idle_by_themselves_are_tried_again_with_care(
    login: Login, monkeypatch: pytest.MonkeyPatch, answer: list[bytes]
) -> None:
    monkeypatch.setattr(idle, "NEAR", 0.0)

    def script(client: Client) -> None:
        client.greet_and_log_in()
        while True:
            tag, rest = client.hear()
            if rest.upper() == b"IDLE":
                client.say(b"+ go on", *answer, tag + b" OK over")
            elif rest.upper().startswith(b"EXAMINE"):
                client.say(b"* 0 EXISTS", b"* OK [UIDVALIDITY 7] v", tag + b" OK done")
            else:
                client.say(tag + b" OK done")

    with Scripted(script) as server:
        with listening(replace(login, port=server.port)) as woken:
            time.sleep(2.5)
        assert 1 <= woken.times <= 4
        assert 1 <= len(server.clients) <= 4, "no storm of connections"
