"""What to know before a mail leaves: an attachment that was promised, a blank that was not filled in, a stranger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omnitui.core.mail import Address
from omnitui.core.saved_replies import unresolved

LARGE = 18 * 1024 * 1024
"""Bytes of files from which many servers refuse a mail: 25 MB with what base64 adds (RFC 2045 6.8)."""

_THEIRS = r"(?<!your )(?<!your last )(?<!uw )(?<!je )(?<!jouw )(?<!su )(?<!tu )(?<!您的)(?<!你的)"
_PROMISE = re.compile(
    rf"{_THEIRS}(?:"
    r"\battach(?:ed|ing|ments?)?\b|\benclos(?:ed|ing|ures?)\b"
    r"|\bbijlagen?\b|\bbijgevoegde?\b|\bbijgesloten\b|\bmeegestuurde?\b"
    r"|\badjunt(?:o|a|os|as|amos|é|ado|ada|ados|adas|ando|ar)\b|\banex(?:o|a|os|as|amos)\b"
    r"|\b(?:đính|gửi|tệp|file) kèm\b|\b(?:dinh|gui|tep) kem\b"
    r"|附件|附檔|附档|夾檔|夹档|附上|附圖|附图|隨信附|随信附)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to know, in words. What `stops` must be mended; the rest goes out when the key comes again."""

    words: str
    stops: bool = False


def promises_a_file(text: str) -> bool:
    """The writer's own words speak of a file that goes along, in English, Dutch, Spanish, Vietnamese or Chinese."""
    own = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    return _PROMISE.search(unicodedata.normalize("NFC", own)) is not None


def cautions(
    text: str,
    *,
    kind: str,
    subject: str,
    people: Sequence[Address] = (),
    known: Iterable[str] | None = None,
    sizes: Sequence[int] = (),
    news: Iterable[str] = (),
) -> list[Caution]:
    """All there is to know of a mail, the gravest first.

    `known` are the addresses of who takes part in the conversation (None: there is none yet), `sizes` the files' bytes,
    `news` sentences about what has happened since the writing began.
    """
    found = [Caution(f"{blank} is not filled in", stops=True) for blank in unresolved(f"{subject}\n{text}")]
    found += [Caution(words) for words in news]
    if not sizes and promises_a_file(text):
        found.append(Caution("the text promises a file, and none is attached"))
    if kind in ("new", "forward") and not subject.strip():
        found.append(Caution("the subject is empty"))
    if sum(sizes) > LARGE:
        found.append(Caution(f"the files have {sum(sizes) / 1_000_000:.0f} MB: many servers refuse so much"))
    if known is not None and kind in ("reply", "reply_all"):
        there = {email.lower() for email in known}
        new = [person.name or person.email for person in people if person.email.lower() not in there]
        if new:
            words = new[0] if len(new) == 1 else f"{', '.join(new[:-1])} and {new[-1]}"
            found.append(Caution(f"{words} had no part in this conversation so far"))
    return found
