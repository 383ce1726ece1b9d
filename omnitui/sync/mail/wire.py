"""A `ParsedMail` as JSON and back: how the child process answers. Never pickle: the child read hostile input."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from omnitui.core.blocks import blocks_from_json, blocks_to_json
from omnitui.core.mail import Address, Attachment, Bounce, Invitation, MailKind, ParsedMail
from omnitui.core.times import Instant


def to_json(mail: ParsedMail) -> bytes:
    """The mail as one JSON document in UTF-8."""
    data = {name: getattr(mail, name) for name in ParsedMail.__slots__ if name != "blocks"}
    data["blocks"] = blocks_to_json(mail.blocks)
    return json.dumps(data, default=asdict, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def from_json(data: bytes) -> ParsedMail:
    """The inverse of `to_json`. Raises ValueError, KeyError or TypeError on anything else."""
    fields: dict[str, Any] = json.loads(data)
    for name in ("in_reply_to", "references", "notices"):
        fields[name] = tuple(str(item) for item in fields[name])
    for name in ("reply_to", "to", "cc", "bcc"):
        fields[name] = tuple(Address(**item) for item in fields[name])
    fields["sender"] = Address(**fields["sender"]) if fields["sender"] else None
    fields["attachments"] = tuple(Attachment(**item) for item in fields["attachments"])
    fields["kind"] = MailKind(fields["kind"])
    fields["blocks"] = blocks_from_json(fields["blocks"])
    fields["sent_at"] = None if fields["sent_at"] is None else Instant(int(fields["sent_at"]))
    if fields["bounce"]:
        fields["bounce"] = Bounce(**fields["bounce"] | {"recipients": tuple(fields["bounce"]["recipients"])})
    if fields["invitation"]:
        fields["invitation"] = Invitation(**fields["invitation"])
    return ParsedMail(**fields)
