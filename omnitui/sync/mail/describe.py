"""What a part's own header fields say it is."""

from __future__ import annotations

import re
from functools import lru_cache

from omnitui.sync.mail.fields import Fields
from omnitui.sync.mail.part import Part
from omnitui.sync.mail.words import decoded, parameters, unfolded

_cached_parameters = lru_cache(maxsize=1024)(parameters)
"""Most parts of most mails say the same few things. (Nothing changes the dictionaries.)"""

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")


def described(fields: Fields, default: str = "text/plain") -> Part:
    """A part without content, from its fields. An unreadable type counts as the default (RFC 2045 section 5.2)."""
    kind, params = _said(fields.first("content-type"))
    if not _TYPE.fullmatch(kind):
        kind = {"text": "text/plain", "html": "text/html"}.get(kind, default)
        if "/" not in fields.first("content-type"):
            params = {key: value for key, value in params.items() if key != "boundary"}
    disposition, more = _said(fields.first("content-disposition"))
    name = more.get("filename") or params.get("name") or _located(fields, disposition)
    return Part(
        type=kind,
        params=params,
        disposition=disposition,
        name=unfolded(name),
        fields=fields,
        content_id=unfolded(fields.first("content-id")).strip("<> ")[:500],
    )


def _said(value: str) -> tuple[str, dict[str, str]]:
    return _cached_parameters(value) if len(value) < 80 else parameters(value)


def _located(fields: Fields, disposition: str) -> str:
    """The last component of a Content-Location (RFC 2557), which some senders use instead of a name."""
    if disposition != "attachment" or not fields.first("content-location"):
        return ""
    return decoded(fields.first("content-location")).rstrip("/").rpartition("/")[2]
