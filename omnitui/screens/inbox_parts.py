"""What the inbox is made of beside its list: each part is loaded and made when it is first asked for.

The first frame shows none of it (`InboxPage.furnish`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

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
