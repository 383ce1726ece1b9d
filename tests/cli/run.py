"""Running the real command in a process of its own, for tests of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def omnitui(home: Path, *args: object, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """What `omnitui --home HOME args...` printed, and its exit code."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environ}
    command = [sys.executable, "-m", "omnitui", "--home", str(home), *map(str, args)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=surroundings)


def documents(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The JSON documents on standard output, each of schema 1."""
    decoder, text, found = json.JSONDecoder(), done.stdout.lstrip(), []
    while text:
        value, end = decoder.raw_decode(text)
        assert value.pop("schema") == 1
        found.append(value)
        text = text[end:].lstrip()
    return found
