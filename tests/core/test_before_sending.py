"""What is said before a mail leaves, and what is not."""

from __future__ import annotations

import unicodedata

import pytest

from omnitui.core.before_sending import LARGE, cautions, promises_a_file
from omnitui.core.mail import Address

PROMISES = [
    "Please find attached the invoice.",
    "I am attaching the label",
    "See the attachment.",
    "The form is enclosed.",
    "In de bijlage vindt u het label.",
    "Bijgevoegd het label",
    "Ik heb de factuur meegestuurd.",
    "Adjunto la factura.",
    "Le adjuntamos el formulario",
    "Va como archivo adjunto",
    "Xin xem tệp đính kèm.",
    unicodedata.normalize("NFD", "Xin xem tệp đính kèm."),
    "Em gui kem hoa don a.",
    "請見附件",
    "附上發票",
    "隨信附上標籤",
]
NONE = [
    "Thank you for your attachment.",
    "Ik kan uw bijlage niet openen",
    "No puedo abrir su adjunto",
    "我打不開您的附件",
    "> please find attached\nThank you",
    "Nothing to see",
    "detachment",
]


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise_is_heard_in_five_languages(text: str) -> None:
    assert promises_a_file(text)


@pytest.mark.parametrize("text", NONE)
def test_speaking_of_their_file_is_no_promise(text: str) -> None:
    assert not promises_a_file(text)


ANNA, BEN, EVE = (Address(name, f"{name.lower()}@example.org") for name in ("Anna", "Ben", "Eve"))
CASES = [
    ({}, []),
    ({"text": "See the attachment", "sizes": [7]}, []),
    ({"text": "See the attachment"}, ["the text promises a file, and none is attached"]),
    ({"kind": "reply", "subject": ""}, []),
    ({"kind": "new", "subject": " "}, ["the subject is empty"]),
    ({"kind": "forward", "subject": ""}, ["the subject is empty"]),
    ({"sizes": [LARGE]}, []),
    ({"sizes": [LARGE, 1]}, ["the files have 19 MB: many servers refuse so much"]),
    ({"people": [ANNA], "known": ["ANNA@example.org"]}, []),
    ({"people": [ANNA, BEN], "known": ["anna@example.org"]}, ["Ben had no part in this conversation so far"]),
    ({"people": [ANNA, BEN, EVE], "known": []}, ["Anna, Ben and Eve had no part in this conversation so far"]),
    ({"people": [BEN], "known": ["anna@example.org"], "kind": "forward"}, []),
    ({"people": [BEN], "known": None}, []),
    ({"news": ["Anna has written since you began"]}, ["Anna has written since you began"]),
]


@pytest.mark.parametrize(("given", "words"), CASES)
def test_each_thing_to_know_is_one_sentence(given: dict[str, object], words: list[str]) -> None:
    found = cautions(**{"text": "Hello", "kind": "reply", "subject": "Re: it", **given})  # type: ignore[arg-type]
    assert [caution.words for caution in found] == words
    assert not any(caution.stops for caution in found)


def test_only_a_blank_stops() -> None:
    found = cautions("Dear {{contact.name}}, see attached", kind="new", subject="")
    assert [(caution.words, caution.stops) for caution in found] == [
        ("{{contact.name}} is not filled in", True),
        ("the text promises a file, and none is attached", False),
        ("the subject is empty", False),
    ]
