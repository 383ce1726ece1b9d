"""The worker's log: rotated, for the user alone, without secrets and without anything that steers a terminal."""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
from pathlib import Path

from omnitui.core.text.clean import safe_text

LARGEST = 2_000_000
KEPT = 3
HIDDEN = "[hidden]"
_PATTERNS = [
    re.compile(r"(?i)(authorization:\s*\w+\s+)\S+"),
    re.compile(r"(?i)(\bbearer\s+)\S+"),
    re.compile(r"(?i)(\bAUTH(?:ENTICATE)?\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER)\s+)\S+"),
    re.compile(r"(?i)(\bLOGIN\s+(?:\"[^\"]*\"|\S+)\s+)(?:\"[^\"]*\"|\S+)"),
    re.compile(r"(?i)((?:password|passwd|secret|token)[\"']?\s*[=:]\s*)[^\s,;}]+"),
    re.compile(r"(/bot)\d+:[\w-]+"),
]


class Redactor(logging.Filter):
    """Takes secrets out of every record: those it was told of, and whatever looks like one."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: set[str] = set()

    def hide(self, secret: str) -> None:
        """Never write this; short ones would hide ordinary words."""
        if len(secret) >= 4:
            self._secrets.add(secret)

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes, changed."""
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
            record.exc_info, record.exc_text = None, None
        # What is not the beginning of a record is set back: nothing from outside passes for another one.
        record.msg, record.args = self.clean(safe_text(self.clean(text))).replace("\n", "\n    "), ()
        return True

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return clean_patterns(text)


def clean_patterns(text: str) -> str:
    """The text without what looks like a secret."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text


def start_log(path: Path, redactor: Redactor) -> logging.Handler:
    """Write warnings of every part and our own messages to `path` (0600). Give the handler back to `end_log`."""
    os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(redactor)
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger("omnitui").setLevel(logging.INFO)
    return handler


def end_log(handler: logging.Handler) -> None:
    """Take the handler off again."""
    logging.getLogger().removeHandler(handler)
    handler.close()
