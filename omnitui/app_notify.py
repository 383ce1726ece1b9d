"""Wires notifications to the app: what the watch finds goes to bell, bubble, command and title."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

from omnitui.core.errors import OmnituiError
from omnitui.notify import terminal
from omnitui.notify.command import CommandRunner
from omnitui.notify.notice import Notice, together
from omnitui.notify.rules import is_quiet
from omnitui.notify.watch import Watch
from omnitui.screens.session import Session
from omnitui.screens.view_state import Views
from omnitui.store.where import Where

EVERY = 15.0
"""Seconds between two looks at the connections."""


class Notifier:
    """`write` sends to the terminal past the screen; `focused` tells whether somebody looks (None: not known)."""

    def __init__(
        self,
        session: Session,
        write: Callable[[str], object],
        focused: Callable[[], bool | None],
        say: Callable[[str], object],
    ) -> None:
        self._session, self._write, self._focused = session, write, focused
        self._settings = session.settings.notify
        self._watch = Watch(session.reader, self._settings, session.me, session.now())
        self._runner = CommandRunner(self._settings.command, say)
        self._say = say
        self._titled = -1

    async def begin(self) -> None:
        """Take the views by their names, look at the accounts as they stand, set the title."""
        if self._settings.views:
            self._watch.wheres = await self._wheres()
        await self._watch.connections(self._session.now())
        if self._settings.title and terminal.understands(os.environ):
            self._write(terminal.KEEP_TITLE)
            await self._title()

    async def changed(self, ids: Collection[int]) -> None:
        """Something changed: tell what deserves it."""
        self._tell(await self._watch.changed(ids))
        if 0 in ids:
            await self.look()
        await self._title()

    async def look(self) -> None:
        """Look whether an account is lost."""
        self._tell(await self._watch.connections(self._session.now()))

    def end(self) -> None:
        """Bring the old title back, and end a command that runs."""
        if self._titled >= 0:
            self._write(terminal.BRING_BACK_TITLE)
        self._runner.close()

    async def _title(self) -> None:
        if not self._settings.title or not terminal.understands(os.environ):
            return
        waiting = await self._watch.waiting()
        if waiting != self._titled:
            self._titled = waiting
            self._write(terminal.title(waiting))

    def _tell(self, notices: list[Notice]) -> None:
        settings, session = self._settings, self._session
        if not notices or is_quiet(settings.quiet, session.now(), session.zone):
            return
        told = together(notices)
        self._runner.give(told)
        if self._focused() and not settings.focused:
            return
        bubble = terminal.desktop(settings.desktop, told, os.environ)
        if bubble or settings.bell:
            self._write(bubble + ("\x07" if settings.bell else ""))

    async def _wheres(self) -> tuple[Where, ...]:
        views = Views(self._session)
        await views.read()
        found = []
        for name in self._settings.views:
            view = next((view for view in views.all if view.name.lower() == name.lower()), None)
            try:
                if view is None:
                    raise ValueError(f"there is no view {name}")
                found.append(views.where(view))
            except (ValueError, OmnituiError) as error:
                self._say(f"[notify] views: {error}")
        return tuple(found)
