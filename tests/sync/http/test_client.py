"""The HTTP client against a server that breaks off, stalls, limits, redirects and packs."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import subprocess
import time
import traceback
import zlib
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from omnitui.core.errors import Offline, OmnituiError, ProtocolError, Refused
from omnitui.sync.backoff import Backoff
from omnitui.sync.http import client as client_module
from omnitui.sync.http.budget import Budget, Rate
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Answer, Request, TooLarge, TooMany, Unanswered, form
from tests.servers.web import Act, Web, dripping, hang_up, nonsense, say, silent, torn

TOKENS = ("110201543:planted-token-in-the-path", "planted/word+of a hook")


class Soon(Backoff):
    """Tries again almost at once."""

    def __init__(self, first: float = 0.01, most: float = 0.02) -> None:
        super().__init__(0.01, 0.02)


async def ask(request: Request, budget: Budget | None = None, ca_file: str = "") -> Answer:
    async with Client(backoff=Soon, ca_file=ca_file) as http:
        return await http.ask(request, budget)


async def test_an_answer_is_given_whatever_its_status() -> None:
    with Web([say(200, b'{"a": [1]}', X_Thing="y"), say(404, b"no")]) as web:
        first = await ask(Request(url=f"{web.url}/a?b=1", params={"c": "d e"}, headers={"Authorization": "Bearer t"}))
        assert (first.status, first.good, first.json(), first.headers["x-thing"]) == (200, True, {"a": [1]}, "y")
        assert web.asked[0].path == "/a?b=1&c=d+e"
        assert web.asked[0].headers["authorization"] == "Bearer t"
        assert web.asked[0].headers["user-agent"].startswith("omnitui/")
        missing = await ask(Request(url=f"{web.url}/b"))
        assert (missing.status, missing.good) == (404, False)
        with pytest.raises(ProtocolError, match="not JSON"):
            missing.json()


GET = Request(url="/x", patience=5.0, silence=0.5)
POST = replace(GET, method="POST", body=b"once")
KEYED = replace(POST, repeatable=True)


@pytest.mark.parametrize(
    ("trouble", "request_", "sent", "error"),
    [
        (hang_up, GET, 2, None),
        (hang_up, KEYED, 2, None),
        (hang_up, replace(GET, method="DELETE"), 2, None),
        (hang_up, POST, 1, Unanswered),
        (torn, GET, 2, None),
        (torn, POST, 1, Unanswered),
        (nonsense, GET, 2, None),
        (nonsense, POST, 1, Unanswered),
        (silent(0.9), GET, 2, None),
        (silent(0.9), POST, 1, Unanswered),
        (say(503), GET, 2, None),
        (say(503), POST, 1, 503),
        (say(500), KEYED, 2, None),
        (say(429), POST, 2, None),
        (say(429, retry_after="1"), POST, 2, None),
        (say(400), GET, 1, 400),
        (say(401), GET, 1, 401),
    ],
)
async def test_only_what_does_no_harm_is_sent_twice(
    trouble: Act, request_: Request, sent: int, error: type[OmnituiError] | int | None
) -> None:
    with Web([trouble]) as web:
        request = replace(request_, url=f"{web.url}/x")
        if isinstance(error, type):
            with pytest.raises(error) as caught:
                await ask(request)
            assert "is not known" in str(caught.value)
        else:
            assert (await ask(request)).status == (error or 200)
        assert len(web.asked) == sent
        assert {one.body for one in web.asked} == {request.body}


async def test_what_was_not_sent_is_always_tried_again_and_then_offline() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(Offline, match="cannot be reached") as caught:
        await ask(replace(POST, url=f"http://127.0.0.1:{port}/"))
    assert not isinstance(caught.value, Unanswered)
    with pytest.raises(Offline) as unknown:
        await ask(replace(POST, url="https://there-is-none.invalid/"))
    assert "there-is-none.invalid cannot be reached" in str(unknown.value)
    assert "Errno" not in str(caught.value) + str(unknown.value)


async def test_a_server_that_comes_back_gets_the_post_that_never_left() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    class Late(Backoff):
        def next(self) -> float:
            return 0.4

    async def server() -> None:
        await asyncio.sleep(0.2)
        listening = await asyncio.start_server(serve, "127.0.0.1", port)
        async with listening:
            await asyncio.sleep(2)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"once")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    running = asyncio.create_task(server())
    async with Client(backoff=Late) as http:
        assert (await http.ask(replace(POST, url=f"http://127.0.0.1:{port}/"))).good
    running.cancel()


async def test_the_wait_that_the_server_asks_for_is_kept_or_told() -> None:
    with Web([say(429, retry_after="1")]) as web:
        started = time.monotonic()
        assert (await ask(replace(POST, url=web.url))).good
        assert time.monotonic() - started >= 1.0
    with Web(always=say(429, retry_after="120")) as web:
        budget = Budget()
        with pytest.raises(TooMany) as told:
            await ask(replace(POST, url=web.url), budget)
        assert told.value.wait == 120
        with pytest.raises(TooMany) as held:
            await ask(replace(GET, url=web.url), budget)
        assert 118 < held.value.wait <= 120
        assert len(web.asked) == 1, "the credential rests, whatever asks"


async def test_a_vendors_own_way_of_saying_wait_is_read() -> None:
    def asked(answer: Answer) -> float | None:
        return answer.record().get("retry_after_ms", 0) / 1000 or None

    with Web([say(429, b'{"retry_after_ms": 300}')]) as web:
        started = time.monotonic()
        assert (await ask(replace(POST, url=web.url), Budget(asked=asked))).good
        assert time.monotonic() - started >= 0.3


async def test_ten_at_once_keep_one_budget() -> None:
    with Web() as web:
        async with Client() as http:
            budget = Budget(Rate(5, 0.5))
            started = time.monotonic()
            await asyncio.gather(*(http.ask(Request(url=web.url), budget) for _ in range(10)))
            assert time.monotonic() - started >= 0.45


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress])
async def test_packed_answers_are_read_and_bounded(packed: object) -> None:
    assert callable(packed)
    coding = "gzip" if packed is gzip.compress else "deflate"
    small, bomb = packed(b"x" * 1000), packed(b"\0" * 50_000_000)
    with Web([say(200, small, Content_Encoding=coding), say(200, bomb, Content_Encoding=coding)]) as web:
        assert (await ask(Request(url=web.url))).body == b"x" * 1000
        with pytest.raises(TooLarge):
            await ask(Request(url=web.url, largest=100_000))


async def test_a_download_goes_into_a_file_and_a_torn_one_begins_anew(tmp_path: Path) -> None:
    whole = bytes(range(256)) * 8000
    with Web([torn, say(200, whole), say(404, b"gone"), say(200, whole)]) as web:
        request = Request(url=f"{web.url}/file", largest=len(whole))
        with (tmp_path / "file").open("w+b") as file:
            async with Client(backoff=Soon) as http:
                answer = await http.ask(request, into=file)
                assert (answer.status, answer.body) == (200, b"")
                assert (tmp_path / "file").read_bytes() == whole
                missing = await http.ask(request, into=file)
                assert (missing.status, missing.body) == (404, b"gone")
                with pytest.raises(TooLarge):
                    await http.ask(replace(request, largest=len(whole) - 1), into=file)


async def test_what_cannot_be_unpacked_is_an_error() -> None:
    with Web([say(200, b"abc", Content_Encoding="gzip"), say(200, b"abc", Content_Encoding="br")]) as web:
        for _ in range(2):
            with pytest.raises(ProtocolError, match="packed its answer"):
                await ask(Request(url=web.url))


async def test_large_and_endless_answers_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with Web([say(200, b"x" * 2000)]) as web, pytest.raises(TooLarge):
        await ask(Request(url=web.url, largest=1999))
    monkeypatch.setattr(client_module, "LONGEST", 0.2)
    with Web([dripping(200, 0.05)]) as web:
        started = time.monotonic()
        with pytest.raises(Unanswered, match="did not come to an end"):
            await ask(replace(POST, url=web.url))
        assert time.monotonic() - started < 3


async def test_redirects_carry_nothing_to_another_host() -> None:
    headers = {"Authorization": "Bearer planted"}
    with Web() as other, Web() as web:
        web.plan = [say(302, Location="/there"), say(200, b"[1]")]
        assert (await ask(Request(url=f"{web.url}/here", headers=headers))).json() == [1]
        assert [one.headers["authorization"] for one in web.asked] == ["Bearer planted"] * 2
        web.plan = [say(302, Location=f"{other.url}/file?signed=1")]
        with pytest.raises(ProtocolError, match="another host"):
            await ask(Request(url=web.url, headers=headers))
        web.plan = [say(302, Location=f"{other.url}/file?signed=1")]
        assert (await ask(Request(url=web.url, headers=headers, elsewhere=True))).good
        assert [one.path for one in other.asked] == ["/file?signed=1"]
        assert "authorization" not in other.asked[0].headers
        web.plan = [say(307, Location="/there")]
        with pytest.raises(ProtocolError, match="not followed"):
            await ask(replace(POST, url=web.url))
        web.plan = []
        web.always = say(302, Location="/round")
        with pytest.raises(ProtocolError, match="without end"):
            await ask(Request(url=web.url))


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.org/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://name:word@mail.example.org/",
        "https:///x",
        "https://mail.example.org/a b",
        "https://mail.example.org/a\r\nX: y",
        "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/",
    ],
)
async def test_addresses_that_are_never_asked(url: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask(Request(url=url))
    assert "word" not in str(caught.value).replace("password", "")


async def test_a_redirect_leads_to_no_such_address_either() -> None:
    for target in ("http://mail.example.org/", "file:///etc/passwd", "https://a:b@mail.example.org/"):
        with Web([say(302, Location=target)]) as web, pytest.raises(Refused):
            await ask(Request(url=web.url, elsewhere=True))


def certificate(folder: Path, name: str) -> Path:
    folder.mkdir()
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -addext subjectAltName=DNS:{name} "
        f"-keyout {folder}/key.pem -out {folder}/cert.pem"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return folder / "cert.pem"


async def test_certificates_and_names_are_checked(tmp_path: Path) -> None:
    good, other = (certificate(tmp_path / name, name) for name in ("localhost", "other.example"))
    with Web(certificate=good) as web:
        with pytest.raises(Offline, match=r"(?i)certificate"):
            await ask(Request(url=web.url, patience=0.1))
        assert (await ask(Request(url=web.url), ca_file=str(good))).good
    with Web(certificate=other) as web, pytest.raises(Offline, match=r"(?i)certificate"):
        await ask(Request(url=web.url, patience=0.1), ca_file=str(other))
    with pytest.raises(Offline, match="cannot be read"):
        await ask(Request(url="https://localhost/"), ca_file=str(tmp_path / "none.pem"))


async def test_this_machine_is_never_reached_by_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with Web(always=say(502)) as proxy, Web() as web:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for host in ("localhost", "127.0.0.1"):
            assert (await ask(Request(url=f"http://{host}:{web.port}/"))).status == 200
        assert proxy.asked == []


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "trouble",
    [hang_up, torn, nonsense, say(302, Location="/next"), say(302, Location="http://evil.example/"), say(429)],
)
async def test_no_secret_is_in_an_error_a_log_or_a_repr(
    trouble: Act, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By value: the token stands in the path, a header, the query and the body, and everything is logged."""
    caplog.set_level(logging.DEBUG)
    with Web(always=trouble) as web:
        request = form(
            f"{web.url}/bot{quote(token)}/sendMessage", {"token": token}, secrets=(token,), patience=0.05, silence=0.5
        )
        request = replace(request, params={"key": token}, headers={**request.headers, "Authorization": token})
        told = [repr(request)]
        for one in (request, replace(request, method="GET", body=b"")):
            try:
                told.append(repr(await ask(one)))
            except OmnituiError as error:
                told += [str(error), repr(error), "".join(traceback.format_exception(error))]
        assert quote(token) in web.asked[0].path
        assert web.asked[0].headers["authorization"] == token
    assert len(told) > 2
    for words in (*told, caplog.text):
        assert token not in words
        assert "planted" not in words
