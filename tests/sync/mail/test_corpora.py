"""Real mails of other projects: none raises, none hangs, none brings a control character, both parsers agree."""

from __future__ import annotations

import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from campaigns.mail_fields import RIGHT, score
from omnitui.sync.mail import fast
from omnitui.sync.mail.assemble import assembled
from omnitui.sync.mail.look import unusual
from omnitui.sync.mail.mbox import messages
from omnitui.sync.mail.parse import parse_carefully

CORPORA = Path(os.environ.get("OMNITUI_CORPORA") or Path(__file__).resolve().parents[4] / "shared/corpora")
FOREIGN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(
        not (CORPORA / "mail-parse.tar.gz").exists(), reason=f"no mail-parse corpus in {CORPORA} (set OMNITUI_CORPORA)"
    ),
]


def mails() -> Iterator[tuple[str, bytes]]:
    with tarfile.open(CORPORA / "mail-parse.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                for raw in messages(file.read()):
                    yield member.name, raw


def test_fields_are_as_other_projects_expect_them() -> None:
    """The whole campaign: it takes a few seconds."""
    told = score(CORPORA)
    assert told.mails > 500
    assert told.asked.total() > 900
    assert told.unclean == []
    assert told.share >= RIGHT, told.wrong


def test_every_mail_is_read_and_clean() -> None:
    read = agreed = compared = 0
    for name, raw in mails():
        careful = parse_carefully(raw)
        texts = json.dumps(asdict(careful) | {"html": ""}, ensure_ascii=False, default=str)
        assert not FOREIGN.search(texts), name
        read += 1
        root = None if unusual(raw) else fast.parse_tree(raw)
        if root is None:
            continue
        quick = assembled(root)
        compared += 1
        same = [
            getattr(quick, key) == getattr(careful, key) for key in ("subject", "sender", "to", "date", "message_id")
        ]
        assert all(same), name
        names = [[one.name for one in mail.attachments] for mail in (quick, careful)]
        agreed += quick.text.split() == careful.text.split() and names[0] == names[1]
    assert read > 500
    assert compared > 400
    assert agreed >= 0.98 * compared
