"""From the frozen content of a message to the bytes that go out: the same content, the same bytes, always.

Plain text as UTF-8 in whatever transfer encoding its lines allow; files as parts of a multipart/mixed; a whole mail
passed on as message/rfc822. Bcc is in the envelope only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from email.utils import format_datetime
from typing import TypeAlias

from omnitui.core.outgoing import Outgoing, OutgoingFile
from omnitui.core.times import as_datetime
from omnitui.sync.outbox.headers import fold, ids_field, is_message_id, parameters, people_field, text_field

ReadFile: TypeAlias = Callable[[str], bytes]
"""The bytes of a file by its hash; raises NotFound when it is gone."""

MOST_REFERENCES = 40
"""How many References go out: the first and the latest, as RFC 5322 3.6.4 lets long ones be shortened."""
_LONGEST_LINE = 998
_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,60}/[A-Za-z0-9][\w.+-]{0,80}", re.ASCII)


def compose(mail: Outgoing, read_file: ReadFile) -> bytes:
    """The mail with CRLF line ends and nothing else, ready for DATA (dots are stuffed there).

    Raises Refused for an address that cannot be written, NotFound for a file that is gone.
    """
    if not is_message_id(mail.mid):
        raise ValueError("a Message-ID of our own must be one")
    head = b"".join(_fields(mail))
    text = _text_part(mail.text)
    if not mail.files:
        return head + text
    parts = [text, *(_file_part(file, read_file(file.sha256)) for file in mail.files)]
    boundary = _boundary(mail.id, parts)
    opening = fold("Content-Type", parameters("multipart/mixed", [("boundary", boundary)]))
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + b"\r\n" + part + (b"" if part.endswith(b"\r\n") else b"\r\n") for part in parts)
    return head + opening + b"\r\n" + body + mark + b"--\r\n"


def _fields(mail: Outgoing) -> list[bytes]:
    fields = [
        fold("Date", [format_datetime(as_datetime(mail.date).replace(microsecond=0))]),
        people_field("From", [mail.sender]),
        people_field("To", mail.to) if mail.to else b"To: undisclosed-recipients:;\r\n",
    ]
    if mail.cc:
        fields.append(people_field("Cc", mail.cc))
    if mail.reply_to:
        fields.append(people_field("Reply-To", mail.reply_to))
    fields += [text_field("Subject", mail.subject), ids_field("Message-ID", [mail.mid])]
    if answered := [mid for mid in mail.in_reply_to if is_message_id(mid)]:
        fields.append(ids_field("In-Reply-To", answered))
    if references := [mid for mid in mail.references if is_message_id(mid)]:
        if len(references) > MOST_REFERENCES:
            references = [references[0], *references[1 - MOST_REFERENCES :]]
        fields.append(ids_field("References", references))
    fields.append(text_field("X-Omni-Id", mail.id))
    if mail.auto:
        fields += [text_field("Auto-Submitted", mail.auto), b"X-Auto-Response-Suppress: All\r\n"]
    return [*fields, b"MIME-Version: 1.0\r\n"]


def _text_part(text: str) -> bytes:
    raw = re.sub(r"\r\n?", "\n", text).replace("\x00", "").encode(errors="replace")
    lines = raw.split(b"\n")
    if raw.isascii() and all(len(line) <= 78 for line in lines):
        coding, body = "7bit", raw.replace(b"\n", b"\r\n")
    else:
        quoted = binascii.b2a_qp(raw, istext=True).replace(b"\n", b"\r\n")
        packed = _base64(raw.replace(b"\n", b"\r\n"))
        coding, body = ("quoted-printable", quoted) if len(quoted) <= 2 * len(packed) else ("base64", packed)
    charset = "us-ascii" if raw.isascii() else "utf-8"
    kind = fold("Content-Type", parameters("text/plain", [("charset", charset)]))
    return kind + fold("Content-Transfer-Encoding", [coding]) + b"\r\n" + body


def _file_part(file: OutgoingFile, data: bytes) -> bytes:
    if file.type == "message/rfc822" and (whole := _as_it_came(data)) is not None:
        coding, kind, body = ("7bit" if whole.isascii() else "8bit"), file.type, whole
    else:
        coding, body = "base64", _base64(data)
        known = _TYPE.fullmatch(file.type) and not file.type.lower().startswith(("message/", "multipart/"))
        kind = file.type if known else "application/octet-stream"
    return (
        fold("Content-Type", [kind])
        + fold("Content-Transfer-Encoding", [coding])
        + fold("Content-Disposition", parameters("attachment", [("filename", file.name)]))
        + b"\r\n"
        + body
    )


def _as_it_came(data: bytes) -> bytes | None:
    """A whole mail as a part of another: RFC 2046 5.2.1 lets no encoding touch it. None when its lines forbid it."""
    lines = re.split(rb"\r\n|\r|\n", data)
    if b"\x00" in data or any(len(line) > _LONGEST_LINE for line in lines):
        return None
    return b"\r\n".join(lines)


def _base64(data: bytes) -> bytes:
    packed = base64.b64encode(data)
    return b"".join(packed[at : at + 76] + b"\r\n" for at in range(0, len(packed), 76))


def _boundary(seed: str, parts: list[bytes]) -> str:
    """A boundary of the item's own key that stands in none of the parts."""
    for turn in range(1000):
        boundary = f"=_{hashlib.sha256(f'{seed} {turn}'.encode()).hexdigest()[:40]}"
        if not any(boundary.encode() in part for part in parts):
            return boundary
    raise ValueError("no boundary is free")
