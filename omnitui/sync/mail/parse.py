"""`parse_mail`: any bytes in, a `ParsedMail` out, whatever the bytes are. Safe to call from several threads."""

from __future__ import annotations

from omnitui.core.mail import ParsedMail
from omnitui.sync.mail.assemble import assembled
from omnitui.sync.mail.look import unusual

FAULTS = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What a mistake of ours on odd input may raise: the mail then goes to the child instead of ending the worker."""


def parse_mail(raw: bytes) -> ParsedMail:
    """Parse one mail. Never raises: a mail that cannot be parsed comes back with `error` set and what was readable.

    An ordinary mail goes through the compiled parser in this process. An unusual one, or one that the compiled
    parser refuses, goes through the careful parser in a child process with limits on time and memory.
    """
    reason = unusual(raw)
    if not reason:
        try:
            mail = _fast(raw)
        except FAULTS as fault:
            reason = f"the fast parser failed ({type(fault).__name__})"
        else:
            if mail is not None:
                return mail
    return parse_carefully(raw)


def _fast(raw: bytes) -> ParsedMail | None:
    from omnitui.sync.mail import fast

    root = fast.parse_tree(raw)
    if root is None or any(part.type in ("application/ms-tnef", "application/vnd.ms-tnef") for part in root.walk()):
        return None
    mail = assembled(root)
    empty = not mail.text and not mail.html and not mail.attachments
    return None if empty and len(raw) > 2000 else mail


def parse_carefully(raw: bytes) -> ParsedMail:
    """The careful path in this process: for the child, and for tests."""
    from omnitui.sync.mail import careful

    outcome = careful.parse_tree(raw)
    return assembled(outcome.root, outcome.notices)
