"""What the search line says about the query: completion, what cannot be read, what may have been meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from omnitui.core.errors import QueryError
from omnitui.core.query.complete import Candidate, complete
from omnitui.core.query.meant import unknown_names
from omnitui.store import known

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage


class SearchWords:
    """Completes the word at the cursor, and knows what would be better than what was typed."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self._known: dict[str, list[str]] = {}
        self._better: Candidate | None = None
        self._offered: Sequence[Candidate] = ()
        self._at = -1
        self._before = self._completed = ""

    def typed(self, query: str) -> None:
        """The line has changed: what was offered for an older word goes."""
        self._better = None
        if query != self._completed:
            self.put_away()

    def put_away(self) -> None:
        """Offer nothing."""
        self._offered, self._completed = (), ""
        self._page.offers.show(())

    async def complete(self, forward: bool) -> None:
        """Tab: complete the word at the cursor; again for the next candidate. Where nothing fits, what was meant."""
        line = self._page.search_line
        if len(self._offered) > 1 and line.value == self._completed:
            self._choose((self._at + (1 if forward else -1)) % len(self._offered))
            return
        await self._read_names()
        found = complete(line.value, line.cursor_position, self._known)
        here = line.value[found[0].start : found[0].end] if found else ""
        found = [c for c in found if c.text.lower() != here.lower() or len(found) > 1]
        if not found:
            if self._better is not None:
                line.put(self._better.text, self._better.start, self._better.end)
            return
        self._offered, self._before = found, line.value
        self._choose(0)

    def _choose(self, at: int) -> None:
        page, chosen = self._page, self._offered[at]
        line, self._at = page.search_line, at
        alone = len(self._offered) == 1
        ends = " " if alone and not chosen.text.endswith(":") else ""
        self._completed = self._before[: chosen.start] + chosen.text + ends + self._before[chosen.end :]
        line.value = self._completed
        line.cursor_position = chosen.start + len(chosen.text) + len(ends)
        page.offers.show(() if alone else [(c.text, c.help) for c in self._offered], at)

    def tell_fault(self, query: str, error: QueryError) -> None:
        """Underline what cannot be read and say why; while its end is still being typed, calmly."""
        line = self._page.search_line
        end = next((n for n in range(error.column + 1, len(query)) if query[n].isspace()), len(query))
        line.fault = (error.column, end)
        if error.suggestion:
            start = query.rfind(" ", 0, error.column) + 1
            self._better = Candidate(error.suggestion, start, end, "")
        typing = end == len(query) == line.cursor_position
        more = " Tab mends it." if error.suggestion else ""
        self._page.say(f"{error}{more}", "muted" if typing and not error.suggestion else "warn")

    async def meant(self, query: str) -> list[str]:
        """Lines that say what of a query names nothing, and what is near."""
        await self._read_names()
        unknown = unknown_names(query, self._known)
        better = next((one for one in unknown if one.better), None)
        if better is not None:
            self._better = Candidate(better.better, better.start, better.end, "")
        lines = ["", *(one.words for one in unknown)] if unknown else []
        return [*lines, "Tab takes it."] if better is not None else lines

    async def _read_names(self) -> None:
        self._known = {}
        for operator, name in await self._page.session.reader.all(known.names()):
            self._known.setdefault(operator, []).append(name)
