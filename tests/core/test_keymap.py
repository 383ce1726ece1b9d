"""Keys: names, checks, sequences and counts."""

from __future__ import annotations

import pytest

from omnitui.core.commands import COMMANDS, Context, by_id, matching
from omnitui.core.key_layouts import LAYOUTS, letters_of
from omnitui.core.key_presets import PRESETS
from omnitui.core.keymap import Keymap, Resolver, build, clash_of, parse_keys, preset_bindings


@pytest.fixture
def keymap() -> Keymap:
    return build({})


def test_the_table_has_no_clash_and_no_key_a_terminal_cannot_send() -> None:
    bindings = preset_bindings()
    for number, binding in enumerate(bindings):
        assert clash_of(binding, bindings[:number]) == ""
        parse_keys(" ".join(binding.keys))
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


def test_every_command_that_leaves_by_escape_has_a_twin() -> None:
    for command in COMMANDS:
        if "escape" in command.keys:
            assert len(command.keys) > 1


@pytest.mark.parametrize(
    ("entry", "keys", "words"),
    [
        ("conversation.clsoe", "e", "did you mean conversation.close?"),
        ("conversation.close", "ctrl+h", "send ctrl+h as backspace"),
        ("conversation.close", "ctrl+m", "as enter"),
        ("conversation.close", "alt+e", "cannot send alt+e"),
        ("conversation.close", "ctrl+shift+e", "cannot send"),
        ("conversation.close", "ctrl+enter", "give a second key"),
        ("conversation.close", "pagedwon", "did you mean pagedown?"),
        ("conversation.close", "", "no key given"),
        ("conversation.close", "r", "already runs reply.all"),
        ("conversation.close", "g", "begins g g"),
        ("conversation.close", "e x", ""),
        ("reply.all", "s k", "s runs conversation.snooze"),
        ("conversation.close now", "e", "takes no arguments"),
    ],
)
def test_a_wrong_entry_is_told_and_the_default_stays(entry: str, keys: str, words: str) -> None:
    keymap = build({entry: keys})
    if not words:
        assert keymap.problems == ()
        return
    assert [problem.entry for problem in keymap.problems] == [entry]
    assert words in keymap.problems[0].message
    assert keymap.bindings == build({}).bindings


def test_a_key_may_carry_arguments() -> None:
    keymap = build({"conversation.snooze 2h": "H"})
    assert keymap.problems == ()
    outcome = Resolver(keymap).feed("H", Context.LIST)
    assert outcome.binding is not None
    assert (outcome.binding.command.id, outcome.binding.args) == ("conversation.snooze", "2h")
    assert keymap.keys_of("conversation.snooze") == ("s",)


def test_two_commands_may_change_places_in_any_order() -> None:
    for entries in ({"conversation.close": "r", "reply.all": "e"}, {"reply.all": "e", "conversation.close": "r"}):
        keymap = build(entries)
        assert keymap.problems == ()
        assert (keymap.keys_of("conversation.close"), keymap.keys_of("reply.all")) == (("r",), ("e",))


def test_one_that_is_refused_keeps_its_default_and_that_may_refuse_another() -> None:
    keymap = build({"reply.all": "e", "conversation.close": "ctrl+h", "note.write": ["r", "n"]})
    assert [problem.entry for problem in keymap.problems] == ["reply.all", "conversation.close", "note.write"]
    assert keymap.bindings == build({}).bindings


def test_an_empty_list_frees_a_key() -> None:
    keymap = build({"conversation.close": [], "reply.all": ["e", "f10"]})
    assert keymap.problems == ()
    assert keymap.keys_of("conversation.close") == ()
    assert keymap.keys_of("reply.all") == ("e", "f10")


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_name_real_commands_and_nothing_in_them_clashes(preset: str) -> None:
    usual = preset_bindings(preset)
    for at, binding in enumerate(usual):
        parse_keys(" ".join(binding.keys))
        assert clash_of(binding, usual[:at] + usual[at + 1 :]) == ""
    assert set(PRESETS[preset]) <= {command.id for command in COMMANDS}
    keymap = build({}, preset=preset)
    for command in COMMANDS:
        assert keymap.keys_of(command.id) == tuple(PRESETS[preset].get(command.id, command.keys))
        assert keymap.keys_of(command.id) or not command.keys


def test_entries_go_before_the_preset_and_are_checked_against_it() -> None:
    keymap = build({"conversation.close": "t", "compose.new": "d"}, preset="mutt")
    assert [problem.entry for problem in keymap.problems] == ["conversation.close", "compose.new"]
    assert "already runs conversation.close" in keymap.problems[1].message
    keymap = build({"conversation.close": "e", "compose.new": ["d", "m"]}, preset="mutt")
    assert keymap.problems == ()
    assert keymap.keys_of("compose.new") == ("d", "m")


@pytest.mark.parametrize(
    ("layout", "typed", "command"),
    [
        ("ru", "у", "conversation.close"),
        ("ru", "п ш", "view.waiting"),
        ("ru", "П", "cursor.last"),
        ("uk", "і", "conversation.snooze"),
        ("be", "і", "conversation.star"),
        ("bg", "е", "conversation.close"),
        ("sr", "з", "text.copy"),
        ("el", "ε", "conversation.close"),
        ("el", "Σ", "conversation.state"),
        ("he", "ק", "conversation.close"),
        ("ar", "ث", "conversation.close"),
        ("fa", "ش", "conversation.assign"),
        ("ru", "e", "conversation.close"),
        ("ru", "/", "search"),
        ("ru", "ctrl+d", "cursor.half_down"),
    ],
)
def test_letters_work_by_their_place(layout: str, typed: str, command: str) -> None:
    resolver = Resolver(build({}, layout=layout))
    outcomes = [resolver.feed(key, Context.LIST) for key in typed.split()]
    assert outcomes[-1].binding is not None
    assert outcomes[-1].binding.command.id == command


def test_a_layout_loses_no_letter_and_gives_none_twice() -> None:
    for layout in LAYOUTS[1:]:
        letters = letters_of(layout)
        small = [place for letter, place in letters.items() if place.islower()]
        assert len(small) == len(set(small)) >= 24, layout
        assert all(len(letter) == 1 and not letter.isascii() for letter in letters)
    assert letters_of("") == {}


def test_an_entry_may_name_the_letter_of_the_layout_and_is_checked_by_its_place() -> None:
    keymap = build({"conversation.spam": "ж"}, layout="ru")
    assert keymap.problems == ()
    keymap = build({"conversation.spam": "у"}, layout="ru")
    assert "e already runs conversation.close" in keymap.problems[0].message
    assert build({"conversation.spam": "у"}).problems == ()


def test_sequences_wait_and_forget(keymap: Keymap) -> None:
    resolver = Resolver(keymap)
    assert resolver.feed("g", Context.LIST).pending == ("g",)
    outcome = resolver.feed("i", Context.LIST)
    assert outcome.binding is not None
    assert outcome.binding.command.id == "view.waiting"
    assert resolver.feed("g", Context.LIST).pending == ("g",)
    assert resolver.feed("X", Context.LIST).binding is None
    outcome = resolver.feed("e", Context.LIST)
    assert outcome.binding is not None
    assert outcome.binding.command.id == "conversation.close"


def test_counts_work_where_digits_are_free() -> None:
    keymap = build({f"view.{n}": [] for n in range(1, 10)})
    resolver = Resolver(keymap)
    resolver.feed("1", Context.LIST)
    resolver.feed("0", Context.LIST)
    outcome = resolver.feed("j", Context.LIST)
    assert outcome.binding is not None
    assert (outcome.binding.command.id, outcome.count) == ("cursor.down", 10)
    assert resolver.feed("j", Context.LIST).count is None


def test_contexts_part_the_keys(keymap: Keymap) -> None:
    found = {context: Resolver(keymap).feed("r", context).binding for context in (Context.LIST, Context.OUTBOX)}
    assert [b.command.id for b in found.values() if b] == ["reply.all", "outbox.retry"]
    assert Resolver(keymap).feed("r", Context.COMPOSE).binding is None


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("close", {"conversation.close", "compose.close"}),
        ("sno", {"conversation.snooze", "view.snoozed"}),
        ("zzz", set()),
    ],
)
def test_the_line_takes_abbreviations(word: str, ids: set[str]) -> None:
    assert {command.id for command in matching(word)} == ids


def test_by_id() -> None:
    assert by_id("undo") is not None
    assert by_id("nothing") is None
