"""From the tree of parts: what is read as text, what is an attachment."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from omnitui.core.mail import Attachment
from omnitui.core.text.clean import safe_name, safe_text
from omnitui.sync.mail.careful import parse_tree
from omnitui.sync.mail.charsets import decode
from omnitui.sync.mail.embedded import without_uuencoded
from omnitui.sync.mail.fields import split_head
from omnitui.sync.mail.part import Part
from omnitui.sync.mail.pictures import ENOUGH, dimensions
from omnitui.sync.mail.tnef import is_tnef, unwrapped

TEXT_LIMIT = 1024 * 1024
"""Bytes of one text part that are read for display; the rest stays in the original."""

_META = re.compile(r"(?i)(<meta[^<>]{0,200}charset\s{0,5}=\s{0,5}[\"']?)[\w:.-]{1,40}")
"""Where a page names its own character set; what we keep of it is text and is written as UTF-8."""
_ENDINGS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/pgp-signature": ".asc",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "application/ms-tnef": ".dat",
}


_MACHINE_PARTS = ("application/pgp-encrypted", "message/delivery-status", "message/global-delivery-status")
"""Not listed as attachments: the first says only "Version: 1" (RFC 3156 section 4), the others become a `Bounce`."""


@dataclass(slots=True)
class Passage:
    """One stretch of the mail to read: the same words as plain text, as HTML, or as both."""

    plain: str = ""
    html: str = ""
    flowed: str = ""
    """"" for fixed lines, "yes" for format=flowed, "delsp" with DelSp (RFC 3676)."""


@dataclass(slots=True)
class Content:
    """What a mail holds."""

    passages: list[Passage] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remember something the agent should know, once."""
        text = safe_text(text, lines=False)
        if text and text not in self.notices:
            self.notices.append(text)


def content_of(root: Part) -> Content:
    """Sort the leaves of the tree: text to read in order, everything else as an attachment."""
    content = Content()
    waiting: list[tuple[Part, Passage | None, bool]] = [(root, None, False)]
    while waiting:
        part, shared, related = waiting.pop()
        if part.is_multipart:
            content.note(_sealed(part))
            below = _shared_by(part, shared, content)
            inside = related or part.type == "multipart/related"
            waiting.extend((child, below, inside) for child in reversed(part.children))
        elif _is_text(part):
            _read(part, shared, content)
        elif is_tnef(part):
            _unwrap(part, content)
        elif part.type not in _MACHINE_PARTS:
            content.attachments.append(attachment(part, related))
    if not any(p.plain.strip() or p.html.strip() for p in content.passages):
        _read_attached_mail(root, content)
    content.passages = [p for p in content.passages if p.plain or p.html]
    return content


def _unwrap(part: Part, content: Content) -> None:
    """The files and words inside a winmail.dat; one that cannot be opened stays a file."""
    inside = unwrapped(part)
    if not inside.files and not inside.plain and not inside.html:
        content.attachments.append(attachment(part, related=False))
        return
    content.attachments += inside.files
    content.passages.append(Passage(inside.plain, inside.html))
    content.note("unpacked from a winmail.dat that Outlook made")


def _read_attached_mail(root: Part, content: Content) -> None:
    """A mail that only carries another one (forwarded as an attachment) shows that one's text; one level, no more."""
    attached = next((p for p in root.walk() if p.type in ("message/rfc822", "message/global")), None)
    if attached is None:
        return
    inner = parse_tree(attached.content())
    for part in inner.root.walk():
        if not part.is_multipart and _is_text(part):
            shared = content.passages[-1] if content.passages and part.type == "text/html" else None
            _read(part, shared, content)
    content.note("its own text is empty; shown is that of the mail attached to it")


def _shared_by(part: Part, shared: Passage | None, content: Content) -> Passage | None:
    """The children of an alternative say the same thing; other containers hold things one after another."""
    if part.type == "multipart/alternative":
        passage = Passage()
        content.passages.append(passage)
        return passage
    return shared


def _sealed(part: Part) -> str:
    """What an agent should know of a signed or encrypted container (RFC 1847)."""
    if part.type == "multipart/encrypted":
        return "this mail is encrypted; omnitui cannot open it"
    if part.type == "multipart/signed":
        return "this mail carries a signature, which omnitui does not check"
    return ""


def _is_text(part: Part) -> bool:
    if part.type not in ("text/plain", "text/html"):
        return False
    return part.disposition != "attachment" and not part.name


def _read(part: Part, shared: Passage | None, content: Content) -> None:
    """Decode one text part into the passage it belongs to."""
    data = _bounded(part, content)
    if part.type == "text/plain":
        data, files = without_uuencoded(data, part.number)
        content.attachments += files
    text, notice = decode(data, part.params.get("charset", ""))
    content.note(notice)
    passage = shared
    field_taken = passage is not None and (passage.plain if part.type == "text/plain" else passage.html)
    if passage is None or field_taken:
        passage = Passage()
        content.passages.append(passage)
    if part.type == "text/html":
        passage.html = _as_utf8(text.replace("\0", "\ufffd"))
        return
    passage.plain = text
    if part.params.get("format", "").lower() == "flowed":
        passage.flowed = "delsp" if part.params.get("delsp", "").lower() == "yes" else "yes"


def _as_utf8(html: str) -> str:
    """The page saying of itself what is true of our copy. Only its first 4,000 characters can say it."""
    start = html[:4000]
    return _META.sub(r"\1utf-8", start, count=1) + html[4000:] if "charset" in start.lower() else html


def _bounded(part: Part, content: Content) -> bytes:
    kept, size = [], 0
    for piece in part.pieces():
        kept.append(piece)
        size += len(piece)
        if size > TEXT_LIMIT:
            content.note(f"only the first {TEXT_LIMIT // 1024} KiB of its text are shown")
            break
    return b"".join(kept)[:TEXT_LIMIT]


def attachment(part: Part, related: bool) -> Attachment:
    """A part as an attachment: hashed piece by piece, named by the sender, by its subject or by its kind."""
    digest, size = hashlib.sha256(), 0
    start = bytearray()
    picture = part.type.startswith("image/")
    for piece in part.pieces():
        digest.update(piece)
        size += len(piece)
        if picture and len(start) < ENOUGH:
            start += piece[:ENOUGH]
    width, height = dimensions(bytes(start))
    named = bool(safe_text(part.name, lines=False))
    return Attachment(
        name=safe_name(part.name) if named else _made_name(part),
        type=safe_text(part.type, lines=False)[:120],
        size=size,
        sha256=digest.hexdigest(),
        part=part.number,
        inline=part.disposition == "inline" or (related and bool(part.content_id) and part.disposition != "attachment"),
        content_id=safe_text(part.content_id, lines=False),
        named=named,
        width=width,
        height=height,
    )


def _made_name(part: Part) -> str:
    """A name for a part the sender gave none: the subject of an attached mail, else the kind of thing it is."""
    ending = _ENDINGS.get(part.type, "")
    if part.type == "message/rfc822":
        fields, _ = split_head(part.content()[:65536])
        subject = fields.text("subject")
        return safe_name((subject[:100] or "message") + ending)
    stem = {"image": "image", "audio": "audio", "video": "video", "text": "text"}.get(part.type.split("/")[0], "part")
    return safe_name(f"{stem}-{part.number or '1'}{ending}")


_ELSEWHERE = ("view", "support", "display", "client", "anzeig", "afficher", "weergeven", "visualiza")


def is_stub(plain: str, html: str) -> bool:
    """Whether the plain text stands in for the HTML only in name: empty, or a line that says to look elsewhere."""
    if not html:
        return False
    words = plain.split(None, 41)
    if not words:
        return True
    if len(words) > 40 or len(html) < 20 * len(plain):
        return False
    said = " ".join(words).lower()
    return "html" in said and any(
        word in said for word in ("view", "support", "display", "client", "anzeig", "afficher")
    )
