"""Opening an export: what it may be too large, too deep or too foreign for is said in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from omnitui.core.errors import NotFound, Refused

BESIDE = "it stands in the export, beside the text"
"""Why a file of an export is not here: only its words are read in."""
MOST = 512 * 1024 * 1024
"""Bytes of one file: it is read whole, and becomes some three times as much."""


def read_bytes(path: Path, called: str) -> bytes:
    """The whole file. Raises NotFound, and Refused where it cannot be read; `called` is what it should be."""
    try:
        if path.stat().st_size > MOST:
            raise Refused(f"{path.name} is larger than {MOST // 2**20} MB: export the {called} in parts")
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}") from None


def read_json(path: Path, called: str) -> Any:
    """The file as JSON. Raises NotFound, and Refused for what is none."""
    try:
        return json.loads(read_bytes(path, called).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(f"{path.name} is no {called}: it cannot be read as JSON") from None
