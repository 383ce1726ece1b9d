"""The set-up on the screen, key by key, against a real IMAP server, SMTP server and name server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from omnitui.config.load import load, parse
from omnitui.config.places import places, prepare
from omnitui.config.schema import SecretSettings, UiSettings
from omnitui.config.stores import open_stores
from omnitui.config.vault import Vault
from omnitui.setup.offers import parse_server
from omnitui.setup_app import SetupApp
from omnitui.sync.discovery.certificate import fingerprint
from omnitui.sync.discovery.edges import RealEdges
from omnitui.sync.discovery.names import Names
from omnitui.sync.discovery.search import Search
from tests.channels.chatwoot.fake import ACCOUNT, TOKEN
from tests.channels.chatwoot.rig import ChatwootRig
from tests.channels.conformance.rigs import running as rigged
from tests.screens.conftest import shown
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.nameserver import Zone, nameserver
from tests.servers.smtp_sink import SmtpSink, certificate, server_tls, smtp_sink

ADDRESS = "support@shop.example"


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@asynccontextmanager
async def started(folder: Path, zone: Zone, **how: bool) -> AsyncIterator[Pilot[str]]:
    home = places(folder, {})
    prepare(home)
    patience = 0.5 if how else 5
    async with nameserver(zone, **how) as server:
        edges = RealEdges(
            home, open_stores(home, SecretSettings(), {}), Search(Names(patience, server), seconds=patience * 2), {}
        )
        app = SetupApp(UiSettings(), edges, welcome=True)
        async with app.run_test(size=(80, 24)) as pilot:
            yield pilot


async def until(pilot: Pilot[str], words: str | Callable[[str], bool], seconds: float = 40) -> str:
    """Wait for words on the screen."""
    for _ in range(int(seconds / 0.05)):
        text = shown(pilot.app)  # type: ignore[arg-type]
        if words in text if isinstance(words, str) else words(text):
            return text
        await pilot.pause(0.05)
    raise AssertionError(f"{words} is not on the screen:\n{text}")


async def question(pilot: Pilot[str], id: str, seconds: float = 40) -> str:
    """Wait for a question; gives the screen."""
    for _ in range(int(seconds / 0.05)):
        app = pilot.app
        assert isinstance(app, SetupApp)
        if app.page.question is not None and app.page.question.id == id:
            await pilot.pause(0.05)
            return shown(app)  # type: ignore[arg-type]
        await pilot.pause(0.05)
    raise AssertionError(f"{id} is not asked:\n{shown(pilot.app)}")  # type: ignore[arg-type]


async def answer(pilot: Pilot[str], id: str, typed: str) -> str:
    """Type the answer of a question once it is asked."""
    text = await question(pilot, id)
    await pilot.press(*("space" if c == " " else c for c in typed), "enter")
    return text


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [("enter", "demo"), ("1", "demo"), ("3", None), ("j j enter", None), ("escape", None), ("ctrl+c", None)],
)
async def test_the_first_question(tmp_path: Path, keys: str, chosen: str | None) -> None:
    async with started(tmp_path, {}) as pilot:
        text = await question(pilot, "welcome")
        assert "No account is set up yet." in text
        await pilot.press(*keys.split())
        await pilot.pause()
        assert pilot.app.return_value == chosen
    assert not (tmp_path / "config" / "config.toml").exists()


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ("a b c backspace", "ab"),
        ("a b c left left backspace", "bc"),
        ("a b c home delete", "bc"),
        ("a b c ctrl+u d", "d"),
        ("a b space c d ctrl+w", "ab "),
        ("a b c ctrl+a d end e", "dabce"),
    ],
)
async def test_a_slip_is_mended_in_the_line(tmp_path: Path, keys: str, left: str) -> None:
    async with started(tmp_path, {}) as pilot:
        await question(pilot, "welcome")
        await pilot.press("2")
        await answer(pilot, "channel", "")
        await question(pilot, "address")
        await pilot.press(*keys.split())
        await pilot.pause()
        assert pilot.app.query_one("#setup-line", Input).value == left
        assert "Address of the mailbox" in shown(pilot.app)  # type: ignore[arg-type]


@pytest.mark.servers
@pytest.mark.skipif(bool(Dovecot.missing()), reason=Dovecot.missing() or "-")
@pytest.mark.usefixtures("no_keyring")
async def test_from_the_address_to_the_saved_account(tmp_path: Path) -> None:
    """SRV finds the servers; a certificate of their own is trusted by its fingerprint; a wrong password is said."""
    pem = certificate(tmp_path)
    sink = SmtpSink(users={ADDRESS: PASSWORD})
    with Dovecot() as dovecot:
        async with smtp_sink(sink, tls=server_tls(pem)):
            zone = {
                ("_imaps._tcp.shop.example", "SRV"): [f"0 1 {dovecot.tls_port} localhost."],
                ("_submissions._tcp.shop.example", "SRV"): [f"0 1 {sink.port} localhost."],
            }
            marks = [
                await fingerprint(parse_server(f"localhost:{port} tls", use), use)
                for port, use in ((dovecot.tls_port, "imap"), (sink.port, "smtp"))
            ]
            async with started(tmp_path, zone) as pilot:
                await question(pilot, "welcome")
                await pilot.press("2")
                await answer(pilot, "channel", "")
                await answer(pilot, "address", ADDRESS)
                text = await question(pilot, "servers")
                assert f"localhost:{dovecot.tls_port} tls · localhost:{sink.port} tls" in text
                assert "not of shop.example!" in text
                await pilot.press("enter")
                await answer(pilot, "password", "wrong")
                text = await question(pilot, "after-failure")
                assert "The certificate of localhost cannot be trusted." in text
                await pilot.press("1")
                text = await question(pilot, "trust")
                assert marks[0][:2].upper() + ":" + marks[0][2:4].upper() in text
                await pilot.press("2")
                text = await question(pilot, "after-failure")
                assert "refuses the user name" in text
                assert "wrong" not in text
                await pilot.press("1")
                await answer(pilot, "password", PASSWORD)
                # Both are on one host, and have certificates of their own: the second is asked about too.
                assert "Sending: The certificate" in await question(pilot, "after-failure")
                await pilot.press("1")
                await question(pilot, "trust")
                await pilot.press("2")
                await answer(pilot, "name", "")
                await answer(pilot, "display-name", "The shop")
                text = await question(pilot, "store")
                assert "not here: " in text, text
                assert PASSWORD not in text
                await pilot.press("2")
                await answer(pilot, "passphrase", "short")
                await until(pilot, "at least 10 letters")
                await pilot.press(*"and", "space", *"more", "enter")
                await answer(pilot, "passphrase-again", "something else")
                await until(pilot, "The two differ.")
                await answer(pilot, "passphrase", "four words are better")
                await answer(pilot, "passphrase-again", "four words are better")
                await question(pilot, "save")
                await pilot.press("enter")
                await question(pilot, "done")
                await pilot.press("enter")
                await pilot.pause()
                assert pilot.app.return_value == "open"
    (account,) = load(tmp_path / "config" / "config.toml").accounts
    assert (account.name, account.display_name) == ("support", "The shop")
    assert account.smtp is not None
    assert [account.imap.certificate_sha256, account.smtp.certificate_sha256] == marks
    vault = Vault(places(tmp_path, {}).vault, lambda new: "four words are better")
    assert vault.get("support") == PASSWORD
    assert not sink.taken
    assert not sink.commands


async def test_offline_it_asks_and_every_step_leads_back(tmp_path: Path) -> None:
    async with started(tmp_path, {}, silent=True) as pilot:
        await question(pilot, "welcome")
        await pilot.press("2")
        await answer(pilot, "channel", "")
        await answer(pilot, "address", "support")
        assert "is not a mail address" in await until(pilot, "is not a mail address")
        await pilot.press(*"@shop.example", "enter")
        text = await question(pilot, "servers")
        assert "seems to be offline" in text
        assert "imap.shop.example:993 tls · smtp.shop.example:465 tls" in text
        await pilot.press("3")
        await answer(pilot, "imap", "localhost:1 starttls")
        await answer(pilot, "smtp", "-")
        await answer(pilot, "password", "secret")
        await question(pilot, "after-failure")
        for before in ("password", "servers", "address", "welcome"):
            await pilot.press("escape")
            await question(pilot, before)
        assert pilot.app.is_running
    assert not (tmp_path / "config" / "config.toml").exists()


async def test_waiting_can_be_stopped(tmp_path: Path) -> None:
    async with started(tmp_path, {}, silent=True) as pilot:
        await question(pilot, "welcome")
        await pilot.press("2")
        await answer(pilot, "channel", "")
        await answer(pilot, "address", ADDRESS)
        await until(pilot, "Looking for the servers")
        await pilot.press("escape")
        await question(pilot, "address")


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (80, 24), (200, 60)])
async def test_any_size_and_any_words(tmp_path: Path, size: tuple[int, int]) -> None:
    async with started(tmp_path, {}) as pilot:
        await question(pilot, "welcome")
        await pilot.resize_terminal(*size)
        await pilot.pause(0.1)
        app = pilot.app
        assert isinstance(app, SetupApp)
        for words in ("\x1b]0;title\x07", "[bold red]x[/]", "\u202egnp.exe", "訂單" * 90, "", "\n\n\t", "\ud800"):
            app.page.tell(words, "danger")
        await pilot.press("down", "up", "pagedown")
        await pilot.pause(0.1)
        text = shown(app)  # type: ignore[arg-type]
        assert all(char.isprintable() for char in text.replace("\n", ""))
        assert len(text.splitlines()) == size[1]
        if size[1] > 20:
            assert "[bold red]x[/]" in text
            assert "Try the demo" in text
        await pilot.press("3")
        await pilot.pause()
        assert app.return_value is None


async def test_a_channel_from_its_settings_to_the_config(tmp_path: Path) -> None:
    """A channel without secrets: what is missing at the other side is named before anything is saved."""
    inbox, outbox = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    async with started(tmp_path, {}) as pilot:
        await question(pilot, "welcome")
        await pilot.press("2")
        text = await question(pilot, "channel")
        assert "JSON Lines files" in text
        app = pilot.app
        assert isinstance(app, SetupApp)
        assert app.page.question is not None
        place = [pick.id for pick in app.page.question.picks].index("file") + 1
        await pilot.press(*str(place))
        await answer(pilot, "inbox", str(inbox))
        await answer(pilot, "outbox", str(outbox))
        await answer(pilot, "name", "")
        await question(pilot, "probe")
        assert "cannot be read" in " ".join((await until(pilot, "Something is missing")).split())
        inbox.touch()
        await pilot.press("1")
        await answer(pilot, "inbox", str(inbox))
        await answer(pilot, "outbox", str(outbox))
        await answer(pilot, "name", "")
        await answer(pilot, "save", "")
        await question(pilot, "done")
    settings, problems = parse((tmp_path / "config" / "config.toml").read_text(), tmp_path / "config.toml")
    assert problems == []
    assert settings is not None
    (account,) = settings.channel_accounts
    assert (account.name, account.options) == ("file", {"inbox": str(inbox), "outbox": str(outbox)})


async def test_a_help_desk_from_its_address_to_the_config(tmp_path: Path) -> None:
    """The address has a default, and is asked for all the same: many have a server of their own."""
    with rigged("chatwoot") as rig:
        assert isinstance(rig, ChatwootRig)
        async with started(tmp_path, {}) as pilot:
            await question(pilot, "welcome")
            await pilot.press("2")
            await question(pilot, "channel")
            app = pilot.app
            assert isinstance(app, SetupApp)
            assert app.page.question is not None
            place = [pick.id for pick in app.page.question.picks].index("chatwoot")
            await pilot.press(*["down"] * place, "enter")
            await question(pilot, "url")
            for number in ("8", str(ACCOUNT)):
                await answer(pilot, "url", rig.fake.url)
                await answer(pilot, "account_id", number)
                await answer(pilot, "access_token", TOKEN)
                await answer(pilot, "name", "")
                if number == "8":
                    assert "3 (Shop)" in await question(pilot, "probe")
                    assert not (tmp_path / "config" / "config.toml").exists()
                    await pilot.press("1")
            assert "OMNITUI_PASSWORD_CHATWOOT_ACCESS_TOKEN" in await question(pilot, "store")
            await pilot.press("4")
            await answer(pilot, "save", "")
            await question(pilot, "done")
        (account,) = load(tmp_path / "config" / "config.toml").channel_accounts
        assert account.options == {"url": rig.fake.url, "account_id": ACCOUNT}
