"""What the screen loads before its first frame: a start that waits for nothing it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from omnitui.cli.screen import Wanted, only_the_screen

FORBIDDEN = (
    *("httpx", "imapclient", "keyring", "email.parser", "aiosmtplib", "pydantic", "selectolax", "whenever", "zoneinfo"),
    "PIL",
    *("click", "textual.widgets._text_area", "multiprocessing"),
    *("omnitui.widgets.picker", "omnitui.widgets.composer", "omnitui.widgets.thread_view", "omnitui.screens.composing"),
    *("omnitui.store.outbox", "omnitui.store.messages", "omnitui.store.log", "omnitui.triage.steps"),
    *("omnitui.core.query.parser", "omnitui.sync.mail"),
)
MOST_OF_OURS = 85
"""Modules of ours before the first frame; each costs a third of a percent of an empty Textual app."""


def printed(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_the_first_frame_loads_only_what_it_shows() -> None:
    start = "import sys, omnitui.cli, omnitui.cli.guard, omnitui.cli.screen, omnitui.screen_start\n"
    assert printed(f"{start}print([m for m in {FORBIDDEN!r} if m in sys.modules])") == "[]"
    ours = int(printed(f"{start}print(sum(m.startswith('omnitui') for m in sys.modules))"))
    assert ours <= MOST_OF_OURS


def test_the_command_table_needs_no_textual() -> None:
    code = (
        "import sys, omnitui.core.commands, omnitui.core.keymap; print('textual' in sys.modules, 'rich' in sys.modules)"
    )
    assert printed(code).split() == ["False", "False"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", Wanted()),
        ("run", Wanted()),
        ("run --no-sync", Wanted(None, no_sync=True)),
        ("--home /nowhere/x", Wanted(Path("/nowhere/x"))),
        ("--home /nowhere/x run --no-sync", Wanted(Path("/nowhere/x"), no_sync=True)),
        ("--home /etc/passwd", None),
        ("--home", None),
        ("list", None),
        ("run --help", None),
        ("--version", None),
        ("run --no-sync --no-sync", None),
    ],
)
def test_the_plain_command_is_known_without_the_command_line(line: str, wanted: Wanted | None) -> None:
    assert only_the_screen(line.split()) == wanted
