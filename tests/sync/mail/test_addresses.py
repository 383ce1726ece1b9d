"""Address headers as people and machines write them."""

from __future__ import annotations

import time

import pytest

from omnitui.sync.mail.addresses import addresses

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
    short, long = _seconds(unit * 10**4), _seconds(unit * 10**5)
    # Ten times as long a value, ten times the work; with the square it would be a hundred.
    assert long <= 30 * short + 0.1


def _seconds(value: str) -> float:
    started = time.process_time()
    assert len(addresses([value])) <= 200
    return time.process_time() - started
