"""A mail that comes in can prove that an unknown send was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.core.times import Instant
from omnitui.store import folders, outbox
from omnitui.store.connection import transaction
from omnitui.store.ingest import FetchedMail, store_batch
from tests.mails import bounce_of, fetched, parsed
from tests.sync.outbox.desk_case import Case, outbox_case


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with outbox_case(tmp_path) as made:
        yield made


def unknown(case: Case, phase: str = "dot") -> str:
    """A send that a worker lost at this point."""
    item = case.queue()
    outbox.claim(case.connection, ["send"], 1, owner="w", now=case.clock(), lease=1)
    outbox.set_phase(case.connection, item, phase, "w")
    outbox.lose(case.connection, item, "lost", Instant(0))
    return item


def bring(case: Case, mail: FetchedMail) -> None:
    """The mail comes in with the next sync."""
    with transaction(case.connection):
        store_batch(case.connection, folders.by_id(case.connection, 3), [mail], case.clock())


@pytest.mark.parametrize("proof", ["copy", "key", "answer", "reference", "report", "delay"])
def test_what_only_a_delivered_mail_can_cause(case: Case, proof: str) -> None:
    item, other = unknown(case), unknown(case)
    mid = case.item(item).mid
    bring(
        case,
        {
            "copy": lambda: fetched(1, parsed(mid, "support@shop.test")),
            "key": lambda: fetched(1, parsed("renamed@outlook.test", "support@shop.test", omni_id=item)),
            "answer": lambda: fetched(1, parsed("2@x.test", in_reply_to=(mid,))),
            "reference": lambda: fetched(1, parsed("2@x.test", references=("0@x", mid))),
            "report": lambda: bounce_of(mid, 1),
            "delay": lambda: bounce_of(mid, 1, "delayed"),
        }[proof](),
    )
    assert (case.state(item), case.state(other)) == ("sent", "unknown")
    assert [row["mid"] for row in case.items("copy")] == [mid]
    delivery = case.connection.execute("SELECT delivery FROM message WHERE omni_id = ?", (item,)).fetchone()[0]
    assert delivery == ("bounced" if proof == "report" else "sent")


def test_other_mail_proves_nothing(case: Case) -> None:
    item = unknown(case)
    bring(case, fetched(1, parsed("3@x.test", in_reply_to=("4@x.test",))))
    assert case.state(item) == "unknown"
