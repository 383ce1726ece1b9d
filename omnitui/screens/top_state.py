"""Keeps the top line true: counts of views, the connection, the outbox; and the progress of a first sync."""

from __future__ import annotations

from collections.abc import Sequence

from omnitui.core.models import AccountStatus
from omnitui.screens.session import Session
from omnitui.screens.view_state import Views
from omnitui.widgets.bars import TopLine


class TopState:
    """Reads what the top line says."""

    def __init__(self, session: Session, line: TopLine, views: Views) -> None:
        self._session = session
        self._line = line
        self._views = views

    async def read(self) -> None:
        """Read it all anew."""
        await self._views.read()
        self.show_views()

    def show_views(self) -> None:
        """Names and counts."""
        views = self._views
        self._line.set(
            views=tuple((view.name, views.counts.get(view.name)) for view in views.all if self._shown(view.name)),
            here=views.here,
        )

    def _shown(self, name: str) -> bool:
        return True


def sync_words(accounts: Sequence[AccountStatus]) -> tuple[str, str]:
    """How the accounts are doing, in few words, and the role to show them in."""
    if not accounts:
        return "no account", "muted"
    refused = [a for a in accounts if a.state == "refused"]
    if refused:
        return f"{refused[0].name} refused · g e", "danger"
    away = [a for a in accounts if a.state == "offline"]
    if away:
        return ("offline" if len(away) == len(accounts) else f"{away[0].name} offline") + " · g e", "warn"
    return ("online", "ok") if all(a.state == "online" for a in accounts) else ("connecting", "muted")
