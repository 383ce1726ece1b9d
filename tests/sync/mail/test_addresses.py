"""Address headers as people and machines write them."""

from __future__ import annotations

import pytest

from omnitui.sync.mail.addresses import addresses
from tests.growth import assert_linear

CASES = [
    ("anna@example.org", [("", "anna@example.org")]),
    ("Anna <anna@example.org>", [("Anna", "anna@example.org")]),
    ('"Jansen, A" <a@example.org>, bo@example.org', [("Jansen, A", "a@example.org"), ("", "bo@example.org")]),
    ("anna@example.org (Anna Jansen)", [("Anna Jansen", "anna@example.org")]),
    ("anna at example.org (Anna Jansen)", [("Anna Jansen", "anna@example.org")]),
    ("=?utf-8?q?M=C3=BCller,_B?= <b@example.org>", [("Müller, B", "b@example.org")]),
    ("team: a@example.org, b@example.org; c@example.org", [("", e + "@example.org") for e in "abc"]),
    ("undisclosed-recipients:;", []),
    ("<@relay.example:anna@example.org>", [("", "anna@example.org")]),
    ("MAILER-DAEMON (Mail System)", [("Mail System", "MAILER-DAEMON")]),
    ("a@example.org; b@example.org", [("", "a@example.org"), ("", "b@example.org")]),
    ("'Anna' <anna@example.org>", [("Anna", "anna@example.org")]),
]


@pytest.mark.parametrize(("value", "expected"), CASES, ids=lambda v: str(v)[:30])
def test_reads_what_is_written(value: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.name, found.email) for found in addresses([value])] == expected


HOSTILE = ["a@b.c, ", ";", "(", '"\\', "<", "(\\", '"', "=?", "=?a?q?", "a@", ":", "\\"]


@pytest.mark.parametrize("unit", HOSTILE)
def test_no_value_takes_long(unit: str) -> None:
    def work(value: str) -> None:
        assert len(addresses([value])) <= 200

    assert_linear(work, lambda n: unit * 10**4 * n)
