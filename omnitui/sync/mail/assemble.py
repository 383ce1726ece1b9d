"""From the tree of parts to a `ParsedMail`: everything cleaned, everything bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omnitui.core.blocks import Block, BlockKind
from omnitui.core.mail import Address, MailKind, ParsedMail
from omnitui.core.text.clean import safe_text
from omnitui.core.text.html import blocks_from_html
from omnitui.core.text.own_words import LONGEST
from omnitui.core.text.plain import blocks_from_text
from omnitui.core.text.quoting import reply_words, split_reply
from omnitui.core.times import Instant
from omnitui.sync.mail.addresses import addresses
from omnitui.sync.mail.bodies import Passage, content_of, is_stub
from omnitui.sync.mail.bounces import bounce_of
from omnitui.sync.mail.charsets import decode
from omnitui.sync.mail.dates import claimed_date
from omnitui.sync.mail.fields import Fields, split_head
from omnitui.sync.mail.ids import message_id, message_ids
from omnitui.sync.mail.invites import invitation_of
from omnitui.sync.mail.kinds import kind_of, list_id
from omnitui.sync.mail.part import Part

STUB_TEXT = 64 * 1024
"""Bytes of a mail that could not be parsed that are shown as they are."""


def assembled(root: Part, notices: Sequence[str] = (), *, lean: bool = False) -> ParsedMail:
    """The mail a tree of parts is. `lean`: without blocks and own words where they follow from the text."""
    head = _head(root.fields)
    parts = list(root.walk())
    content = content_of(root)
    for notice in notices:
        content.note(notice)
    for passage in content.passages:
        passage.plain = safe_text(passage.plain)
    text = "\n\n".join(p.plain.rstrip("\n") for p in content.passages if p.plain)
    from_plain = _says_it_all(content.passages, text)
    blocks = () if lean and from_plain else split_reply(_blocks(content.passages))
    if not (blocks or from_plain) and any(len(p.html) > 500 for p in content.passages):
        content.note("its HTML shows no text")
    from_html = not text.strip() and any(p.html for p in content.passages)
    if from_html:
        text = "\n\n".join(block.text for block in blocks if block.kind is not BlockKind.IMAGE)
    sender: Address | None = head["sender"]
    bounce = bounce_of(parts, root.fields, sender.email if sender else "", head["subject"], text)
    kind = head.pop("kind")
    if bounce or root.type == "multipart/report":
        kind = MailKind.BOUNCE if bounce else MailKind.AUTO
    return ParsedMail(
        **head,
        kind=kind,
        text=text,
        text_from_html=from_html,
        from_plain=from_plain,
        html="\n".join(p.html for p in content.passages if p.html),
        reply_text=reply_words(blocks),
        blocks=blocks,
        attachments=tuple(content.attachments),
        bounce=bounce,
        invitation=invitation_of(parts),
        notices=tuple(content.notices),
    )


def _says_it_all(passages: list[Passage], text: str) -> bool:
    """Whether the blocks are those of the text: one passage, read from its plain text, its lines as they stand."""
    if len(passages) != 1 or passages[0].flowed or len(text) > LONGEST or not text.strip():
        return False
    return not (passages[0].html and is_stub(passages[0].plain, passages[0].html))


def _head(fields: Fields) -> dict[str, Any]:
    """The fields of a `ParsedMail` that the header fields alone give."""
    subject = safe_text(fields.text("subject"), lines=False)
    date, sent_at = _date(fields)
    return {
        "message_id": message_id(fields.first("message-id")),
        "in_reply_to": message_ids(fields.first("in-reply-to")),
        "references": message_ids(" ".join(fields.all("references")[:3])),
        "subject": subject,
        "sender": _sender(fields),
        "reply_to": addresses(fields.all("reply-to")),
        "to": addresses(fields.all("to")),
        "cc": addresses(fields.all("cc")),
        "bcc": addresses(fields.all("bcc")),
        "date": date,
        "sent_at": sent_at,
        "kind": kind_of(fields, subject),
        "list_id": list_id(fields),
        "omni_id": safe_text(fields.first("x-omni-id"), lines=False)[:200],
    }


def _sender(fields: Fields) -> Address | None:
    """Who wrote it: From, or what stands in for it; among several, the first that has an address."""
    nameless: Address | None = None
    for name in ("from", "sender", "x-sender", "reply-to", "return-path"):
        for value in fields.all(name)[:5]:
            for found in addresses([value], 1):
                if "@" in found.email:
                    return found
                nameless = nameless or found
        if nameless and name == "from":
            break
    return nameless


def _date(fields: Fields) -> tuple[str, Instant | None]:
    """The first believable Date."""
    for value in fields.all("date")[:5]:
        text, at = claimed_date(value)
        if text:
            return text, at
    return "", None


def _blocks(passages: list[Passage]) -> list[Block]:
    """Each passage (cleaned) from its plain text, unless that is empty or a stub for the HTML."""
    blocks: list[Block] = []
    for passage in passages:
        if passage.html and is_stub(passage.plain, passage.html):
            blocks += blocks_from_html(passage.html)
        else:
            delsp = passage.flowed == "delsp"
            blocks += blocks_from_text(passage.plain, flowed=bool(passage.flowed), delsp=delsp, cleaned=True)
    return blocks


def stub(raw: bytes, error: str) -> ParsedMail:
    """A mail that could not be parsed, as a readable row: its headers where they can be read in one pass, and the
    start of the original as it stands."""
    fields, _ = split_head(raw[:STUB_TEXT])
    text = safe_text(decode(raw[:STUB_TEXT])[0])
    blocks = (Block(BlockKind.CODE, text),)
    return ParsedMail(
        **_head(fields), text=text, html="", reply_text=text, blocks=blocks, attachments=(), error=safe_text(error)
    )
