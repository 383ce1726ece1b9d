"""The errors of omnitui; each leaf is one way to recover.

OmnituiError
├── ConfigError      the user mends the config (file, line, what would be right)
├── SecretError      the user gives a password another way
├── CacheError       the database cannot be used; nothing was changed
├── NotFound         no such conversation, message, account, view
├── QueryError       the query cannot be read (column, suggestion)
├── Refused          what was asked makes no sense now; nothing was changed
├── Overtaken        a newer question has ended this one; nothing is to be said or done
├── Offline          the network or server is away: try again later by itself
├── LoginRefused     the server refuses the login: only the user can mend it
└── ProtocolError    the server said something it must not: reconnect, then tell
"""

from __future__ import annotations


class OmnituiError(Exception):
    """Base of all our errors; its text is for the user."""


class ConfigError(OmnituiError):
    """The config is wrong: names file, line and what would be right."""


class SecretError(OmnituiError):
    """A password or token cannot be had; never holds the secret."""


class CacheError(OmnituiError):
    """The cache cannot be opened or written."""


class NotFound(OmnituiError):
    """No such thing."""


class QueryError(OmnituiError):
    """A query that cannot be read: `column` counts from 0, `suggestion` may be empty."""

    def __init__(self, message: str, column: int, suggestion: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.suggestion = suggestion


class Refused(OmnituiError):
    """The request cannot be done in the present state; nothing was changed."""


class Overtaken(OmnituiError):
    """What was asked for is not wanted any more."""


class Offline(OmnituiError):
    """The other side cannot be reached now."""


class LoginRefused(OmnituiError):
    """The other side refuses our login."""


class ProtocolError(OmnituiError):
    """The other side broke the protocol."""
