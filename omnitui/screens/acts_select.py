"""Selecting text in the thread by keys, copying it, and the bare view for the terminal's own selection."""

from __future__ import annotations

from collections.abc import Awaitable

from omnitui.core.errors import Refused
from omnitui.screens import clipboard
from omnitui.screens.acts_files import at_hand, links_of, read_at_hand, thread_is_behind
from omnitui.screens.bare import BarePage
from omnitui.screens.base import Page
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.widgets.choices import Choice

_FAR = 1_000_000
_MOVES = {"select.left": -1, "select.right": 1, "select.line_start": -_FAR, "select.line_end": _FAR}


@handles("select.begin")
def begin(page: InboxPage, call: Call) -> Awaitable[None] | None:
    """A caret that keys move; space begins what is selected. At once where it can: keys behind it move it."""
    if thread_is_behind(page):
        return _begin_when_shown(page)
    if page.thread.current is None:
        raise Refused("open a conversation first")
    _begin(page)
    return None


async def _begin_when_shown(page: InboxPage) -> None:
    await at_hand(page)
    _begin(page)


def _begin(page: InboxPage) -> None:
    page.panes.show_thread()
    page.thread.choose_text()
    page.refresh_hints()
    page.say("Move to where it begins, space, move to where it ends, y", "muted")


@handles("select.mark")
def mark(page: InboxPage, call: Call) -> None:
    """From here on, or nothing."""
    page.thread.set_anchor()


@handles(*_MOVES)
def sideways(page: InboxPage, call: Call) -> None:
    """Along the line."""
    page.thread.move_caret(cells=_MOVES[call.id] * (call.count or 1))


@handles("select.word", "select.word_back")
def word(page: InboxPage, call: Call) -> None:
    """To a word's beginning."""
    for _ in range(min(call.count or 1, 200)):
        page.thread.move_caret(word=1 if call.id == "select.word" else -1)


@handles("select.copy")
def copy_selected(page: InboxPage, call: Call) -> None:
    """Copy what is selected; without a beginning the line."""
    text = page.thread.selected()
    leave(page, call)
    clipboard.copy(page, text, "selection")


@handles("select.leave")
def leave(page: InboxPage, call: Call) -> None:
    """Nothing is selected any more."""
    page.thread.deselect()
    page.refresh_hints()
    page.say("")


@handles("text.copy")
async def copy(page: InboxPage, call: Call) -> None:
    """What is selected; else message, address, number or link, by a letter."""
    if page.thread.selection is not None:
        copy_selected(page, call)
        return
    message = await read_at_hand(page)
    body = page.thread.layout_.body(message.id)
    what = {
        "m": ("message", body.text if body else message.preview),
        "e": ("address", message.sender.email),
        "i": ("number", f"#{message.conversation_id}"),
        "s": ("subject", message.subject),
    }
    links = links_of(page, message)
    if links:
        what["l"] = ("first link", links[0][1])
    choices = [Choice(key, name, text.split("\n", 1)[0][:60], key=key) for key, (name, text) in what.items()]
    for number, (text, url, host) in enumerate(links[1:], 2):
        what[f"l{number}"] = (f"link to {host}", url)
        choices.append(Choice(f"l{number}", f"link to {host}", text[:60]))
    chosen = call.args.strip() or await page.choose("Copy", choices)
    if not chosen:
        return
    if chosen not in what:
        raise Refused(f"“{chosen}” is nothing to copy; there are {', '.join(what)}")
    clipboard.copy(page, what[chosen][1], what[chosen][0])


@handles("message.bare")
async def bare(page: Page, call: Call) -> None:
    """The message alone, for the terminal's own selection."""
    if not isinstance(page, InboxPage):
        raise Refused("open a conversation first")
    message = await read_at_hand(page)
    page.open_page(BarePage(page.session, message, page.thread.layout_.body(message.id)))


@handles("message.bare", page="bare")
def clothed(page: BarePage, call: Call) -> None:
    """Back."""
    page.leave()
