"""What can be made of a mail without the cache, so that the one writer has nothing left to do but to write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple

from omnitui.core.blocks import blocks_to_json
from omnitui.core.mail import ParsedMail
from omnitui.core.packing import pack
from omnitui.core.people import people_json, people_text
from omnitui.core.text.fold import index_text
from omnitui.core.text.own_words import opening
from omnitui.core.threading import Links, links

PREVIEW_LENGTH = 160
_READ = 4 * PREVIEW_LENGTH
_LIST = json.JSONEncoder(ensure_ascii=False)


class Prepared(NamedTuple):
    """Columns of a mail's rows that follow from the mail alone."""

    links: Links
    people: str
    """Everybody but the writer, as `people_json`."""
    searched: tuple[str, str, str, str]
    """Subject, people, body and file names, folded for the full-text index."""
    blocks: bytes
    """Packed; empty where they are those of the text."""
    preview: str
    answered: str
    """In-Reply-To, References and notices as JSON lists; the first two are empty where there are none."""
    references: str
    notices: str
    invitation: str


def prepared(mail: ParsedMail, digest: str) -> Prepared:
    """Everything that `digest` (of the original) and the mail say by themselves."""
    return Prepared(
        links=links(mail, digest),
        people=everybody(mail),
        searched=_searched(mail),
        blocks=b"" if mail.from_plain else pack(blocks_to_json(mail.blocks).encode("utf-8", "replace")),
        preview=_preview(mail.reply_text or (mail.from_plain and opening(mail.text, PREVIEW_LENGTH + 40)) or mail.text),
        answered=_list(mail.in_reply_to),
        references=_list(mail.references),
        notices=_list(mail.notices) or "[]",
        invitation=json.dumps(asdict(mail.invitation), ensure_ascii=False) if mail.invitation else "",
    )


def everybody(mail: ParsedMail) -> str:
    """Everybody but the sender, as the message row keeps them."""
    return people_json(to=mail.to, cc=mail.cc, bcc=mail.bcc, reply_to=mail.reply_to)


def _searched(mail: ParsedMail) -> tuple[str, str, str, str]:
    sender = (mail.sender,) if mail.sender else ()
    people = people_text((*sender, *mail.to, *mail.cc, *mail.bcc, *mail.reply_to))
    files = " ".join(attachment.name for attachment in mail.attachments)
    return index_text(mail.subject), index_text(people), index_text(mail.text), index_text(files)


def _preview(text: str) -> str:
    return " ".join(text[:_READ].split())[:PREVIEW_LENGTH]


def _list(values: Sequence[str]) -> str:
    return _LIST.encode(values) if values else ""
