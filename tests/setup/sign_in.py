"""Setting up an account that signs in with its provider: our identity provider, a real Dovecot that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from omnitui.config.load import load
from omnitui.config.places import Places, places, prepare
from omnitui.config.schema import OAuthSettings, SecretSettings, ServerSettings
from omnitui.config.stores import Stores, open_stores
from omnitui.core.errors import LoginRefused
from omnitui.core.times import Instant
from omnitui.setup.answers import Answers
from omnitui.setup.face import Pick, Question, WentBack
from omnitui.setup.steps import conduct
from omnitui.sync.discovery.edges import RealEdges
from omnitui.sync.discovery.names import Names
from omnitui.sync.discovery.search import Search
from omnitui.sync.oauth.keeping import TokenKeeper
from tests.servers.dovecot import Dovecot
from tests.servers.identity import CLIENT, SCOPE, IdentityProvider

T = TypeVar("T")
pytestmark = [pytest.mark.servers, pytest.mark.skipif(bool(Dovecot.missing()), reason=Dovecot.missing() or "-")]


class Person:
    """A face that answers by the question's id; what is told is looked at by `sees`."""

    asks = True

    def __init__(self, sees: Callable[[str], None] = lambda words: None, **answers: list[str]) -> None:
        self._answers, self._sees = answers, sees
        self.told: list[str] = []

    def _next(self, question: Question) -> str:
        planned = self._answers.get(question.id.replace("-", "_"))
        answer = planned.pop(0) if planned else question.default
        if answer == "<":
            raise WentBack
        assert not question.check(answer), (question, answer)
        return answer

    async def text(self, question: Question) -> str:
        return self._next(question)

    async def pick(self, question: Question) -> Pick:
        id = self._next(question)
        return next(pick for pick in question.picks if pick.id == id and not pick.off)

    async def wait(self, words: str, work: Awaitable[T]) -> T:
        return await asyncio.wait_for(work, 20)

    def step(self, name: str) -> None: ...

    def copy(self, text: str) -> None: ...

    def tell(self, words: str, role: str = "") -> None:
        self.told.append(words)
        self._sees(words)


@pytest.fixture
def home(tmp_path: Path) -> Places:
    found = places(tmp_path, {})
    prepare(found)
    return found


def stores(home: Places) -> Stores:
    settings = SecretSettings(store="file")
    return open_stores(home, settings, {"OMNITUI_PASSPHRASE": "planted pass phrase"})


def edges(home: Places) -> RealEdges:
    return RealEdges(home, stores(home), Search(Names(0.1)), {})


def answers(server: Dovecot, provider: IdentityProvider) -> Answers:
    oauth = OAuthSettings(
        provider="other",
        client_id=CLIENT,
        scopes=tuple(SCOPE.split()),
        authorize_url=f"{provider.url}/authorize",
        token_url=f"{provider.url}/token",
        device_url=f"{provider.url}/device",
    )
    imap = ServerSettings(host="localhost", port=server.port, security="plain")
    return Answers(address="desk@shop.example", imap=imap, reads_only=True, oauth=oauth, store="file")


@pytest.mark.parametrize("way", ["browser", "paste", "device"])
async def test_a_sign_in_is_tested_and_its_tokens_kept(home: Places, way: str) -> None:
    with IdentityProvider() as provider, Dovecot(introspection=f"{provider.url}/introspect") as server:

        def sees(words: str) -> None:
            if words.startswith(f"{provider.url}/authorize"):
                person._answers["paste"] = [
                    "http://127.0.0.1:1/?code=x&state=other",
                    provider.visit(words, "desk@shop.example"),
                ]
                if way == "browser":
                    asyncio.get_running_loop().run_in_executor(None, come_back, person._answers["paste"][1])
            elif "type this code: " in words:
                provider.approve(words.rpartition(": ")[2], "desk@shop.example")

        person = Person(sees, way=[way], name=["desk"])
        account = await conduct(person, edges(home), answers(server, provider))
        assert any("lets us in" in words for words in person.told), person.told
        assert any("another sign-in" in words for words in person.told) == (way == "paste")
        (known,) = load(home.config_file).accounts
        assert known.oauth == account.oauth
        assert known.imap.auth == "xoauth2"
        kept = await asyncio.to_thread(TokenKeeper(stores(home), home.state, lambda: Instant(0)).tokens, known)
        assert kept is not None
        assert kept.access in provider.secrets_given()
        written = home.config_file.read_text() + "".join(person.told)
        assert not any(secret in written for secret in provider.secrets_given())


def come_back(url: str) -> None:
    import urllib.request

    with urllib.request.urlopen(url, timeout=10) as page:  # noqa: S310 - our own listener
        page.read()


async def test_a_sign_in_that_is_declined_or_left_saves_nothing(home: Places) -> None:
    with IdentityProvider() as provider, Dovecot(introspection=f"{provider.url}/introspect") as server:
        person = Person(lambda words: decline(provider, words), way=["device", "<"])
        with pytest.raises(WentBack):
            await conduct(person, edges(home), answers(server, provider))
        assert any("declined" in words for words in person.told)
        quiet = Person()
        quiet.asks = False
        with pytest.raises(LoginRefused, match="omnitui login"):
            await conduct(quiet, edges(home), answers(server, provider))
    assert not home.config_file.exists()


def decline(provider: IdentityProvider, words: str) -> None:
    if "type this code: " in words:
        provider.decline(words.rpartition(": ")[2])
