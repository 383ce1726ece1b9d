"""Threading against answers written by others: the THREAD cases of an IMAP test suite, and mails of another indexer.

A case compares which mails are together. Two copies with the same bytes are one mail here, so they count once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omnitui.core.times import SECOND, Instant
from omnitui.store.ingest import FetchedMail
from omnitui.sync.mail.mbox import messages
from omnitui.sync.mail.parse import parse_mail
from tests.mailbox import Mailbox
from tests.mails import START

ROOT = Path(os.environ.get("OMNITUI_CORPORA", Path(__file__).resolve().parents[2] / "../shared/corpora"))
pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(
        not (ROOT / "threading.tar.gz").exists(), reason="no corpora here: set OMNITUI_CORPORA to their folder"
    ),
]


def cases() -> list[dict[str, Any]]:
    index = ROOT / "threading.index.jsonl"
    if not index.exists():
        return []
    found = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()]
    return [case for case in found for step in case["expect"].get("steps", ()) if step["algorithm"] != "ORDEREDSUBJECT"]


def read(name: str) -> bytes:
    with tarfile.open(ROOT / "threading.tar.gz") as archive:
        member = archive.extractfile(f"threading/{name}")
        assert member is not None
        return member.read()


def fetched(uid: int, raw: bytes) -> FetchedMail:
    digest = hashlib.sha256(raw).hexdigest()
    at = Instant(START + uid * SECOND)
    return FetchedMail(uid, frozenset(), at, len(raw), digest, zlib.compress(raw), True, parse_mail(raw))


def threads(answer: str) -> Iterator[frozenset[int]]:
    """The top-level threads of a THREAD answer (RFC 5256), each as the set of its numbers."""
    depth, start = 0, 0
    for at, char in enumerate(answer):
        depth += (char == "(") - (char == ")")
        if depth == 1 and char == "(":
            start = at
        if depth == 0 and char == ")":
            yield frozenset(map(int, re.findall(r"\d+", answer[start:at])))


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_the_threads_are_those_of_the_answer(box: Mailbox, case: dict[str, Any], newest_first: bool) -> None:
    (step,) = case["expect"]["steps"]
    raw = list(messages(read(case["file"])))[: step["first_messages"]]
    mails = [fetched(uid, mail) for uid, mail in enumerate(raw, 1)]
    for mail in reversed(mails) if newest_first else mails:
        box.give("inbox", mail)
    found: dict[int, set[str]] = {}
    for conversation, digest in box.rows("SELECT conversation_id, digest FROM message"):
        found.setdefault(conversation, set()).add(digest)
    expected = {frozenset(mails[n - 1].digest for n in thread) for thread in threads(step["thread"])}
    assert {frozenset(group) for group in found.values()} == expected


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_parents_named_in_either_field_are_found(box: Mailbox, order: tuple[int, ...]) -> None:
    names = [f"notmuch-threading/parent-priority/cur/{name}" for name in ("root", "child", "grand-child")]
    mails = [fetched(uid, read(name)) for uid, name in enumerate(names, 1)]
    for n in order:
        box.give("inbox", mails[n])
    assert box.one("SELECT count(DISTINCT conversation_id) FROM message") == 1
