"""Further conversations for `omnitui demo --size`, made of the letters there are: how a full mailbox feels."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from omnitui.demo.letters import Talk


def crowd(talks: list[Talk], size: int) -> Iterator[Talk]:
    """`size` conversations: the same matters with other people, orders and times; the same ones every time."""
    dice = random.Random(size)  # noqa: S311 - not a secret
    matters = [talk for talk in talks if talk.kind == "mail" and not talk.arrives]
    names = {
        language: [t.name for t in matters if t.language == language] for language in {t.language for t in matters}
    }
    for number in range(size):
        talk = dice.choice(matters)
        first = dice.choice(names[talk.language]).split()
        other = dice.choice(names[talk.language]).split()
        name = "".join((first[0][:1], other[0][1:])) if talk.language == "zh" else f"{first[0]} {other[-1]}"
        age = dice.uniform(24, 24 * 400)
        order = str(5000 + number)
        yield replace(
            talk,
            name=name,
            address=f"customer{number}@{talk.domain}",
            subject=_renumbered(talk.subject, order),
            state="answered",
            letters=tuple(
                replace(letter, hours=letter.hours + age, text=_renumbered(letter.text, order))
                for letter in talk.letters
            ),
        )


def _renumbered(text: str, order: str) -> str:
    """The same words about another order."""
    return "".join(order if piece.isdigit() and len(piece) == 4 else piece for piece in _pieces(text))


def _pieces(text: str) -> list[str]:
    import re

    return re.split(r"(\d+)", text)
