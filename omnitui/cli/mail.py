"""`omnitui mail`: look at mail files without an account."""

from __future__ import annotations

import click


@click.group()
def mail() -> None:
    """Read mail files."""
