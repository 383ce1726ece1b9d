"""How well the writer's own words are told from quoted history, on the corpus of real replies (none of it ours).

    python -m campaigns.quotes [--corpora DIR] [--show N]

Prints one JSON object: how many replies come out exactly as other projects expect them (white space aside), and in
which of them a word of the expected reply is folded away. A word in a signature that is folded as one is counted
apart. Exit status 1 when under 75 % are exact or any word is cut.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnitui.core.blocks import BlockKind
from omnitui.core.mail import ParsedMail
from omnitui.core.text.html import blocks_from_html
from omnitui.core.text.quoting import reply_words, split_reply
from omnitui.sync.mail.parse import parse_mail

CORPORA = Path(os.environ.get("OMNITUI_CORPORA") or Path(__file__).resolve().parents[2] / "shared/corpora")
EXACT = 0.75
HEAD = "From: a@example.org\r\nTo: b@example.org\r\nSubject: Re: x\r\nMIME-Version: 1.0\r\n"
WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case: `cut` are words of the expected reply that are not in ours, `signed` those of them in a signature."""

    id: str
    exact: bool
    cut: tuple[str, ...]
    signed: tuple[str, ...]


def verdicts(corpora: Path = CORPORA) -> Iterator[Verdict]:
    """Every case with an expected reply that is made of the mail's text (not of another program's markup)."""
    lines = (corpora / "quote-trim.index.jsonl").read_text(encoding="utf-8").splitlines()
    with tarfile.open(corpora / "quote-trim.tar.gz") as archive:
        for case in map(json.loads, lines):
            want = case["expect"]
            reply = want.get("reply", want.get("reply_markdown", want.get("first_fragment")))
            if reply is None or case.get("always_show_trimmed"):
                continue
            if "input" in case:
                data = case["input"].encode("utf-8", "surrogatepass")
            else:
                file = archive.extractfile(f"quote-trim/{case['file']}")
                data = file.read() if file else b""
            yield judged(case, reply, parse_mail(_mail(case, data)))


def judged(case: dict[str, Any], reply: str, mail: ParsedMail) -> Verdict:
    """What became of one case."""
    joint = "" if case.get("compare") else " "
    ours = mail.reply_text
    if case.get("prefer") == "html":
        ours = reply_words(split_reply(blocks_from_html(mail.html)))
        reply = reply.replace("**", "")
    kept = set(WORDS.findall(ours))
    missing = tuple(word for word in WORDS.findall(reply) if word not in kept)
    signatures = {word for b in mail.blocks if b.kind is BlockKind.SIGNATURE for word in WORDS.findall(b.text)}
    return Verdict(
        case["id"],
        joint.join(ours.split()) == joint.join(reply.split()),
        tuple(word for word in missing if word not in signatures),
        tuple(word for word in missing if word in signatures),
    )


def _mail(case: dict[str, Any], data: bytes) -> bytes:
    if case.get("format") == "eml":
        return data
    kind = "text/html" if case.get("format") == "html" else "text/plain"
    return f"{HEAD}Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + data


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--show", type=int, default=0, help="how many cases that are not exact to name")
    args = parser.parse_args()
    if not (args.corpora / "quote-trim.tar.gz").exists():
        print(f"no quote-trim corpus in {args.corpora} (set OMNITUI_CORPORA)", file=sys.stderr)
        return 2
    all_ = list(verdicts(args.corpora))
    exact = sum(verdict.exact for verdict in all_)
    cut = {verdict.id: verdict.cut[:8] for verdict in all_ if verdict.cut}
    report = {
        "cases": len(all_),
        "exact": exact,
        "percent": round(100 * exact / len(all_), 1),
        "with_words_cut": cut,
        "with_words_in_a_folded_signature": [verdict.id for verdict in all_ if verdict.signed],
        "not_exact": [verdict.id for verdict in all_ if not verdict.exact][: args.show],
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return int(bool(cut) or exact < EXACT * len(all_))


if __name__ == "__main__":
    sys.exit(main())
