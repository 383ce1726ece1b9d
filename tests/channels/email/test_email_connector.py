"""A mailbox through the interface of a channel, against a real Dovecot and an SMTP server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.load import parse
from omnitui.core.channels import Dedupe, from_json
from omnitui.core.errors import LoginRefused, Refused
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import PullBudget, Standing
from omnitui.sync.channels.email.connector import CAN, EmailConnector
from omnitui.sync.channels.registry import announced, channel_named
from tests.channels.desk import LONG, Desk
from tests.channels.email.rig import US, EmailRig
from tests.servers.dovecot import PASSWORD

pytestmark = pytest.mark.servers


@pytest.fixture
def rig() -> Iterator[EmailRig]:
    one = EmailRig()
    one.start()
    yield one
    one.stop()


class Given:
    """Passwords as they are given here, one for each server."""

    def __init__(self, *, imap: str = PASSWORD, smtp: str = PASSWORD) -> None:
        self._passwords = {"imap": imap, "smtp": smtp}

    def secret(self, use: str) -> str:
        """The password."""
        return self._passwords[use]

    def renewer(self, use: str) -> Callable[[str], str] | None:
        """Passwords are not renewed."""
        return None


def mailbox(rig: EmailRig, passwords: Given | None = None, **changes: object) -> EmailConnector:
    settings, _ = parse(rig.config(), Path("config.toml"))
    assert settings is not None
    account = replace(settings.accounts[0], **changes)  # type: ignore[arg-type]
    return EmailConnector.of_account(account, passwords or Given(), lambda: Instant(0))


def test_it_is_known_whatever_is_installed() -> None:
    assert announced()["email"].value == "omnitui.sync.channels.email:CHANNEL"
    assert channel_named("email").title.startswith("Mailboxes")


async def test_a_probe_logs_in_at_both_servers_and_sends_nothing(rig: EmailRig) -> None:
    probe = await mailbox(rig).probe()
    assert (probe.identity.address, probe.works) == (US, True)
    words = [found.words for found in probe.findings]
    assert [word[:10] for word in words] == ["IMAP login", "SMTP login"]
    assert "IDLE" in words[0]
    assert rig.sent() == []


async def test_a_probe_tells_which_server_refuses(rig: EmailRig) -> None:
    with pytest.raises(LoginRefused):
        await mailbox(rig, Given(imap="wrong")).probe()
    probe = await mailbox(rig, Given(smtp="wrong")).probe()
    assert not probe.works
    assert probe.findings[-1].grade == "missing"
    assert probe.findings[-1].words.startswith("SMTP: ")
    assert "wrong" not in probe.findings[-1].words


async def test_a_mailbox_that_only_reads(rig: EmailRig) -> None:
    probe = await mailbox(rig, smtp=None).probe()
    assert probe.works
    assert "only reads" in probe.findings[-1].words


async def test_what_a_mailbox_is_not_asked_for(rig: EmailRig) -> None:
    connector = mailbox(rig)
    with pytest.raises(Refused, match="by its connector"):
        await connector.pull("", PullBudget())
    with pytest.raises(Refused, match="by itself"):
        await connector.backfill("1", "")
    assert (await connector.window(Standing("1", None), Instant(1))).kind == "open"


def test_only_a_server_that_files_what_it_sends_can_be_believed(rig: EmailRig) -> None:
    assert mailbox(rig).capabilities.dedupe is Dedupe.NONE
    assert mailbox(rig, sent_filed_by_server="yes").capabilities.dedupe is Dedupe.QUERYABLE


def test_an_answer_leaves_while_the_mailbox_itself_is_away(rig: EmailRig, tmp_path: Path) -> None:
    desk = Desk(tmp_path, rig)
    desk.once()
    rig.write("Hello")
    desk.once()
    item = desk.reply("We are here all the same")
    rig.away()
    outcome = desk.once()
    assert (outcome.state, desk.state(item)) == ("offline", "queued"), "it may be that she has written again"
    desk.ahead += LONG
    desk.once()
    assert desk.state(item) == "sent"
    rig.back()
    assert desk.once().error is None
    assert [one.text for one in rig.sent()] == ["We are here all the same"]
    assert desk.rows("SELECT state FROM outbox WHERE kind = 'copy'") == [("sent",)]


def test_an_answer_leaves_while_the_mailbox_refuses_us_and_its_own_server_does_not(
    rig: EmailRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, rig)
    desk.once()
    rig.write("Hello")
    desk.once()
    item = desk.reply("Sent all the same")
    with desk.cache() as cache:
        for table, times in (("outbox", ("created_at", "not_before", "saw_at")), ("message", ("at", "fetched_at"))):
            cache.execute(f"UPDATE {table} SET {', '.join(f'{time} = {time} - {LONG}' for time in times)}")
    passwords = {"OMNITUI_PASSWORD_DESK": "another one", "OMNITUI_PASSWORD_DESK_SMTP": PASSWORD}
    monkeypatch.setattr(rig, "environment", lambda: passwords)
    with desk.live():
        desk.until(lambda: desk.state(item) == "sent")
        desk.until(lambda: desk.one("SELECT state FROM account") == "refused")
    assert [one.text for one in rig.sent()] == ["Sent all the same"]


def test_the_cache_says_what_a_mailbox_can_do(rig: EmailRig, tmp_path: Path) -> None:
    desk = Desk(tmp_path, rig)
    desk.once()
    (row,) = desk.rows("SELECT channel, address, mark, capabilities, state FROM account")
    assert row[:3] == ("email", US, "EM")
    assert from_json(row[3]) == CAN
    assert row[4] == "online"
