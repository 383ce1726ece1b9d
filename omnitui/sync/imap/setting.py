"""What the loop of one account works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omnitui.config.schema import AccountSettings
from omnitui.core.times import Instant
from omnitui.sync.imap.login import Login
from omnitui.sync.writer import Writer


@dataclass(frozen=True)
class Setting:
    """One account, and the tools of its worker."""

    account: AccountSettings
    account_id: int
    login: Callable[[], Login]
    writer: Writer
    clock: Callable[[], Instant]
    attachments: Path
    limit: int
    """Bytes; larger mails come without their big parts."""
    poll_seconds: float
    owner: str
    """Names this worker in the outbox."""
    niceness: int = 0
    """Of the processes that parse a back-fill."""
