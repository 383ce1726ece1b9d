"""Which conversation a mail belongs to: the rules, without the tables.

A mail joins by the Message-IDs it names (In-Reply-To and References, RFC 5322 3.6.4): whoever names one mail is in one
conversation, in whatever order the mails come. The subject joins only what names nothing, within `SUBJECT_WINDOW`,
when its writer already takes part and the subject says that it is a reply. The reason of each join is kept.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from omnitui.core.mail import MailKind, ParsedMail
from omnitui.core.times import DAY

SUBJECT_WINDOW = 14 * DAY
"""How long after a mail a reply may join it by its subject alone."""
MOST_REFERENCES = 100
"""References followed: the first, which is the root, and the last ones. The rest of a longer list is ignored."""
LONGEST_ID = 250
"""A longer Message-ID is kept as its hash: ids are keys of two tables."""

_PREFIX = re.compile(
    r"^\s*(?:(?:\[[^\]\s]{1,40}\]\s*)?"
    r"(?:re|aw|antw|antwoord|sv|vs|vá|odp|ynt|res|r|rif|回复|回覆|答复|答覆|tr[aả] l[oờ]i|respuesta|rv)"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3})?\s*[:：]|\s*(?-i:RE-)(?=\S))",
    re.IGNORECASE,
)
_PASSED_ON = re.compile(
    r"^\s*(?:fwd?|wg|doorst|doorgestuurd|tr|enc|i|vl|rv|reenv|转发|轉寄|轉發|chuyển tiếp)\s*[:：]", re.IGNORECASE
)


class Join(StrEnum):
    """Why a message is in its conversation."""

    ROOT = "root"
    IN_REPLY_TO = "in-reply-to"
    REFERENCES = "references"
    OWN_ID = "own-id"
    """It names a mail of ours whose Message-ID carries our keyed hash."""
    SUBJECT = "subject"
    BOUNCE_OF = "bounce-of"
    SAME_ID = "same-id"
    """It bears the Message-ID, subject and writer of another mail, but other content."""
    MERGED = "merged"
    SPLIT = "split"
    CONVERSATION = "conversation"
    """The channel itself says which conversation it is of."""


@dataclass(frozen=True, slots=True)
class Links:
    """What a mail says of its place. `named` is in the order of trust: the mail it answers first, the root last."""

    mid: str
    named: tuple[str, ...]
    root: str
    reason: Join
    detail: str
    base: str
    """Its base subject."""
    subject: int
    """The hash of that, 0 where it is empty."""


def links(mail: ParsedMail, digest: str) -> Links:
    """The links of a mail. `digest` (of its original) stands in for a missing Message-ID, the same at every fetch."""
    mid = message_id(mail.message_id) or f"sha256-{digest[:32]}@derived.invalid"
    answered = tuple(filter(None, map(message_id, mail.in_reply_to)))
    older = tuple(filter(None, map(message_id, _bounded(mail.references))))
    about = message_id(mail.bounce.original_message_id) if mail.bounce else ""
    named = tuple(dict.fromkeys(ref for ref in (about, *answered, *reversed(older)) if ref and ref != mid))
    if about:
        reason, detail = Join.BOUNCE_OF, about
    elif answered and answered[0] != mid:
        reason, detail = Join.IN_REPLY_TO, answered[0]
    elif named:
        reason, detail = Join.REFERENCES, named[0]
    else:
        reason, detail = Join.ROOT, ""
    root = next((ref for ref in (*older, *answered, about) if ref and ref != mid), mid)
    base = base_subject(mail.subject)
    return Links(mid, named, root, reason, detail, base, subject_hash(base) if base else 0)


def message_id(text: str) -> str:
    """A Message-ID as key: without brackets and white space (RFC 5322 gives it none), bounded in length."""
    if text.isprintable() and " " not in text and text[:1] != "<" and len(text) <= LONGEST_ID:
        return text
    bare = "".join(text.strip().strip("<>").split())
    if len(bare) > LONGEST_ID:
        return f"sha256-{hashlib.sha256(bare.encode('utf-8', 'replace')).hexdigest()[:32]}@long.invalid"
    return bare


def base_subject(subject: str) -> str:
    """The subject without reply and forward prefixes, folded: what two mails of one conversation share."""
    if not any(end in subject for end in (":", "：", "RE-")):
        return " ".join(subject.split()).casefold()
    rest, before = subject, ""
    while rest != before:
        before, rest = rest, _PASSED_ON.sub("", _PREFIX.sub("", rest, count=1), count=1)
    return " ".join(rest.split()).casefold()


def is_reply_subject(subject: str) -> bool:
    """It begins as a reply does ("Re:", "Aw:", "Antw:", "回复:", "Trả lời:" ...)."""
    return bool(_PREFIX.match(subject))


def subject_hash(base: str) -> int:
    """A base subject as a number of 63 bits, for the index."""
    return int.from_bytes(hashlib.blake2b(base.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def joins_by_subject(mail: ParsedMail, names: Links) -> bool:
    """It may be joined by its subject: it names no mail, says that it is a reply, and is no report or list mail."""
    return not names.named and mail.kind is MailKind.MAIL and is_reply_subject(mail.subject)


def _bounded(references: tuple[str, ...]) -> tuple[str, ...]:
    if len(references) <= MOST_REFERENCES:
        return references
    return (references[0], *references[1 - MOST_REFERENCES :])
