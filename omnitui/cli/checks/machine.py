"""The program, Python, SQLite, the terminal, and the folders."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from omnitui import __version__
from omnitui.cli.checks.finding import Finding, good, note, problem
from omnitui.cli.checks.mending import private_files
from omnitui.config.places import Places

PACKAGES = ("textual", "imapclient", "fast-mail-parser", "selectolax", "keyring")
MISSING = "missing"
LEAST_FREE = 500 * 1024 * 1024
"""Bytes: below it a first sync of an ordinary mailbox may fill the disk."""


def versions() -> Iterator[Finding]:
    """What runs."""
    from omnitui.store.health import sqlite_abilities

    yield good("versions", f"omnitui {__version__}, Python {platform.python_version()}, {_system()}")
    version, lacking = sqlite_abilities()
    if lacking:
        yield problem(
            "versions", f"SQLite {version} lacks {lacking}", "use a Python with SQLite 3.37 or newer and FTS5"
        )
    else:
        yield good("versions", f"SQLite {version} with full-text search")
    yield good("versions", ", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    pillow = _version("pillow")
    if pillow == MISSING:
        yield note("pictures", "are not shown in the terminal: Pillow is missing", "pip install 'omnitui[pictures]'")
    else:
        yield good("pictures", f"are shown in the terminal, by Pillow {pillow}")


def terminal(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """What the terminal tells of itself; nothing is asked of it, since a question may appear as typed text."""
    term = environ.get("TERM", "")
    colours = "24-bit colour" if environ.get("COLORTERM") in ("truecolor", "24bit") else "256 colours or fewer"
    size = shutil.get_terminal_size()
    around = [
        name for name, key in (("tmux", "TMUX"), ("screen", "STY"), ("SSH", "SSH_CONNECTION")) if environ.get(key)
    ]
    inside = f", inside {' and '.join(around)}" if around else ""
    yield good("terminal", f"{term or 'no TERM'}, {colours}, {size.columns}x{size.lines}{inside}")
    if not sys.stdout.isatty():
        yield note("terminal", "output goes to a file or a pipe: the terminal itself was not looked at")
    if term in ("", "dumb"):
        yield note("terminal", "TERM names no terminal that can draw", "set TERM, such as xterm-256color")
    if "utf" not in locale.getpreferredencoding(False).lower():
        yield problem(
            "terminal", f"the encoding is {locale.getpreferredencoding(False)}", "set LANG, such as en_GB.UTF-8"
        )
    if environ.get("NO_COLOR"):
        yield note("terminal", "NO_COLOR is set: the screen is monochrome")


def folders(places: Places) -> Iterator[Finding]:
    """Private folders, private files, room on the disk."""
    shown = {"config": places.config, "data": places.data, "cache": places.cache, "state": places.state}
    wide = [f"{name} ({path})" for name, path in shown.items() if path.exists() and path.stat().st_mode & 0o077]
    files = private_files(places)
    # The folder holds others off; a file that is open to them is a risk once the folder is opened too.
    if wide or files:
        names = ", ".join([*wide, *map(str, files)][:10])
        yield problem("folders", f"others may read {names}", "omnitui doctor --fix")
    else:
        yield good("folders", f"config in {_short(places.config)}, mail in {_short(places.data)}, private to you")
    free = shutil.disk_usage(places.data).free
    if free < LEAST_FREE:
        yield problem("folders", f"{free // 2**20:,} MB free for mail", "make room on this disk")
    else:
        yield good("folders", f"{free // 2**20:,} MB free for mail")


def _system() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return MISSING


def _short(path: Path) -> str:
    """With `~` for the home folder, which would name the user."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)
