"""An answer as the messages that its channel takes."""

from __future__ import annotations

import pytest

from omnitui.core.channels import Capabilities
from omnitui.core.chat_sending import files_words, parts

ONE = Capabilities(attachments=True, most_files=1, most_caption=5)
PAIRS = Capabilities(attachments=True, most_files=2)


@pytest.mark.parametrize(
    ("can", "text", "files", "expected"),
    [
        (ONE, "hello", 0, [("hello", [])]),
        (ONE, "hello", 1, [("hello", [0])]),
        (ONE, "hello", 3, [("hello", [0]), ("", [1]), ("", [2])]),
        (ONE, "longer", 0, [("longer", [])]),
        (ONE, "longer", 2, [("longer", []), ("", [0]), ("", [1])]),
        (PAIRS, "longer", 3, [("longer", [0, 1]), ("", [2])]),
        (Capabilities(attachments=True), "x" * 9, 3, [("x" * 9, [0, 1, 2])]),
    ],
)
def test_every_file_goes_once_and_the_text_goes_with_the_first(
    can: Capabilities, text: str, files: int, expected: list[tuple[str, list[int]]]
) -> None:
    assert [(words, list(range(files))[which]) for words, which in parts(can, text, files)] == expected


def test_the_composer_says_in_how_many_messages_files_go() -> None:
    assert files_words(ONE, ["a.png"]) == "a.png"
    assert files_words(ONE, ["a.png", "b.png"]) == "a.png, b.png (as 2 messages)"
    assert files_words(PAIRS, ["a.png", "b.png"]) == "a.png, b.png"
