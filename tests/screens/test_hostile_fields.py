"""A small run of the campaign of hostile fields; and that its judge sees what is foreign."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns._foreign import foreign
from campaigns._hostile_strings import ATTACKS, CONTROLS, strings
from campaigns.hostile_fields import printed, shown

OURS = b"\x1b[?1049h\x1b[38;2;1;2;3;1mhello\x1b[0m\x1b[3;4H\r\n\x1b]2;(3) omnitui\x1b\\"

PLACES = (
    "Outbox", "Drafts", "Why", "Original of", "Help:", "Commands", "Snooze until", "NOTE", "Contacts",
    "Saved replies · enter",
    "type to find one", "SAVED REPLY", "Why it is in the outbox", "Sign in with the provider", "Address of the mailbox",
    "Who changed what", "Why these messages are together", "From: ",
    "VOICEMAIL", "older messages", "typing...", "React to", "Templates",
)  # fmt: skip
"""What tells that a place was shown."""


@pytest.mark.parametrize(
    "bad",
    [
        "\x1b]0;owned\x07", "\x1b]52;c;aGk=\x07", "\x1b[5;31m", "\x1b[9999;1H", "\x1b[2J", "\x1bc", "\x9b31m", "\u202e",
        "\u200b", "\x1b]2;(3) owned\x07", "\x1bP+q544e\x1b\\", "\u3164", "\U000e0041", "\x07", "\x08",
    ],
)  # fmt: skip
def test_the_judge_sees_what_is_foreign(bad: str) -> None:
    assert foreign(OURS + bad.encode(), OURS)
    assert not foreign(OURS + b"\x1b[48;5;7m\x1b[22;27m\x1b[24;48;2;1;2;3m\x1b[12;1H(2) \x1b]2;omnitui\x1b\\", OURS)


def test_the_strings_hold_every_character_and_attack() -> None:
    texts = strings(600)
    assert len(set(texts)) == 600
    joined = "".join(strings(10_000))
    assert all(char in joined for char in CONTROLS)
    assert all(attack in joined for attack in ATTACKS)


@pytest.mark.timeout(400)
def test_nothing_foreign_from_any_field(tmp_path: Path) -> None:
    texts = strings(2000)[:150]
    output = shown(tmp_path / "hostile", texts, 3, 7, columns=80, rows=24)
    harmless = shown(tmp_path / "harmless", [f"word{n} and more" for n in range(60)], 1, 7, columns=80, rows=24)
    missing = [words for words in PLACES if words.encode() not in output]
    assert not missing, missing
    assert foreign(output, harmless) == {}
    commands, found = printed(tmp_path / "hostile", texts, 2)
    assert (commands, found) == (10, {})
