"""A mail that the store itself cannot take as it is: stored in its place is a row that says so, with its original.

The parser hands on clean values, so this is for mistakes of ours. Without it one such mail would stop its folder for
ever, fetched again and again.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from omnitui.core.mail import ParsedMail
from omnitui.core.times import Instant
from omnitui.store.rows import FetchedMail

FAULTS = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError,
)  # fmt: skip
"""What a single mail can bring about. A full disk or a locked file are none of these: they are not the mail's doing."""
_LATEST = Instant(253_402_300_799_000)
"""The end of the year 9999."""


def in_its_place(mail: FetchedMail, fault: Exception, now: Instant) -> FetchedMail:
    """The row to store instead: nothing of the mail but its original, its size and the reason."""
    reason = f"This mail could not be stored as it was read ({type(fault).__name__}). Its original is kept."
    nothing = ParsedMail(
        message_id="", in_reply_to=(), references=(), subject="(mail that could not be stored)", sender=None,
        reply_to=(), to=(), cc=(), bcc=(), date="", sent_at=None, text="", html="", reply_text="", blocks=(),
        attachments=(), error=reason,
    )  # fmt: skip
    return replace(
        mail,
        at=mail.at if 0 <= mail.at <= _LATEST else now,
        flags=frozenset(flag for flag in mail.flags if flag.isascii()),
        parsed=nothing,
        quarantine=reason,
        prepared=None,
    )
