"""What the inbox is made of beside its list: each part is loaded and made when it is first asked for.

The first frame shows none of it (`InboxPage.furnish`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, cast

from textual.widget import AwaitMount

from omnitui.screens.base import Page

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage
    from omnitui.screens.search import Search
    from omnitui.screens.search_line import SearchLine
    from omnitui.screens.thread_find import ThreadFind
    from omnitui.screens.thread_pages import ThreadPages
    from omnitui.widgets.composer import Composer
    from omnitui.widgets.contact_panel import ContactPanel
    from omnitui.widgets.offers import Offers
    from omnitui.widgets.selectable_thread import SelectableThread


class InboxParts(Page, inherit_bindings=False):
    """Base of the inbox."""

    def later_parts(self) -> Iterator[AwaitMount]:
        """The widgets that come after the first frame, each mounted when it is asked for."""
        yield self.query_one("#list-pane").mount(self.search_line, before=self.query_one("#list"))
        yield self.query_one("#thread-pane").mount(self.thread, self.composer)
        yield self.query_one("#contact-pane").mount(self.contact)
        # Before the rest, though their layer is above: what comes and goes behind it has all of it painted anew.
        yield self.mount(self.offers, self.following, self.picker, before=0)

    @cached_property
    def thread(self) -> SelectableThread:
        """The messages of one conversation."""
        from omnitui.widgets.selectable_thread import SelectableThread

        return SelectableThread(id="thread", glyphs=self.session.glyphs, me=self.session.me)

    @cached_property
    def reading(self) -> ThreadPages:
        """Which conversation the thread shows."""
        from omnitui.screens.thread_pages import ThreadPages

        return ThreadPages(self.session, self.thread)

    @cached_property
    def contact(self) -> ContactPanel:
        """Who the conversation is with."""
        from omnitui.widgets.contact_panel import ContactPanel

        return ContactPanel(id="contact", glyphs=self.session.glyphs, marks=self.session.marks)

    @cached_property
    def composer(self) -> Composer:
        """Where one writes, under the thread."""
        from omnitui.widgets.composer import Composer

        return Composer(id="composer", glyphs=self.session.glyphs)

    @cached_property
    def search_line(self) -> SearchLine:
        """Where one types a query, above the list."""
        from omnitui.screens.search_line import SearchLine

        return SearchLine(id="search", placeholder="search", classes="-hidden")

    @cached_property
    def offers(self) -> Offers:
        """What may stand at the cursor of the search line."""
        from omnitui.widgets.offers import Offers

        return Offers(id="offers", glyphs=self.session.glyphs)

    @cached_property
    def find(self) -> ThreadFind:
        """Looking for words in the open conversation."""
        from omnitui.screens.thread_find import ThreadFind

        return ThreadFind(cast("InboxPage", self))

    @cached_property
    def search(self) -> Search:
        """A query over the present view's list."""
        from omnitui.screens.search import Search

        return Search(cast("InboxPage", self))
