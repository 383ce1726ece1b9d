"""Saved views: a search kept under a name, renamed, placed, forgotten."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.core.models import View
from omnitui.screens.acts_view import show
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.store import views
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question


@handles("view.save")
async def save(page: InboxPage, call: Call) -> None:
    """Keep the search that is shown; the view takes its place."""
    asked = page.search.asked
    if asked is None:
        keys = page.session.keymap.keys_of("search")
        raise Refused(f"search first ({keys[0] if keys else 'search'}); what is then shown can be kept as a view")
    order = page.pages.order
    typed = call.args or await _typed(page, f"Save “{asked.text}” as", "")
    if not typed:
        return
    name = views.checked_name(typed)
    if any(view.name == name for view in page.views.saved) and not await page.confirm(
        f"There is a view {name} already", "Replace it"
    ):
        return
    await page.session.writer.do(views.save, View(name, asked.text, order))
    await _show(page, name)
    page.say(f"Saved as {name}{_digit(page, name)}")


@handles("view.rename")
async def rename(page: InboxPage, call: Call) -> None:
    """Another name for the view that is shown, or for one of the list."""
    view = await _which(page, "Rename which view?")
    if view is None:
        return
    typed = call.args or await _typed(page, f"New name of {view.name}", view.name)
    if typed and (name := views.checked_name(typed)) != view.name:
        await page.session.writer.do(views.rename, view.name, name)
        page.views.rename(view.name, name)
        await page.read_state()
        page.say(f"{view.name} is now {name}")


@handles("view.place")
async def place(page: InboxPage, call: Call) -> None:
    """First, second and so on among the saved views."""
    view = await _which(page, "Place which view?")
    if view is None:
        return
    names = [saved.name for saved in page.views.saved]
    wanted = call.args or await page.choose(
        f"{view.name} comes", [Choice(str(n), f"{n}.", key=str(n) if n < 10 else "") for n in range(1, len(names) + 1)]
    )
    if not wanted:
        return
    if not str(wanted).isdecimal() or not 1 <= int(wanted) <= len(names):
        raise Refused(f"say a number from 1 to {len(names)}")
    names.remove(view.name)
    names.insert(int(wanted) - 1, view.name)
    await page.session.writer.do(views.arrange, names)
    await page.read_state()
    page.say(f"{view.name} is placed{_digit(page, view.name)}")


@handles("view.delete")
async def delete(page: InboxPage, call: Call) -> None:
    """Forget a view; what it finds stays."""
    view = await _which(page, "Delete which view?", call.args)
    if view is None or not await page.confirm(f"Forget the view {view.name}?", "Forget it; its conversations stay"):
        return
    shown = page.views.here == page.views.index_named(view.name)
    await page.session.writer.do(views.forget, view.name)
    await page.read_state()
    if shown:
        await show(page, 0)
    page.say(f"The view {view.name} ({view.query}) is gone")


async def _which(page: InboxPage, title: str, name: str = "") -> View | None:
    """The view of this name, else the one that is shown, else one of a list. Raises Refused when there is none."""
    saved = page.views.saved
    if not saved:
        raise Refused("there is no saved view; search, then save what you see")
    if name:
        found = [view for view in saved if view.name.lower().startswith(name.lower())]
        exact = [view for view in saved if view.name == name] or found
        if len(exact) != 1:
            raise Refused(f"there is no saved view {name}" if not exact else f"several views begin with {name}")
        return exact[0]
    here = page.views.at(page.views.here) if page.views.here is not None else None
    if here in saved:
        return here
    chosen = await page.choose(title, [Choice(view.name, view.name, view.query) for view in saved])
    return next((view for view in saved if view.name == chosen), None)


async def _typed(page: InboxPage, title: str, text: str) -> str:
    value, _ = await page.ask(Question(title, lambda typed: (), "a name", text, free=True))
    return str(value or "")


async def _show(page: InboxPage, name: str) -> None:
    await page.views.read()
    await show(page, page.views.index_named(name) or 0)
    await page.read_state()


def _digit(page: InboxPage, name: str) -> str:
    """The key that goes there, in words."""
    index = page.views.index_named(name)
    keys = page.session.keymap.keys_of(f"view.{index + 1}") if index is not None and index < 9 else ()
    return f" · {keys[0]} goes there" if keys else ""
