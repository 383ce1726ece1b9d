"""What the screen loads before its first frame: a start that waits for nothing it does not need."""

from __future__ import annotations

import subprocess
import sys

FORBIDDEN = ("httpx", "imapclient", "keyring", "email.parser", "aiosmtplib", "pydantic", "selectolax", "click")


def test_the_screen_imports_no_network_and_no_mail_parser() -> None:
    code = f"import sys, omnitui.screen_start; print([m for m in {FORBIDDEN!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_command_table_needs_no_textual() -> None:
    code = (
        "import sys, omnitui.core.commands, omnitui.core.keymap; print('textual' in sys.modules, 'rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "False"]
