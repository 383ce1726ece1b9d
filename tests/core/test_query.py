"""The query language: what parses, what it means, what is said about what does not."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.errors import QueryError
from omnitui.core.query.ast import And, Choice, Compare, Everything, Match, Moment, Node, Not, Number, Or, Word, unparse
from omnitui.core.query.complete import complete
from omnitui.core.query.operators import OPERATORS, describe, operator_named, suggest
from omnitui.core.query.parser import parse
from omnitui.core.times import HOUR, MINUTE, Instant, instant

ZONE = "Europe/Amsterdam"


def at(*parts: int) -> Instant:
    return instant(datetime(*parts, tzinfo=ZoneInfo(ZONE)))


NOW = at(2026, 11, 18, 15, 30)  # a Wednesday


def read(text: str) -> Node:
    return parse(text, now=NOW, zone=ZONE)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", Everything()),
        ("  ", Everything()),
        ("*", Everything()),
        ("refund", Word("refund")),
        ("ref*", Word("ref", prefix=True)),
        ('"lost parcel"', Word("lost parcel")),
        ("“lost parcel”", Word("lost parcel")),
        ('"lost par"*', Word("lost par", prefix=True)),
        (r'"say \"hi\""', Word('say "hi"')),
        ("is:open", Choice("is", "open")),
        ("IS:Waiting", Choice("is", "waiting")),
        ("has:note", Choice("has", "note")),
        ("assignee:me", Match("assignee", "me")),
        ("org:acme", Match("organisation", "acme")),
        ('subject:"a b"', Match("subject", "a b")),
        ("from:ana*", Match("from", "ana", prefix=True)),
        ("tag：退款", Match("tag", "退款")),
        ("id:1042", Number("id", 1042)),
        ("id:#7", Number("id", 7)),
        ("priority:urgent", Compare("priority", "=", 2, "priority:urgent")),
        ("priority:>=high", Compare("priority", ">=", 1, "priority:>=high")),
        ("sla:<1h", Compare("sla", "<", HOUR, "sla:<1h")),
        ("sla:30m", Compare("sla", "=", 30 * MINUTE, "sla:30m")),
        ("a b", And((Word("a"), Word("b")))),
        ("a and b", And((Word("a"), Word("b")))),
        ("a or b c", Or((Word("a"), And((Word("b"), Word("c")))))),
        ("a (b or c)", And((Word("a"), Or((Word("b"), Word("c")))))),
        ("-tag:vip", Not(Match("tag", "vip"))),
        ("-(a b)", Not(And((Word("a"), Word("b"))))),
        ("((a) (b c))", And((Word("a"), Word("b"), Word("c")))),
        ("https://shop.example/x", Word("https://shop.example/x")),
        ("12:30", Word("12:30")),
        ("e-mail", Word("e-mail")),
        ("a - b", And((Word("a"), Word("-"), Word("b")))),
        ("我要退款", Word("我要退款")),
        ('"or"', Word("or")),
    ],
)
def test_meaning(text: str, node: Node) -> None:
    assert read(text) == node
    assert read(unparse(node)) == node


@pytest.mark.parametrize(
    ("text", "operator", "moment"),
    [
        ("before:2026-01-05", "before", at(2026, 1, 5)),
        ("after:2026-03", "after", at(2026, 3, 1)),
        ("after:2025", "after", at(2025, 1, 1)),
        ('after:"2026-11-02 09:15"', "after", at(2026, 11, 2, 9, 15)),
        ("after:today", "after", at(2026, 11, 18)),
        ("after:yesterday", "after", at(2026, 11, 17)),
        ("after:mon", "after", at(2026, 11, 16)),
        ("after:wednesday", "after", at(2026, 11, 18)),
        ("since:thu", "after", at(2026, 11, 12)),
        ("before:jan", "before", at(2026, 1, 1)),
        ("before:dec", "before", at(2025, 12, 1)),
        ("before:2w", "before", at(2026, 11, 4, 15, 30)),
        ("older:30d", "before", at(2026, 10, 19, 15, 30)),  # the clock changed on 25 October: same time of day
        ("newer:36h", "after", at(2026, 11, 17, 3, 30)),
        ("older:6mo", "before", at(2026, 5, 18, 15, 30)),
        ("newer:1y", "after", at(2025, 11, 18, 15, 30)),
    ],
)
def test_dates(text: str, operator: str, moment: Instant) -> None:
    node = read(text)
    assert isinstance(node, Moment)
    assert (node.operator, node.at) == (operator, moment)
    assert read(unparse(node)) == node


@pytest.mark.parametrize(
    ("text", "column", "says", "suggestion"),
    [
        ("asignee:me", 0, 'Did you mean "assignee:"?', "assignee:me"),
        ("a is:opne", 5, 'Did you mean "is:open"?', "is:open"),
        ("is:x", 3, "There are: open, pending", ""),
        ("is:", 0, "needs one of a list, as in is:waiting", ""),
        ("tag:", 0, "needs a name", ""),
        ('a "b', 2, "not closed", ""),
        ('""', 0, "nothing between the quotes", ""),
        ("(a", 0, "bracket is not closed", ""),
        ("a)", 1, "too many", ""),
        ("()", 0, "nothing between the brackets", ""),
        ("a or", 2, 'missing after "or"', ""),
        ("or a", 0, 'missing before "or"', ""),
        ("-(", 1, "missing after", ""),
        ("older:3m", 6, "3min or 3mo", ""),
        ("older:soon", 6, "is not an age", ""),
        ("before:2026-13-01", 7, "There is no 2026-13-01", ""),
        ("before:99999y", 7, "too long ago", ""),
        ("before:whenever", 7, "is not a date", ""),
        ("id:x", 3, "is not a number", ""),
        ("priority:urgnt", 9, "There is no priority", "priority:urgent"),
        ("sla:<soon", 4, "is not a duration", ""),
        ("(" * 60 + "a" + ")" * 60, 50, "More than 50", ""),
        ("a " * 400, 600, "more than 300", ""),
        ("a" * 5000, 4000, "longer than", ""),
    ],
)
def test_errors_say_where_and_what(text: str, column: int, says: str, suggestion: str) -> None:
    with pytest.raises(QueryError) as raised:
        read(text)
    assert says in str(raised.value)
    assert (raised.value.column, raised.value.suggestion) == (column, suggestion)


@pytest.mark.parametrize("text", ["!!!", '"?"', "😀", "-", "- !", "-😀", "a or !", "is:open or 😀", "-(- !)", "%"])
def test_signs_alone_do_not_find_everything(text: str) -> None:
    """What a query finds is what `close --query` closes."""
    with pytest.raises(QueryError, match="no letter and no digit"):
        read(text)


@pytest.mark.parametrize("text", ["a !", "😀 is:open", "*", "", "- tag:x"])
def test_signs_beside_what_can_be_found_are_passed_over(text: str) -> None:
    read(text)


CHARACTERS = st.one_of(st.sampled_from('abor()-:*"“”：\\ #<>=0123456789dwmhy'), st.characters())
PIECES = [
    "is:open",
    "-",
    "(",
    ")",
    "or",
    "and",
    '"a',
    "tag:x",
    "older:3d",
    "before:mon",
    "from:",
    "sla:<1h",
    "*",
    "x*",
    '"',
    "id:1",
]
SOUP = st.text(CHARACTERS, max_size=40) | st.lists(st.sampled_from([*PIECES, " ", '"a b"'])).map("".join)


@given(SOUP)
def test_any_text_parses_or_says_why(text: str) -> None:
    refused: QueryError | None = None
    try:
        node = read(text)
    except QueryError as error:
        refused = error
    if refused:
        assert 0 <= refused.column <= len(text)
        assert str(refused)
    else:
        assert read(unparse(node)) == node


def test_a_zone_that_is_not_known_is_a_query_error() -> None:
    with pytest.raises(QueryError):
        parse("after:today", now=NOW, zone="Nowhere/Land")


@pytest.mark.parametrize(
    ("text", "known", "words"),
    [
        ("is:w", {}, ["waiting"]),
        ("a -is:clo", {}, ["closed"]),
        ("ass", {}, ["assignee:"]),
        ("org", {}, ["organisation:"]),
        ("tag:re", {"tag": ["refund", "return", "bug"]}, ["refund", "return"]),
        ("account:", {"account": ["help desk"]}, ['"help desk"']),
        ("nonsense:x", {}, []),
        ("(is:mi", {}, ["mine"]),
    ],
)
def test_completion(text: str, known: dict[str, list[str]], words: list[str]) -> None:
    candidates = complete(text, len(text), known)
    assert [candidate.text for candidate in candidates] == words
    for candidate in candidates:
        assert text[: candidate.start] + candidate.text + text[candidate.end :] != text


def test_completion_at_an_empty_place_offers_every_operator() -> None:
    assert [c.text for c in complete("a ", 2)] == [f"{operator.name}:" for operator in OPERATORS]


def test_every_operator_is_described_and_its_example_parses() -> None:
    table = describe()
    for operator in OPERATORS:
        assert operator.example in table
        read(operator.example)
        assert operator_named(operator.name) is operator
    assert suggest("subjct") == "subject"
