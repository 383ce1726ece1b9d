"""Views, order, density, folds."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.core.models import Order, ThreadMessage
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.store import messages
from omnitui.widgets.chat_lines import is_chat
from omnitui.widgets.choices import Choice
from omnitui.widgets.thread_view import ThreadView

_NAMED = {
    "view.waiting": "Waiting",
    "view.mine": "Mine",
    "view.unassigned": "Unassigned",
    "view.snoozed": "Snoozed",
    "view.all": "All",
}


@handles(*_NAMED)
async def named_view(page: InboxPage, call: Call) -> None:
    """A view by its name."""
    await show(page, page.views.index_of(_NAMED[call.id]) or 0)


@handles(*(f"view.{n}" for n in range(1, 10)))
async def numbered_view(page: InboxPage, call: Call) -> None:
    """A view by its digit."""
    await show(page, int(call.id.rpartition(".")[2]) - 1)


@handles("view.open")
async def view_by_name(page: InboxPage, call: Call) -> None:
    """A view by the beginning of its name, or from a list of all."""
    name = call.args
    if not name:
        keys = page.session.keymap.keys_of
        rows = [
            Choice(view.name, view.name, view.query, "  ".join([page.views.count_words(view), *keys(f"view.{n}")]))
            for n, view in enumerate(page.views.all, 1)
        ]
        name = await page.choose("Views", rows) or ""
    index = page.views.index_of(name)
    if index is not None:
        await show(page, index)
    elif name:
        raise Refused(f"there is no view {name}")


@handles("view.next", "view.previous")
async def beside(page: InboxPage, call: Call) -> None:
    """The next view."""
    step = 1 if call.id == "view.next" else -1
    await show(page, ((page.views.here or 0) + step) % len(page.views.all))


async def show(page: InboxPage, index: int) -> None:
    """Go to a view, in the list."""
    page.search.forget()
    await page.open_view(index)
    page.panes.show_list()


@handles("view.sort")
async def sort(page: InboxPage, call: Call) -> None:
    """Another order, by name or the next one; what was found by words may stand by its newest match too."""
    orders: list[Order | None] = [*Order]
    if page.search.sortable_by_match:
        orders.insert(0, None)
    names = [order.value if order else "match" for order in orders]
    if call.args:
        found = [order for order, name in zip(orders, names, strict=True) if name.startswith(call.args.lower())]
        if not found:
            raise Refused(f"there is no order {call.args}; there are {', '.join(names)}")
        order = found[0]
    else:
        present = None if page.pages.source.by_match else page.pages.order
        order = orders[(orders.index(present) + 1) % len(orders)]
    if page.search.asked is not None:
        await page.search.resort(order)
    elif order is not None:
        page.top.set(order=page.views.order_words(order))
        await page.pages.open(page.pages.where, order)
        page.follow_now()


@handles("view.compact")
def compact(page: InboxPage, call: Call) -> None:
    """One line a row, or two."""
    page.list.set_compact(not page.list.compact)


@handles("fold.toggle")
async def folds(page: InboxPage, call: Call) -> None:
    """Quotes of the message at hand; of a chat, what the messages in view said before they were edited or deleted."""
    thread = page.thread
    for message in _folded(thread):
        if message.edited_at is not None:
            edits = await page.session.reader.all(messages.edits(message.id))
            thread.layout_.give_edits(message.id, [(edit.at, edit.text) for edit in edits])
        thread.toggle_fold(message.id)


def _folded(thread: ThreadView) -> list[ThreadMessage]:
    """The message at hand; or those of a chat in view that were changed, where it is not one of them.

    A chat that fits the view is always at its newest message, and messages of a chat have no quotes.
    """
    at_hand, layout = thread.current, thread.layout_
    if at_hand is None or not is_chat(at_hand) or _changed(at_hand):
        return [at_hand] if at_hand is not None else []
    return [m for n in dict.fromkeys(n for n, _ in layout.visible()) if _changed(m := layout.messages[n])]


def _changed(message: ThreadMessage) -> bool:
    return message.edited_at is not None or message.deleted_at is not None
