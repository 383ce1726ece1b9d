"""Exit codes of the command line, as docs/json.md lists them."""

from __future__ import annotations

from enum import IntEnum

from omnitui.core import errors


class Exit(IntEnum):
    """What a script learns from the exit code alone."""

    OK = 0
    FOUND = 1
    USAGE = 2
    CONFIG = 3
    LOGIN = 4
    MISSING = 5
    QUERY = 6
    REFUSED = 7
    OFFLINE = 8
    CACHE = 9
    BUG = 70
    INTERRUPTED = 130


MEANING: dict[Exit, str] = {
    Exit.OK: "done",
    Exit.FOUND: "done, and something needs attention (`doctor` found a problem, a mail could not be parsed)",
    Exit.USAGE: "the command line is wrong; nothing was done",
    Exit.CONFIG: "the config is wrong; the message names file, line and what would be right",
    Exit.LOGIN: "a secret is missing or the server refuses the login",
    Exit.MISSING: "no such conversation, message, account or file",
    Exit.QUERY: "the query cannot be read",
    Exit.REFUSED: "makes no sense in the present state; nothing was changed",
    Exit.OFFLINE: "the server cannot be reached or breaks the protocol; what was queued stays queued",
    Exit.CACHE: "the cache cannot be opened or written; nothing was changed",
    Exit.BUG: "a fault of omnitui; the details are in the log",
    Exit.INTERRUPTED: "interrupted by Ctrl+C",
}

_BY_ERROR: dict[type[errors.OmnituiError], Exit] = {
    errors.ConfigError: Exit.CONFIG,
    errors.SecretError: Exit.LOGIN,
    errors.CacheError: Exit.CACHE,
    errors.NotFound: Exit.MISSING,
    errors.QueryError: Exit.QUERY,
    errors.Refused: Exit.REFUSED,
    errors.Overtaken: Exit.REFUSED,
    errors.Offline: Exit.OFFLINE,
    errors.LoginRefused: Exit.LOGIN,
    errors.ProtocolError: Exit.OFFLINE,
}


def exit_for(error: errors.OmnituiError) -> Exit:
    """The exit code of an error, by the nearest class it comes from."""
    return next((_BY_ERROR[cls] for cls in type(error).__mro__ if cls in _BY_ERROR), Exit.BUG)
