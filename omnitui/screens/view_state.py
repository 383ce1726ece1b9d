"""The views of the top line: default and saved ones, which is shown, their conditions and words."""

from __future__ import annotations

from omnitui.core.models import Order, View
from omnitui.screens.session import Session
from omnitui.store import views
from omnitui.store.where import Where
from omnitui.widgets.words import several

_WORDS = {
    Order.WAITING: "waiting, longest first",
    Order.NEWEST: "newest first",
    Order.OLDEST: "oldest first",
}
_EMPTY = {
    "Waiting": "Nobody is waiting.",
    "Mine": "Nothing is assigned to you. a a takes a conversation.",
    "Unassigned": "Every open conversation is somebody's.",
    "Snoozed": "Nothing is asleep. s lets a conversation sleep.",
    "Closed": "Nothing is closed yet. e closes a conversation.",
    "All": "There is no conversation.",
    "Drafts": "No draft. r answers, n notes.",
    "Failed": "Everything that was sent has left.",
}
_SILENT = ("Drafts", "Failed")
_NO_ACCOUNT = (
    "No account is set up yet.",
    "",
    "To try it: Q, then  omnitui demo",
    "Your own:  omnitui config example",
    "prints a config to fill in, and",
    "omnitui config path  says where to.",
)
_FETCHING = ("Nobody is waiting yet.", "The mail is being fetched, the newest first.")
_NOTHING_YET = ("No conversation is here yet.", "What came is being fetched, the newest first.")


COUNTED = 999
"""Conversations of a saved view counted at most: more are `999+`."""


class Views:
    """Which views there are, with their counts."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.all: list[View] = list(views.DEFAULT_VIEWS)
        self.saved: list[View] = []
        self.counts: dict[str, int] = {}
        self.here: int | None = 0

    def at(self, index: int) -> View | None:
        """A view by its place in the top line."""
        return self.all[index] if 0 <= index < len(self.all) else None

    def index_of(self, name: str) -> int | None:
        """A view's place by its name, or by how the name begins."""
        name = name.lower()
        return next((n for n, view in enumerate(self.all) if name and view.name.lower().startswith(name)), None)

    async def read(self) -> None:
        """Read the saved views and the counts of the default ones anew; the view that is shown stays the one it is."""
        reader, me = self._session.reader, self._session.me
        shown = self.at(self.here) if self.here is not None else None
        self.saved = await reader.all(views.saved())
        self.all = [*views.DEFAULT_VIEWS[: views.FIRST], *self.saved, *views.DEFAULT_VIEWS[views.FIRST :]]
        if shown is not None:
            self.here = self.index_named(shown.name)
        marked = await reader.first(views.marked())
        counted = views.default_counts(await reader.all(views.counts()), marked or views.Marked(0, 0), me)
        kept = {view.name: self.counts[view.name] for view in self.saved if view.name in self.counts}
        self.counts = kept | counted

    def rename(self, name: str, to: str) -> None:
        """A view has got another name: it is still the one that is shown."""
        self.all = [View(to, v.query, v.order) if v.name == name else v for v in self.all]
        if name in self.counts:
            self.counts[to] = self.counts.pop(name)

    def named(self) -> tuple[tuple[str, str], ...]:
        """Every view with its count, for the top line."""
        return tuple((view.name, self.count_words(view)) for view in self.all)

    def index_named(self, name: str) -> int | None:
        """A view's place by its whole name."""
        return next((n for n, view in enumerate(self.all) if view.name == name), None)

    def where(self, view: View) -> Where:
        """A view's condition. Raises QueryError for a saved query that cannot be read any more."""
        session = self._session
        if view in views.DEFAULT_VIEWS:
            return views.default_where(view.name, session.me)
        # The grammar of dates brings a library that the first frame can do without.
        from omnitui.core.query.parser import parse
        from omnitui.store.query_sql import compile_query

        return compile_query(parse(view.query, now=session.now(), zone=session.zone), me=session.me)

    def silent(self, view: View) -> bool:
        """Not worth a place in the top line: no draft, no failed send."""
        return view.name in _SILENT and view in views.DEFAULT_VIEWS and not self.counts.get(view.name)

    def count_words(self, view: View) -> str:
        """How many a view has; empty while that is not known."""
        count = self.counts.get(view.name)
        if count is not None and count > COUNTED and view in self.saved:
            return f"{COUNTED}+"
        return "" if count is None else f"{count:,}"

    def order_words(self, order: Order, by_match: bool = False) -> str:
        """An order in words."""
        return "newest match first" if by_match else _WORDS[order]

    def empty_words(self, view: View, *, fetching: bool = False) -> tuple[str, ...]:
        """What to say when a view is empty; `fetching`: a first sync has only begun."""
        if not self.counts.get("All"):
            return _NOTHING_YET if self._session.settings.names else _NO_ACCOUNT
        if fetching and view.name == "Waiting":
            return _FETCHING
        lines = [_EMPTY.get(view.name, "No conversation matches.")]
        asleep = self.counts.get("Snoozed", 0)
        if view.name == "Waiting" and asleep:
            lines.append(f"{several(asleep, 'conversation')} asleep; g s shows them.")
        return tuple(lines)
