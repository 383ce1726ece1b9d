"""How many fields of real mails are read as other projects expect them (none of these mails is ours).

    python -m campaigns.mail_fields [--corpora DIR] [--show N]

Subject, sender, recipients, date, text, HTML and names of attachments, as four projects' own tests have them; white
space, letters of addresses and the zone of a date aside. Every other mail of the corpus must be read too, with no
control character in what is shown. Prints one JSON object; exit status 1 when under 95 % of the fields are right.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from omnitui.core.mail import ParsedMail
from omnitui.sync.mail.mbox import messages
from omnitui.sync.mail.parse import parse_mail

CORPORA = Path(os.environ.get("OMNITUI_CORPORA") or Path(__file__).resolve().parents[2] / "shared/corpora")
RIGHT = 0.95
FOREIGN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SUBJECT, _FROM, _NAME, _TO, _DATE = "subject", "from", "name", "to", "date"
_TEXT, _HTML, _FILES = "text", "html", "attachments"


@dataclass
class Score:
    """Counts by field; `wrong` names mail and field."""

    mails: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    unclean: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of the fields that are right."""
        return self.right.total() / max(self.asked.total(), 1)


def score(corpora: Path = CORPORA) -> Score:
    """Read every mail of the corpus, and compare what is known of it."""
    lines = (corpora / "mail-parse.index.jsonl").read_text(encoding="utf-8").splitlines()
    cases = {case["file"]: case for case in map(json.loads, lines)}
    told = Score()
    with tarfile.open(corpora / "mail-parse.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is None:
                continue
            raw = file.read()
            mail = parse_mail(next(iter(messages(raw)), raw))
            told.mails += 1
            shown = (mail.subject, mail.text, mail.reply_text, *(a.name for a in mail.attachments))
            if any(FOREIGN.search(text) for text in shown):
                told.unclean.append(member.name)
            case = cases.get(member.name.partition("/")[2])
            for name, is_right in compared(case, mail) if case else ():
                told.asked[name] += 1
                told.right[name] += is_right
                if not is_right:
                    told.wrong.append(f"{member.name}: {name}")
    return told


def compared(case: dict[str, Any], mail: ParsedMail) -> Iterator[tuple[str, bool]]:
    """Each field that the case's project knows, and whether ours is the same."""
    want = expected(case["expect"])
    text = "" if mail.text_from_html else mail.text
    ours: dict[str, Any] = {
        _SUBJECT: _line(mail.subject),
        _FROM: mail.sender.email.lower() if mail.sender else "",
        _NAME: _line(mail.sender.name) if mail.sender else "",
        _TO: [one.email.lower() for one in mail.to],
        _FILES: sorted(a.name if a.named else "" for a in mail.attachments),
    }
    for name, theirs in want.items():
        if name == _DATE:
            yield name, _same_time(mail.date or "", theirs)
        elif name == _TEXT:
            whole = [_lines(part) for part in (text, mail.html)]
            within = [*whole, _lines(re.sub(r"<[^>]+>", "", mail.html))]
            yield name, all(_lines(one) in whole or any(_lines(one) in part for part in within) for one in theirs)
        elif name == _HTML:
            yield name, _lines(mail.html) == _lines(theirs)
        else:
            yield name, ours[name] == theirs


def expected(given: dict[str, Any]) -> dict[str, Any]:
    """What a project's own test says, under our names; each writes it in its own way."""
    want: dict[str, Any] = {}
    sender = given["from"][0] if isinstance(given.get("from"), list) and given["from"] else {}
    if isinstance(given.get("subject"), str):
        want[_SUBJECT] = _line(given["subject"])
    if "from_email" in given or sender:
        want[_FROM] = str(given.get("from_email") or sender.get("email") or "").lower()
    for key in ("from_name", "from_display_name"):
        if key in given:
            want[_NAME] = _line(given[key])
    if sender:
        want[_NAME] = _line(sender.get("name"))
    if "to_emails" in given:
        want[_TO] = [one.lower() for one in given["to_emails"]]
    elif isinstance(given.get("to"), list) and given["to"]:
        want[_TO] = [one["email"].lower() for one in given["to"]]
    if _time(given.get("date")) is not None:
        want[_DATE] = given["date"]
    texts = given.get("body_contains") or given.get("text_bodies", [])[:1]
    texts = texts or [given[key] for key in ("text", "body_text") if key in given]
    if texts and any(texts):
        want[_TEXT] = texts
    if given.get("html"):
        want[_HTML] = given["html"]
    if "attachments" in given:
        # One project keeps an HTML body as a file of this name.
        names = [one["filename"] or "" for one in given["attachments"]]
        want[_FILES] = sorted(name for name in names if name != "message.html")
    elif "attachment_filenames" in given:
        want[_FILES] = sorted(given["attachment_filenames"])
    return want


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _lines(text: str | None) -> str:
    return "\n".join(line.rstrip() for line in (text or "").splitlines()).strip()


def _time(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.year > 1900 else None


def _same_time(ours: str, theirs: str) -> bool:
    a, b = _time(ours), _time(theirs)
    if a is None or b is None:
        return False
    return a == b if a.tzinfo and b.tzinfo else a.replace(tzinfo=None) == b.replace(tzinfo=None)


def main() -> int:
    """Run it and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--show", type=int, default=0, help="name this many fields that are not as expected")
    given = parser.parse_args()
    told = score(given.corpora)
    by_field = {name: f"{told.right[name]}/{count}" for name, count in sorted(told.asked.items())}
    found = {
        "mails": told.mails,
        "fields": told.asked.total(),
        "right": told.right.total(),
        "share": round(told.share, 3),
        "by_field": by_field,
        "unclean": told.unclean,
        "wrong": told.wrong[: given.show],
    }
    print(json.dumps(found, indent=1))
    return 0 if told.share >= RIGHT and not told.unclean else 1


if __name__ == "__main__":
    sys.exit(main())
