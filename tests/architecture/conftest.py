"""The real app, for what can only be seen in it."""

from __future__ import annotations

from tests.screens.conftest import make_app

__all__ = ["make_app"]
