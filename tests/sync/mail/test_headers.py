"""Header blocks, encoded words, parameters, ids and dates: as they should be and as they come."""

from __future__ import annotations

import pytest

from omnitui.sync.mail.dates import claimed_date
from omnitui.sync.mail.fields import split_head
from omnitui.sync.mail.ids import message_id, message_ids
from omnitui.sync.mail.words import decoded, parameters
from tests.growth import assert_linear

WORDS = [
    ("=?utf-8?q?caf=C3=A9?=", "café"),
    ("=?utf-8?B?Y2Fmw6k=?= tail", "café tail"),
    ("=?utf-8?B?Y2Fmw6k?=", "café"),
    ("a =?iso-8859-1?q?=E4?= =?iso-8859-1?q?=F6?= b", "a äö b"),
    ("=?utf-8?B?5rU=?= =?utf-8?B?i+ivlQ==?=", "测试"),
    ("=?gb2312?B?1tAh?=", "中!"),
    ("=?utf-8*en?q?x?=", "x"),
    ("=?nonsense?q?a=41?=", "aA"),
    ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
    ("=?utf-8?q?open", "=?utf-8?q?open"),
    ("=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "テスト"),
    ("r\xc3\xa4w", "räw"),
    ("r\xe4w", "räw"),
    ("=?utf-8?q?a=3Fb?c?=", "a?b?c"),
]


@pytest.mark.parametrize(("value", "expected"), WORDS, ids=lambda v: repr(v)[:24])
def test_encoded_words(value: str, expected: str) -> None:
    assert decoded(value) == expected


PARAMETERS = [
    ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
    ('TEXT/HTML; Charset="utf-8"; format=flowed;', "text/html", {"charset": "utf-8", "format": "flowed"}),
    ('a/b; name="x;y\\"z.pdf"', "a/b", {"name": 'x;y"z.pdf'}),
    ("a/b; name*=utf-8''caf%C3%A9.txt", "a/b", {"name": "café.txt"}),
    ("a/b; name*0*=utf-8''caf%C3; name*1*=%A9; name*2=.txt", "a/b", {"name": "café.txt"}),
    ('a/b; name="=?utf-8?q?caf=C3=A9.txt?="', "a/b", {"name": "café.txt"}),
    ("a/b; name=bare words.txt; x=1", "a/b", {"name": "bare words.txt", "x": "1"}),
    ('a/b; name="one" x="two"', "a/b", {"name": "one", "x": "two"}),
    ('a/b; name="C:\\temp\\x.txt"', "a/b", {"name": "C:\\temp\\x.txt"}),
    ("attachment", "attachment", {}),
    ("a/b; name*p*=x; name*9999=y; name=z", "a/b", {"name": "z"}),
    ('a/b; name="unclosed', "a/b", {"name": "unclosed"}),
]


@pytest.mark.parametrize(("value", "kind", "expected"), PARAMETERS, ids=lambda v: str(v)[:30])
def test_parameters(value: str, kind: str, expected: dict[str, str]) -> None:
    assert parameters(value) == (kind, expected)


@pytest.mark.parametrize("unit", ["=?utf-8?q?a?= ", "=?utf-8?q?", "=?", "a=b;", '"\\', "x*1*=a;", "\xe4 "])
def test_headers_take_linear_time(unit: str) -> None:
    def work(value: str) -> None:
        decoded(value)
        parameters("a/b;" + value)

    assert_linear(work, lambda n: unit * (6554 // len(unit) * n))


BLOCKS = [
    (b"A: 1\r\nB: 2\r\n 3\r\n\r\nbody", {"a": ["1"], "b": ["2\r\n 3"]}, b"body"),
    (b"A: 1\nA: 2\n\nbody", {"a": ["1", "2"]}, b"body"),
    (b"From x Tue Feb  3 10:00:00 2026\nA: 1\n\nbody", {"a": ["1"]}, b"body"),
    (b"Subject: x\nHello there,\n\nbody", {"subject": ["x"]}, b"Hello there,\n\nbody"),
    (b"To: a@b.c,\nd@e.f\nSubject: x\n\nbody", {"to": ["a@b.c, d@e.f"], "subject": ["x"]}, b"body"),
    (b"A: 1\n \nB: 2\n\nbody", {"a": ["1"], "b": ["2"]}, b"body"),
    (b"just text", {}, b"just text"),
    (b"A: 1", {"a": ["1"]}, b""),
    (b"", {}, b""),
]


@pytest.mark.parametrize(("raw", "fields", "body"), BLOCKS, ids=lambda v: repr(v)[:30])
def test_header_block(raw: bytes, fields: dict[str, list[str]], body: bytes) -> None:
    found, begin = split_head(raw)
    assert found.values == fields
    assert raw[begin:] == body


DATES = [
    ("Tue, 3 Feb 2026 10:15:00 +0100", "2026-02-03T10:15:00+01:00"),
    ("3 Feb 2026 10:15 GMT", "2026-02-03T10:15:00+00:00"),
    ("Tue,  3 Feb 2026 10:15:00 +0100 (CET)", "2026-02-03T10:15:00+01:00"),
    ("2026-02-03T10:15:00Z", "2026-02-03T10:15:00+00:00"),
    ("Tue, 3 Feb 2026 10:15:60 -0000", "2026-02-03T10:15:59+00:00"),
    ("Tue, 3 Feb 2026 10:15:00 +9999", "2026-02-03T10:15:00+00:00"),
    ("Tue, 3 Feb 99999 10:15:00 +0000", ""),
    ("Tue, 3 Feb 9999 10:15:00 +0000", ""),
    ("Tue, 31 Feb 2026 10:15:00 +0000", ""),
    ("yesterday", ""),
    ("", ""),
]


@pytest.mark.parametrize(("value", "expected"), DATES)
def test_dates(value: str, expected: str) -> None:
    iso, at = claimed_date(value)
    assert iso == expected
    assert (at is None) == (expected == "")


IDS = [
    ("<a@b.example>", ("a@b.example",)),
    ("<a@b.example>\r\n <c@d.example> <a@b.example>", ("a@b.example", "c@d.example")),
    ("a@b.example c@d.example", ("a@b.example", "c@d.example")),
    ("<a b@c.example>", ("ab@c.example",)),
    ("<a\x00b@c.example>", ()),
    ("Your mail of Tuesday", ()),
    ("<a\u202eb@c>", ()),
]


@pytest.mark.parametrize(("value", "expected"), IDS)
def test_ids(value: str, expected: tuple[str, ...]) -> None:
    assert message_ids(value) == expected


def test_own_id_without_an_at_sign_is_kept() -> None:
    assert message_id(" <20260203.1> ") == "20260203.1"
    assert message_id(" odd-id ") == "odd-id"
    assert message_id("x\r\nBcc: y") == "xBcc:y"


def test_references_keep_first_and_last() -> None:
    found = message_ids(" ".join(f"<{n}@x>" for n in range(500)))
    assert (len(found), found[0], found[-1]) == (100, "0@x", "499@x")
