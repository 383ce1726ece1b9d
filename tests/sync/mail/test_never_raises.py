"""Whatever the bytes: an answer, no exception, nothing in it that drives a terminal."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnitui.sync.mail import fast
from omnitui.sync.mail.assemble import assembled, stub
from omnitui.sync.mail.look import unusual
from omnitui.sync.mail.parse import parse_carefully
from omnitui.sync.mail.wire import from_json, to_json

FOREIGN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

NAMES = ["From", "To", "Subject", "Date", "Message-ID", "References", "Content-Type", "Content-Transfer-Encoding"]
NAMES += ["Content-Disposition", "List-Id", "Auto-Submitted", "X-Failed-Recipients", "Return-Path", "Content-ID"]
PIECES = [
    b"=?utf-8?q?=1b?=",
    b"=?gb2312?b?1tAh?=",
    b'"',
    b"\\",
    b"(",
    b")",
    b"<",
    b">",
    b"@",
    b";",
    b",",
    b"\0",
    b"\x1b[31m",
]
PIECES += [
    b"multipart/mixed; boundary=b",
    b"multipart/alternative; boundary=b",
    b"text/html",
    b"message/rfc822",
    b"base64",
]
PIECES += [b"text/plain; charset=utf-7", b"quoted-printable", b"attachment; filename*0*=utf-8''%1b", b"text/calendar"]
PIECES += [b"message/delivery-status", b"application/ms-tnef", b"a@example.org", b"Tue, 3 Feb 2026 10:00:00 +9999"]
PIECES += [b"\xe2\x80\xae", b"\xc2\x9b", b"\xff\xfe", b"+2AA-", b"\r\n ", b"3 Feb 0000 25:61", b"rfc822;", b":"]
BODY = [
    b"--b\r\n",
    b"--b--\r\n",
    b"\r\n",
    b"> x\r\n",
    b"begin 644 f\n#86)C\n`\nend\n",
    b"<div>",
    b"</div><script>",
    b"=1b",
]
BODY += [
    b"BEGIN:VEVENT\r\n",
    b'SUMMARY;X=":":\\n\r\n',
    b'x\x9f>"\0\0\2\x90\6\0\xff\xff\xff\xff',
    b"-- \r\n",
    b"&#27;&#x9b;",
]

value = st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=6).map(b"".join)
field = st.tuples(st.sampled_from(NAMES), value).map(lambda pair: pair[0].encode() + b": " + pair[1] + b"\r\n")
head = st.lists(field | st.binary(max_size=10), max_size=6).map(b"".join)
body = st.lists(st.sampled_from(BODY) | head | st.binary(max_size=20), max_size=8).map(b"".join)
mail = st.builds(lambda a, b: a + b"\r\n" + b, head, body) | st.binary(max_size=300)


def check(parsed: object) -> None:
    texts = json.dumps(asdict(parsed) | {"html": ""}, ensure_ascii=False, default=str)  # type: ignore[call-overload]
    assert not FOREIGN.search(texts)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(raw=mail)
def test_careful_path(raw: bytes) -> None:
    parsed = parse_carefully(raw)
    check(parsed)
    assert from_json(to_json(parsed)) == parsed


@settings(max_examples=400, deadline=None, derandomize=True)
@given(raw=mail)
def test_fast_path(raw: bytes) -> None:
    if not unusual(raw) and (root := fast.parse_tree(raw)) is not None:
        check(assembled(root))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(raw=mail)
def test_stub(raw: bytes) -> None:
    parsed = stub(raw, "why")
    check(parsed)
    assert parsed.error == "why"


@pytest.mark.parametrize("char", ["\x1b", "\x9b", "\u202e", "\x00", "\x7f"])
def test_encoded_header_brings_nothing_through(char: str) -> None:
    coded = "".join(f"={byte:02x}" for byte in char.encode())
    raw = f"From: =?utf-8?q?a{coded}?= <a@example.org>\nSubject: =?utf-8?q?b{coded}=0d=0aBcc:_c?=\n\nx\n".encode()
    parsed = parse_carefully(raw)
    check(parsed)
    assert "\n" not in parsed.subject
