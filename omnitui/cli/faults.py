"""What the command line says when something failed: our own errors in their words, a fault of ours in the log."""

from __future__ import annotations

import datetime
import traceback
from pathlib import Path

from omnitui.cli.desk import Desk
from omnitui.cli.exits import Exit, exit_for
from omnitui.cli.output import say
from omnitui.core.errors import ConfigError, OmnituiError


def report(error: Exception, desk: Desk) -> Exit:
    """Tell the user; returns the exit code. What is no fault of ours, as a full disk, is told in plain words too."""
    from omnitui.store.trouble import plain

    known = error if isinstance(error, OmnituiError) else plain(error)
    if known is not None:
        say(f"omnitui: {known}")
        return exit_for(known)
    where = _write_down(error, desk.home)
    say(f"omnitui: a fault of the program: {type(error).__name__}. Nothing half-done was kept. {where}")
    return Exit.BUG


def _write_down(error: Exception, home: Path | None) -> str:
    """The traceback goes to the log, not to the terminal: it may be long, and hold mail."""
    from omnitui.config.places import places, prepare

    text = "".join(traceback.format_exception(error))
    try:
        found = places(home)
        prepare(found)
        with found.log.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.datetime.now(datetime.UTC).isoformat()} fault\n{text}\n")
    except (OSError, ConfigError):
        last = traceback.extract_tb(error.__traceback__)[-1:]
        place = "".join(f" It happened in {Path(frame.filename).name}, line {frame.lineno}." for frame in last)
        return f"It could not be written down either, as the log cannot be written.{place}"
    return f"The details are in {found.log}."
