"""Variables filled in, left standing where they are not known, never by mistake; files that come back as they went."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.errors import Refused
from omnitui.core.reply_files import from_markdown, from_toml, to_markdown, to_toml
from omnitui.core.saved_replies import SavedReply, checked, fill, first_name, unresolved, without_escapes

KNOWN = {"contact.first_name": "Anna", "contact.organisation": "", "conversation.number": "#1042"}

FILLED = [
    ("Hello {{contact.first_name}},", "Hello Anna,"),
    ("Hello {{ contact.first_name }},", "Hello Anna,"),
    ("Hello {{contact.first_name|there}},", "Hello Anna,"),
    ("Of {{contact.organisation|your firm}}", "Of your firm"),
    ("Of {{contact.organisation|}}.", "Of ."),
    ("Of {{contact.organisation}}", "Of {{contact.organisation}}"),
    ("{{conversation.number}}{{conversation.number}}", "#1042#1042"),
    ("{{contact.frist_name|there}}", "{{contact.frist_name|there}}"),
    (r"Write \{{contact.first_name}}", r"Write \{{contact.first_name}}"),
    ("{{contact.first_name\n}}", "{{contact.first_name\n}}"),
    ("{contact.first_name} {{}} {{{", "{contact.first_name} {{}} {{{"),
]


@pytest.mark.parametrize(("text", "filled"), FILLED)
def test_filling_in(text: str, filled: str) -> None:
    assert fill(text, KNOWN) == filled


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear {{contact.name}}, {{contact.name}} {{x|y}}", ("{{contact.name}}", "{{x|y}}")),
        (r"In Jinja one writes \{{name}}", ()),
        ("> they wrote {{name}}\nYes", ()),
        ("nothing", ()),
    ],
)
def test_what_is_not_filled_in_is_found(text: str, left: tuple[str, ...]) -> None:
    assert unresolved(text) == left


def test_escaped_braces_go_out_without_their_backslash() -> None:
    assert without_escapes(r"Write \{{name}} and \n") == r"Write {{name}} and \n"


def test_a_value_is_never_read_as_a_variable() -> None:
    assert fill("{{contact.name}}", {"contact.name": "{{agent.name}}", "agent.name": "Ana"}) == "{{agent.name}}"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Anna de Vries", "Anna"),
        ("Vries, Anna de", "Anna"),
        ("Dr. Ben Smith", "Ben"),
        ("陳怡君", "陳怡君"),
        ("anna@example.org", ""),
        ("", ""),
        ("Miguel", "Miguel"),
        ("Acme Inc,", "Acme"),
    ],
)
def test_what_to_call_somebody(name: str, first: str) -> None:
    assert first_name(name) == first


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("", "x", "needs a name"),
        ("a/b", "x", "cannot be the name"),
        (".hidden", "x", "cannot be the name"),
        ("thanks", " \n", "has no text"),
        ("thanks", "{{contact.frist_name}}", r"did you mean \{\{contact.first_name\}\}"),
        ("thanks", "{{zzz}}", "there are contact.name"),
    ],
)
def test_a_slip_is_told_when_the_reply_is_made(name: str, body: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        checked(SavedReply(name, body))


NAMES = st.text(string.ascii_letters + string.digits + " :é陳-", min_size=1, max_size=30)
BODIES = st.text(string.ascii_letters + " \n\"\\'-|{}é陳", min_size=1, max_size=80)
REPLIES = st.builds(SavedReply, NAMES, BODIES, st.text(string.ascii_letters + ' "\\:', max_size=20))


def _made(reply: SavedReply) -> SavedReply | None:
    try:
        return checked(reply)
    except Refused:
        return None


MADE = REPLIES.map(_made).filter(bool)


@given(st.lists(MADE, min_size=1, max_size=4))
def test_toml_gives_back_what_went_in(replies: list[SavedReply]) -> None:
    assert from_toml(to_toml(replies), "x.toml") == replies


@given(MADE)
def test_markdown_gives_back_what_went_in(reply: SavedReply) -> None:
    name, text = to_markdown(reply)
    assert from_markdown(name.removesuffix(".md"), text) == reply


@pytest.mark.parametrize(
    "text", ["x =", "[[reply]]\nname = 'a'", "[[reply]]\nname='a'\nbody='b'\nshort='c'", "", "reply = 3"]
)
def test_other_toml_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refused, match=r"replies\.toml"):
        from_toml(text, "replies.toml")
