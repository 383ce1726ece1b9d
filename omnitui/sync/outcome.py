"""How a pass over an account went."""

from __future__ import annotations

from dataclasses import dataclass

from omnitui.core.errors import OmnituiError


@dataclass
class Outcome:
    """How a pass over one account went, for `--once` and the status."""

    account: str
    state: str = "offline"
    detail: str = ""
    new: int = 0
    error: OmnituiError | None = None
