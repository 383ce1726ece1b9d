"""Where the vendors' specifications stand: beside the project, never in it."""

from __future__ import annotations

import os
from pathlib import Path


def specification(name: str) -> Path | None:
    """The file `shared/specs/<name>` in the nearest folder above, or below `OMNITUI_SPECS`; None where it is absent."""
    given = os.environ.get("OMNITUI_SPECS")
    tops = [Path(given)] if given else [parent / "shared" / "specs" for parent in Path(__file__).resolve().parents]
    return next((top / name for top in tops if (top / name).exists()), None)
