"""Who wrote a mail, as a message class (product page, message classes)."""

from __future__ import annotations

from omnitui.core.mail import MailKind, ParsedMail
from omnitui.core.models import MessageClass


def message_class(mail: ParsedMail, *, ours: frozenset[str], in_sent: bool) -> MessageClass:
    """The class of a mail; `ours` are our own addresses in lower case, `in_sent`: it lies in our Sent folder.

    A mail from our own address that asks for answers elsewhere (a contact form) is the customer's. A list that bears
    the name of one of our addresses is how customers reach us, so what comes through it is theirs too.
    """
    sender = mail.sender.email.lower() if mail.sender else ""
    asked = {person.email.lower() for person in mail.reply_to} - {""}
    if in_sent or (sender in ours and not asked - ours):
        automatic = mail.kind in (MailKind.AUTO, MailKind.BOUNCE)
        return MessageClass.MACHINE if automatic else MessageClass.HUMAN
    if mail.kind is MailKind.MAIL or (mail.kind is MailKind.LIST and _is_our_list(mail.list_id, ours)):
        return MessageClass.CUSTOMER
    return MessageClass.AUTO


def _is_our_list(list_id: str, ours: frozenset[str]) -> bool:
    """A List-Id is the list's address with a dot for the at sign (RFC 2919)."""
    name = list_id.lower().strip("<> ")
    return any(address.replace("@", ".") == name for address in ours)
