"""Mails as the parser would hand them on, made short for tests of what comes after it."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

from omnitui.core.blocks import Block, BlockKind
from omnitui.core.mail import Address, Bounce, MailKind, ParsedMail
from omnitui.core.times import SECOND, Instant
from omnitui.store.ingest import FetchedMail

START = Instant(1_760_000_000_000)
US = "help@shop.example"


def parsed(
    mid: str, sender: str = "anna@client.example", subject: str = "Order", text: str = "Hi", **more: Any
) -> ParsedMail:
    """A mail with a body of one paragraph."""
    fields: dict[str, Any] = {
        "in_reply_to": (), "references": (), "reply_to": (), "to": (Address("", US),), "cc": (), "bcc": (), "date": "",
        "sent_at": None, "html": "", "attachments": (), "kind": MailKind.MAIL,
    }  # fmt: skip
    return ParsedMail(
        message_id=mid,
        subject=subject,
        sender=Address(sender.partition("@")[0].title(), sender) if sender else None,
        text=text,
        reply_text=text,
        blocks=(Block(BlockKind.PARAGRAPH, text),),
        **fields | more,
    )


def fetched(uid: int, mail: ParsedMail, second: int | None = None, flags: str = "", **more: Any) -> FetchedMail:
    """The mail as fetched, `second` (else `uid`) seconds after START. The original is made of its fields."""
    trace = more.pop("trace", "")
    head = f"{trace}Message-ID: <{mail.message_id}>\r\nFrom: {mail.sender}\r\nSubject: {mail.subject}\r\n" + "".join(
        f"X-{name}: {getattr(mail, name)}\r\n"
        for name in ("in_reply_to", "references", "to", "cc", "bounce", "omni_id")
    )
    raw = f"{head}\r\n{mail.text}".encode("utf-8", "replace")
    fields: dict[str, Any] = {
        "at": Instant(START + (uid if second is None else second) * SECOND), "raw_size": len(raw),
        "digest": hashlib.sha256(raw).hexdigest(), "packed": zlib.compress(raw), "complete": True,
    }  # fmt: skip
    return FetchedMail(uid=uid, flags=frozenset(flags.split()), parsed=mail, **fields | more)


def bounce_of(mid: str, uid: int, action: str = "failed", **more: Any) -> FetchedMail:
    """A delivery report about the mail `mid`."""
    report = Bounce(mid, ("anna@client.example",), "5.1.1", action, "User unknown")
    mail = parsed(
        f"bounce{uid}@mx.example", "mailer-daemon@mx.example", "Undelivered", kind=MailKind.BOUNCE, bounce=report
    )
    return fetched(uid, mail, **more)
