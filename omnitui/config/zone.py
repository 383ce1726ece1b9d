"""The time zone of this machine, by its IANA name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def local_zone(environ: Mapping[str, str] = os.environ) -> str:
    """What TZ or /etc/localtime says; UTC where neither can be told (tzset(3), localtime(5))."""
    named = environ.get("TZ", "").removeprefix(":")
    if named and not named.startswith("/") and ("/" in named or named.isalpha()):
        return named
    try:
        target = str(Path("/etc/localtime").resolve())
        if "zoneinfo/" in target:
            return target.rpartition("zoneinfo/")[2]
        return Path("/etc/timezone").read_text(encoding="ascii").strip() or "UTC"
    except (OSError, UnicodeDecodeError):
        return "UTC"
