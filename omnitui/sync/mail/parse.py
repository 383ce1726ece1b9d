"""`parse_mail`: any bytes in, a `ParsedMail` out, whatever the bytes are. Safe to call from several threads."""

from __future__ import annotations

import atexit
import hashlib
from contextlib import nullcontext
from functools import cache
from pathlib import Path

from omnitui.core.mail import ParsedMail
from omnitui.sync.mail.assemble import assembled, stub
from omnitui.sync.mail.journal import ParseJournal
from omnitui.sync.mail.look import unusual
from omnitui.sync.mail.pool import ChildParser, ParseFailed
from omnitui.sync.mail.tnef import is_tnef

FAULTS = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What a mistake of ours on odd input may raise: the mail then goes to the child instead of ending the worker."""


class MailParser:
    """Both paths, the child and (where a path is given) the journal of what is under parse."""

    def __init__(self, journal: Path | None = None, child: ChildParser | None = None) -> None:
        self._child = child or ChildParser()
        self._journal = ParseJournal(journal) if journal else None

    def parse(self, raw: bytes) -> ParsedMail:
        """Parse one mail. Never raises: a mail that cannot be parsed comes back with `error` set (the caller
        quarantines it) and what was readable.

        An ordinary mail goes through the compiled parser in this process. An unusual one, one that the compiled
        parser refuses, and one that was under parse when an earlier worker ended, go to the child.
        """
        reason = unusual(raw)
        digest = b""
        if self._journal is not None:
            digest = hashlib.sha256(raw).digest()
            if digest in self._journal.suspects:
                reason = "an earlier run ended while it was read"
        if not reason:
            with self._journal.parsing(digest) if self._journal else nullcontext():
                mail = _fast(raw)
            if mail is not None:
                return mail
        return self.parse_in_child(raw, reason)

    def parse_in_child(self, raw: bytes, reason: str) -> ParsedMail:
        """Parse one mail with care, because of `reason`. Never raises."""
        try:
            return self._child.parse(raw)
        except (ParseFailed, OSError) as failure:
            because = f"; it was read with care because {reason}" if reason else ""
            return stub(raw, f"This mail could not be read: {failure}{because}. Its original is kept.")

    def keep_journal(self, path: Path) -> None:
        """From now on record what is under parse there. Raises OSError when it cannot be written."""
        self._journal, old = ParseJournal(path), self._journal
        if old is not None:
            old.close()

    def close(self) -> None:
        """End the child and close the journal."""
        self._child.close()
        if self._journal is not None:
            self._journal.close()


@cache
def _shared() -> MailParser:
    parser = MailParser()
    atexit.register(parser.close)
    return parser


def keep_journal(path: Path) -> None:
    """Have `parse_mail` record what is under parse, and read with care what was when the last process ended.

    For the worker, once, before its first mail. Raises OSError when the journal cannot be written.
    """
    _shared().keep_journal(path)


def parse_mail(raw: bytes) -> ParsedMail:
    """Parse one mail with the process's own parser. Never raises (see `MailParser.parse`)."""
    return _shared().parse(raw)


def parse_mail_with_care(raw: bytes, reason: str) -> ParsedMail:
    """Parse one mail outside of this process, because of `reason`. Never raises."""
    return _shared().parse_in_child(raw, reason)


def read_ordinary(raw: bytes) -> ParsedMail | None:
    """An ordinary mail in this process, as the store needs it; None for one that must be read with care."""
    return None if unusual(raw) else _fast(raw, lean=True)


def _fast(raw: bytes, *, lean: bool = False) -> ParsedMail | None:
    """The compiled path; None when the mail should be read with care after all."""
    from omnitui.sync.mail import fast

    try:
        root = fast.parse_tree(raw)
        if root is None or any(map(is_tnef, root.walk())):
            return None
        mail = assembled(root, lean=lean)
    except FAULTS:
        return None
    empty = not mail.text and not mail.html and not mail.attachments
    return None if empty and len(raw) > 2000 else mail


def parse_carefully(raw: bytes) -> ParsedMail:
    """The careful path in this process: what the child runs."""
    from omnitui.sync.mail import careful

    outcome = careful.parse_tree(raw)
    return assembled(outcome.root, outcome.notices)
