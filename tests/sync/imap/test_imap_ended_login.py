"""A login that ends while we are at work (RFC 5530): the connection is left, and the next login renews the token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.errors import Offline, OmnituiError
from omnitui.sync.imap.connection import CommandRefused, Connection, LoginEnded
from omnitui.sync.imap.login import Login
from tests.servers.scripted import Client, Scripted
from tests.sync.imap.desk import Desk, mail

LOGIN = Login("localhost", 0, "plain", "u", "xoauth2", "old")
ONE = [b"* 1 EXISTS", b"* OK [UIDVALIDITY 7] v", b"* OK [UIDNEXT 2] n"]
HEAD = b'* 1 FETCH (UID 1 FLAGS () INTERNALDATE "17-Jul-2024 02:44:25 +0000" RFC822.SIZE %d BODY[]<0> {%d}\r\n%s)'
GOOD = {
    b"LIST": [b'* LIST () "/" INBOX'],
    b"SELECT": ONE,
    b"EXAMINE": ONE,
    b"UID SEARCH": [b'* ESEARCH (TAG "x") UID ALL 1'],
    b"UID FETCH": [HEAD % (len(mail(1)), len(mail(1)), mail(1))],
}


def _server(answers: dict[bytes, list[bytes]]) -> Scripted:
    def script(client: Client) -> None:
        client.greet_and_log_in()
        client.answer(answers)

    return Scripted(script)


@pytest.mark.parametrize("code", [b"EXPIRED", b"AUTHORIZATIONFAILED", b"expired"])
@pytest.mark.parametrize(
    ("verb", "ask"),
    [
        (b"NOOP", lambda connection: connection.noop()),
        (b"SELECT", lambda connection: connection.select("INBOX")),
        (b"STATUS", lambda connection: connection.status(["INBOX", "Sent"])),
        (b"UID FETCH", lambda connection: list(connection.fetch("1", "(FLAGS)"))),
        (b"APPEND", lambda connection: connection.append("Sent", b"x", "", "")),
    ],
)
def test_any_command_tells_it_and_nothing_more_is_said(
    verb: bytes, ask: Callable[[Connection], object], code: bytes
) -> None:
    with _server({verb: [b"NO [%s] sign in \x1b[31manew" % code]}) as server:
        connection = Connection(replace(LOGIN, port=server.port), timeout=5)
        with pytest.raises(LoginEnded, match="has ended the login") as ended:
            ask(connection)
        assert "\x1b" not in str(ended.value)
        heard = server.heard()
        with pytest.raises(Offline):
            connection.noop()
        connection.close()
        assert server.heard() == heard


def test_a_goodbye_tells_it_too_and_another_refusal_does_not() -> None:
    answers = {b"NOOP": [b"* BYE [EXPIRED] your token"], b"SELECT": [b"NO [NOPERM] not yours"]}
    with _server(answers) as server:
        connection = Connection(replace(LOGIN, port=server.port), timeout=5)
        with pytest.raises(CommandRefused):
            connection.select("INBOX")
        with pytest.raises(LoginEnded):
            connection.noop()


@pytest.mark.parametrize("verb", [b"UID FETCH", b"UID SEARCH", b"EXAMINE", b"LIST"])
def test_the_next_login_renews_the_token_once_and_the_sync_goes_on(tmp_path: Path, verb: bytes) -> None:
    """Neither the folder nor the mail that was asked for is to blame."""
    renewed: list[str] = []

    def renew(refused: str) -> str:
        renewed.append(refused)
        return "new"

    def script(client: Client) -> None:
        first = server.clients[0] is client
        client.greet_and_log_in(ended=b"" if first else b"old")
        client.answer(GOOD | ({verb: [b"NO [EXPIRED] that token has ended"]} if first else {}))

    with Scripted(script) as server:
        desk = Desk(tmp_path, replace(LOGIN, port=server.port, renew=renew))
        with pytest.raises(OmnituiError):
            desk.sync()
        assert (renewed, len(server.clients)) == ([], 1)
        assert len(desk.suspects) == 0
        assert desk.sync() == 1
        assert (renewed, len(server.clients)) == (["old"], 3)
        assert desk.count("message") == 1
        desk.close()
