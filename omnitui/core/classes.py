"""Who wrote a mail, as a message class (product page, message classes)."""

from __future__ import annotations

from omnitui.core.mail import MailKind, ParsedMail
from omnitui.core.models import MessageClass


def message_class(mail: ParsedMail, *, ours: frozenset[str], in_sent: bool, begins: bool) -> MessageClass:
    """The class of a mail; `ours` are our own addresses in lower case, `in_sent`: it lies in our Sent folder,
    `begins`: it names no other mail.

    Two mails of our own are a customer's all the same, or nobody would see that an answer is waited for: one that asks
    for answers elsewhere (a contact form), and one that begins a conversation with nobody but ourselves in it (a form,
    a forwarded call). A list that bears the name of one of our addresses is how customers reach us.
    """
    sender = mail.sender.email.lower() if mail.sender else ""
    asked = {person.email.lower() for person in mail.reply_to} - {""}
    receivers = {person.email.lower() for person in (*mail.to, *mail.cc, *mail.bcc)} - {""}
    among_us = begins and bool(receivers) and sender in ours and receivers <= ours
    if not among_us and (in_sent or (sender in ours and not asked - ours)):
        automatic = mail.kind in (MailKind.AUTO, MailKind.BOUNCE)
        return MessageClass.MACHINE if automatic else MessageClass.HUMAN
    if mail.kind is MailKind.MAIL or (mail.kind is MailKind.LIST and _is_our_list(mail.list_id, ours)):
        return MessageClass.CUSTOMER
    return MessageClass.AUTO


def _is_our_list(list_id: str, ours: frozenset[str]) -> bool:
    """A List-Id is the list's address with a dot for the at sign (RFC 2919)."""
    name = list_id.lower().strip("<> ")
    return any(address.replace("@", ".") == name for address in ours)
