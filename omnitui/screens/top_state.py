"""Keeps the top line true: counts of views, the connection, the outbox; and the progress of a first sync."""

from __future__ import annotations

from collections.abc import Sequence

from omnitui.core.models import AccountStatus
from omnitui.screens.session import Session
from omnitui.screens.view_counts import ViewCounts
from omnitui.screens.view_state import Views
from omnitui.widgets.bars import TopLine
from omnitui.widgets.words import said, several


class TopState:
    """Reads what the top line says."""

    def __init__(self, session: Session, line: TopLine, views: Views) -> None:
        self._session = session
        self._line = line
        self._views = views
        self.counting = ViewCounts(session, views, line)
        self.progress = ""
        """How far a first sync has come, in words; empty when all is here."""
        self.fetching = False
        """The first mail of an account is still to come, so an empty list says little."""

    async def read(self) -> bool:
        """Read it all anew; whether the letters of a channel are others now."""
        # The queries of the outbox bring more than the first frame needs, and that shows no counts yet.
        from omnitui.store import accounts, outbox

        reader = self._session.reader
        await self._views.read()
        self.show_views()
        self.counting.later()
        statuses = await reader.all(accounts.statuses())
        words, role = sync_words(statuses, self._session.keymap.keys_of("page.errors"))
        if not statuses and self._session.settings.names:
            words, role = "starting", "muted"
        self.progress = progress_words(statuses)
        settled = (accounts.LOCAL, accounts.GONE, "online", "offline", "refused")
        self.fetching = bool(self.progress) or any(one.state not in settled and not one.done for one in statuses)
        items = await reader.all(outbox.rows())
        stuck = sum(item.state in outbox.STUCK for item in items)
        self._line.set(sync=words, sync_role=role, queued=len(items) - stuck, stuck=stuck)
        return self._session.marks.learn({one.channel: one.mark for one in statuses})

    def show_views(self) -> None:
        """Names and counts."""
        views = self._views
        self._line.set(
            views=views.named(),
            left_out=frozenset(n for n, view in enumerate(views.all) if views.silent(view)),
            here=views.here,
        )


def sync_words(statuses: Sequence[AccountStatus], keys: Sequence[str] = ()) -> tuple[str, str]:
    """How the accounts are doing, in few words with the key that tells more, and the role to show them in."""
    more = f" ({keys[0]})" if keys else ""
    from omnitui.store import accounts

    statuses = [a for a in statuses if a.state not in (accounts.LOCAL, accounts.GONE)]
    if not statuses:
        return "no account", "muted"
    refused = [a for a in statuses if a.state == "refused"]
    if refused:
        return f"{refused[0].name} refused{more}", "danger"
    away = [a for a in statuses if a.state == "offline"]
    if away:
        return ("offline" if len(away) == len(statuses) else f"{away[0].name} offline") + more, "warn"
    return ("online", "ok") if all(a.state == "online" for a in statuses) else ("connecting", "muted")


def progress_words(statuses: Sequence[AccountStatus]) -> str:
    """How far the back-fill has come; empty when everything is here."""
    done, total = sum(a.done for a in statuses), sum(a.total for a in statuses)
    if done >= total:
        return ""
    what = said(a.channel for a in statuses if a.total)
    return f"{done:,} of {several(total, what)}, newest first; you can work meanwhile"
