"""Servers that lie: sizes, UIDs, literals, floods. Each ends in an error of ours, soon, with little memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.errors import OmnituiError, ProtocolError, Refused
from omnitui.sync.imap import responses, uids
from omnitui.sync.imap.connection import Connection, mailbox, quoted
from omnitui.sync.imap.login import Login
from tests.servers.dovecot import PASSWORD
from tests.servers.scripted import Client, Scripted

LOGIN = Login("localhost", 0, "plain", "u", "password", PASSWORD)


def _server(answers: dict[bytes, list[bytes]]) -> Scripted:
    def script(client: Client) -> None:
        client.greet_and_log_in()
        client.answer(answers)

    return Scripted(script)


SELECTED = [b"* 3 EXISTS", b"* OK [UIDVALIDITY 7] v", b"* OK [UIDNEXT 4] n"]
LIES = [
    {b"UID FETCH": [b"* 1 FETCH (UID 1 BODY[] {1073741824}", b"x"]},
    {b"UID FETCH": [b"* 1 FETCH (UID 1 BODY[] {99999999999999999999}", b"x"]},
    {b"UID FETCH": [b"* 1 FETCH (UID 1 FLAGS (\\Seen"]},
    {b"UID FETCH": [b"* 1 FETCH (" + b"(" * 5000]},
    {b"UID FETCH": [b"* 1 FETCH (UID 1 BODY[] {3}", b"a{3}", b"b{3}"]},
    {b"UID FETCH": [b"nonsense without a star"]},
    {b"UID FETCH": [b"* BYE shutting down"]},
    {b"UID FETCH": [b"x" * (5 * 1024 * 1024)]},
]


@pytest.mark.parametrize("lies", LIES, ids=range(len(LIES)))
def test_a_lying_fetch_ends_in_an_error(lies: dict[bytes, list[bytes]]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with _server({b"SELECT": SELECTED, **lies}) as server:
        connection = Connection(replace(LOGIN, port=server.port), timeout=2)
        connection.select("INBOX")
        started = time.monotonic()
        with pytest.raises(OmnituiError):
            list(connection.fetch("1:*", "(BODY.PEEK[])"))
        assert time.monotonic() - started < 3
        connection.abort()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


ODD = [b"* 1 FETCH (UID 0 FLAGS ())", b"* 1 FETCH (UID -4 RFC822.SIZE -9)", b"* 1 FETCH (UID 99999999999 FLAGS ())"]


def test_uids_and_sizes_that_cannot_be_are_left_out() -> None:
    lines = [*ODD, b"* 2 FETCH (RFC822.SIZE -5 UID 2 FLAGS (\\seen))"]
    with _server({b"SELECT": SELECTED, b"UID FETCH": lines}) as server:
        connection = Connection(replace(LOGIN, port=server.port), timeout=2)
        connection.select("INBOX")
        found = list(connection.fetch("1:*", "(FLAGS)"))
        assert [(one.uid, one.size, one.flags) for one in found] == [(2, 0, "\\Seen")]
        connection.abort()


@pytest.mark.parametrize(
    "lines",
    [
        [b'* ESEARCH (TAG "a") UID ALL 1:4294967295'],
        [b'* ESEARCH (TAG "a") UID ALL 0:4'],
        [b'* ESEARCH (TAG "a") UID ALL 1:99999999999'],
        [b"* SEARCH" + b" 5" * 10 + b" 1 2 3 4 6 7 8 9 10 11 12 13"],
    ],
)
def test_a_search_that_names_more_than_there_is(lines: list[bytes]) -> None:
    with _server({b"SELECT": SELECTED, b"UID SEARCH": lines}) as server:
        connection = Connection(replace(LOGIN, port=server.port), timeout=2)
        connection.select("INBOX")
        with pytest.raises(ProtocolError):
            connection.search(b"ALL", most=10)
        connection.abort()


def test_a_folder_without_uidvalidity_is_refused() -> None:
    with _server({b"SELECT": [b"* 3 EXISTS"]}) as server:
        connection = Connection(replace(LOGIN, port=server.port), timeout=2)
        with pytest.raises(ProtocolError, match="UIDVALIDITY"):
            connection.select("INBOX")
        connection.abort()


def test_endless_untagged_answers_are_cut_off() -> None:
    def script(client: Client) -> None:
        client.greet_and_log_in()
        client.hear()
        while True:
            client.sock.sendall(b"* 1 EXISTS\r\n" * 10_000)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Scripted(script) as server:
        connection = Connection(replace(LOGIN, port=server.port), timeout=2)
        with pytest.raises(ProtocolError, match="without end"):
            list(connection.answers(connection.send(verb=b"NOOP")))
        connection.abort()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def test_an_endless_greeting_or_login_is_cut_off() -> None:
    def script(client: Client) -> None:
        client.say(b"* OK hi")
        while True:
            client.sock.sendall(b"* CAPABILITY IMAP4rev1\r\n" * 10_000)

    with Scripted(script) as server, pytest.raises(ProtocolError, match="without end"):
        Connection(replace(LOGIN, port=server.port), timeout=2)


@pytest.mark.parametrize("bad", ["a\r\nX DELETE INBOX", "a\nb", "a\0b"])
def test_no_argument_holds_a_line_break(bad: str) -> None:
    with _server({}) as server:
        connection = Connection(replace(LOGIN, port=server.port), timeout=2)
        for attempt in (
            lambda: connection.search_header("Message-ID", bad),
            lambda: connection.search_header(bad, "x"),
            lambda: connection.select(bad),
            lambda: connection.append("Sent", b"raw", bad, ""),
            lambda: connection.append("Sent", b"raw", "", bad),
            lambda: mailbox(bad),
            lambda: quoted(bad),
            lambda: connection.send(bad.encode(), verb=b"NOOP"),
            lambda: list(connection.fetch(bad, "(FLAGS)")),
        ):
            with pytest.raises(Refused):
                attempt()
        connection.abort()
    assert b"DELETE" not in server.heard()


@given(st.sets(st.integers(1, 300)))
def test_a_set_of_uids_survives_its_spelling(wanted: set[int]) -> None:
    if wanted:
        ranges = uids.parse(uids.compress(wanted))
        assert uids.expand(ranges, 300) == sorted(wanted)
        assert uids.count(ranges) == len(wanted)
        assert list(uids.within(range(1, 301), ranges)) == sorted(wanted)


@given(st.binary(max_size=80))
def test_any_bytes_as_an_answer_read_or_refuse(noise: bytes) -> None:
    for start in (b"* 1 FETCH (", b"* ESEARCH UID ALL ", b"* VANISHED ", b"* OK [UIDVALIDITY ", b"* STATUS x ("):
        for read in (responses.fetched, responses.vanished, responses.exists):
            _try(read, [start + noise + b"\r\n"])
        for whole in (responses.search_result, responses.selected, responses.status):
            _try(whole, [[start + noise + b"\r\n"]])


def _try(read: Callable[..., object], given: object) -> None:
    try:
        read(given)
    except ProtocolError:
        return


@pytest.mark.parametrize(
    ("line", "flags", "at"),
    [
        (rb'* 4 FETCH (FLAGS (\Seen $J) UID 9 INTERNALDATE "17-Jul-1996 02:44:25 -0700")', "$J \\Seen", 837596665000),
        (rb'* 4 FETCH (UID 9 FLAGS (\RECENT \seen) INTERNALDATE " 1-Jan-1970 00:00:00 +0000")', "\\Seen", 0),
        (rb'* 4 FETCH (UID 9 FLAGS () INTERNALDATE "99-Foo-0000 99:99:99 +9999")', "", None),
        (rb'* 4 FETCH (UID 9 FLAGS () INTERNALDATE " 1-Jan-0001 00:00:00 +0000")', "", 0),
    ],
)
def test_flags_and_dates(line: bytes, flags: str, at: int | None) -> None:
    found = responses.fetched([line])
    assert found is not None
    assert (found.uid, found.flags, found.at) == (9, flags, at)
