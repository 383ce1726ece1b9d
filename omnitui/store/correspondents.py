"""The messages in which to look for whom a mail may be meant for."""

from __future__ import annotations

import sqlite3

from omnitui.core.correspondents import Exchange
from omnitui.core.mail import Address
from omnitui.core.people import people_of
from omnitui.core.text.fold import index_terms
from omnitui.store.select import Select

MOST = 400
"""Messages looked at: the newest that fit."""
_SHORTEST = 2
"""Letters of a word from which the index has a list of what begins with it."""
_COLUMNS = "m.from_name, m.from_address, m.people, m.class"


def exchanges(typed: str) -> Select[Exchange]:
    """The newest messages with somebody whom the words may mean; without words (or with too short ones) the newest."""
    words = [word for word in typed.split() if len(word) >= _SHORTEST or not word.isascii()]
    terms = [term for word in words for term in index_terms(word, prefix=True)]
    if not terms:
        return Select(
            f"SELECT {_COLUMNS} FROM message m WHERE m.class <> 'note' ORDER BY m.id DESC LIMIT ?", (MOST,), _exchange
        )
    return Select(
        f"SELECT {_COLUMNS} FROM fulltext CROSS JOIN message m ON m.id = fulltext.rowid"
        " WHERE fulltext MATCH ? ORDER BY fulltext.rowid DESC LIMIT ?",
        (" AND ".join(f"people : {term}" for term in terms), MOST),
        _exchange,
    )


def ours() -> Select[str]:
    """Our own addresses."""
    return Select("SELECT address FROM identity WHERE ours = 1", (), lambda row: str(row["address"]))


def _exchange(row: sqlite3.Row) -> Exchange:
    written = [person for people in people_of(row["people"]).values() for person in people]
    return Exchange((Address(row["from_name"], row["from_address"]), *written), row["class"] == "human")
