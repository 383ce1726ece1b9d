"""The demo's servers, customers and tidying, without the screen."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import imapclient
import pytest

from omnitui.config.load import load
from omnitui.config.places import places
from omnitui.config.secrets import secret_for
from omnitui.demo.crowd import crowd
from omnitui.demo.home import SUPPORT, DemoHome, demo_home
from omnitui.demo.letters import LANGUAGES, talks
from omnitui.demo.posting import history
from omnitui.sync.mail.parse import parse_mail

ROOT = Path(__file__).resolve().parents[2]


def login(home: DemoHome) -> imapclient.IMAPClient:
    account = load(places(home.path, {}).config_file).accounts[0]
    client = imapclient.IMAPClient("127.0.0.1", home.imap, ssl=False, timeout=10)
    client.login(account.imap.username, secret_for(account, "imap", {}))
    return client


def wait_for(client: imapclient.IMAPClient, word: str) -> EmailMessage:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        client.noop()
        for mail in client.fetch(client.search(), ["BODY.PEEK[]"]).values():
            parsed = message_from_bytes(mail[b"BODY[]"], policy=policy.default)
            if word in mail[b"BODY[]"].decode("utf-8", "replace"):
                assert isinstance(parsed, EmailMessage)
                return parsed
        time.sleep(0.1)
    raise AssertionError(f"no mail with {word}")


def test_the_cast_writes_in_five_languages_about_many_things() -> None:
    cast = talks()
    assert 25 <= len(cast) <= 40
    assert set(Counter(talk.language for talk in cast)) == set(LANGUAGES)
    assert {talk.kind for talk in cast} == {"mail", "bounce", "auto", "invitation", "list"}
    assert len({talk.address for talk in cast}) == len(cast)
    assert any(letter.ours for talk in cast for letter in talk.letters)


@pytest.mark.parametrize("talk", talks(), ids=lambda talk: talk.subject)
def test_every_letter_is_a_mail_that_reads_well(talk: object) -> None:
    from omnitui.demo.letters import Talk

    assert isinstance(talk, Talk)
    for letter, mail in zip(talk.letters, history(talk, datetime.now(UTC), {}), strict=True):
        parsed = parse_mail(mail.raw)
        assert parsed.error is None
        assert letter.text.strip().split("\n")[0] in parsed.text
        names = [attachment.name for attachment in parsed.attachments if attachment.name]
        assert [name for name in names if not name.endswith(".ics")] == list(letter.attach)


def test_a_crowd_is_the_same_crowd_every_time() -> None:
    first, again = list(crowd(talks(), 50)), list(crowd(talks(), 50))
    assert first == again
    assert len({talk.address for talk in first}) == 50


def test_customers_answer_write_and_bounce_and_nothing_stays() -> None:
    with demo_home(haste=40) as home:
        assert all(path.stat().st_mode & 0o077 == 0 for path in [home.path, *home.path.rglob("*")])
        with login(home) as client:
            client.select_folder("INBOX")
            assert len(client.search()) >= 30
            mail = EmailMessage()
            mail["From"], mail["Subject"], mail["Message-ID"] = SUPPORT, "Re: Refund", "<ours@lantern.example>"
            mail["To"] = "tom@ashdown.example, gone@nowhere.example"
            mail.set_content("Your money is on its way.")
            with smtplib.SMTP("127.0.0.1", home.smtp) as smtp:
                account = load(places(home.path, {}).config_file).accounts[0]
                smtp.login(SUPPORT, secret_for(account, "smtp", {}))
                smtp.send_message(mail)
            answer = wait_for(client, "In-Reply-To: <ours@lantern.example>")
            assert answer["In-Reply-To"] == "<ours@lantern.example>"
            assert "> Your money is on its way." in answer.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            report = wait_for(client, "gone@nowhere.example")
            assert report.get_content_type() == "multipart/report"
            wait_for(client, "4752")
    assert not home.path.exists()


def test_a_wrong_password_is_refused() -> None:
    with demo_home() as home:
        client = imapclient.IMAPClient("127.0.0.1", home.imap, ssl=False, timeout=10)
        with pytest.raises(imapclient.exceptions.LoginError):
            client.login(SUPPORT, "wrong")
        client.shutdown()
        with smtplib.SMTP("127.0.0.1", home.smtp) as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(SUPPORT, "wrong")


def test_nothing_stays_after_kill() -> None:
    code = (
        "import os, time; from omnitui.demo.home import demo_home\n"
        "with demo_home() as home:\n  print(home.path, flush=True)\n  time.sleep(60)"
    )
    killed = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert killed.stdout is not None
    path = Path(killed.stdout.readline().strip())
    assert path.is_dir()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    deadline = time.monotonic() + 10
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not path.exists()


def test_it_may_be_kept() -> None:
    import shutil

    with demo_home(keep=True, size=20) as home, login(home) as client:
        assert client.select_folder("INBOX")[b"EXISTS"] >= 50
    assert (home.path / "config" / "config.toml").is_file()
    shutil.rmtree(home.path)
