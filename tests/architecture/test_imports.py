"""What is really loaded: contracts on a static graph cannot see imports inside functions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HEAVY = (
    "textual",
    "rich",
    "keyring",
    "imapclient",
    "httpx",
    "dns",
    "pydantic",
    "selectolax",
    "icalendar",
    "pymap",
    "aiosmtpd",
    "PIL",
)


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running `code`."""
    report = f"{code}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", report],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("import omnitui", (*HEAVY, "click", "sqlite3")),
        ("import omnitui.cli.root", (*HEAVY, "sqlite3", "asyncio", "ssl")),
        (
            "from omnitui.config.load import load; from pathlib import Path; load(Path('nothing'))",
            (*HEAVY, "click", "subprocess"),
        ),
        ("import omnitui.cli.config, omnitui.cli.desk, omnitui.cli.output", (*HEAVY, "sqlite3", "asyncio")),
        ("import omnitui.store.conversations", ("textual", "keyring", "imapclient", "selectolax")),
        ("import omnitui.worker", ("textual", "httpx", "keyring", "cryptography", "PIL")),
        ("import omnitui.sync.pictures.opening", ("textual", "PIL")),
        ("from omnitui.screens import acts; acts.register()", ("httpx", "imapclient", "keyring", "PIL")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_an_import_must_not_bring(code: str, never: tuple[str, ...]) -> None:
    assert not loaded(code) & set(never)
