"""Where commands meet what they do: `@handles("conversation.close")` beside the code, and no command twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from omnitui.core.dataclass import dataclass

if TYPE_CHECKING:
    from omnitui.screens.base import Page


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was given: by key, palette or `:` line."""

    id: str
    args: str = ""
    count: int | None = None


Handler = Callable[..., Awaitable[None] | None]
HandlerT = TypeVar("HandlerT", bound=Handler)
_HANDLERS: dict[tuple[str, str], Handler] = {}


def handles(*ids: str, page: str = "") -> Callable[[HandlerT], HandlerT]:
    """Register `handler(page, call)` for commands; with `page` only on the page of that name.

    It runs on pages of the class that its first parameter names, and on no others.
    One that takes no time returns None; one that asks or writes is a coroutine and runs beside the keys.
    """

    def register(handler: HandlerT) -> HandlerT:
        for id in ids:
            if (id, page) in _HANDLERS:
                raise ValueError(f"{id} has two handlers")
            _HANDLERS[id, page] = handler
        return handler

    return register


def handler_of(id: str, page: type[Page] | None = None) -> Handler | None:
    """What runs a command, on a kind of page or anywhere; the first call brings the handlers in."""
    from omnitui.screens import acts

    acts.register()
    if page is None:
        return _HANDLERS.get((id, ""))
    found = _HANDLERS.get((id, page.NAME)) or _HANDLERS.get((id, ""))
    return found if found is not None and _takes(found, page) else None


def _takes(handler: Handler, page: type[Page]) -> bool:
    """Whether a handler is for this kind of page, by the annotation of its first parameter."""
    wanted = str(next(iter(handler.__annotations__.values())))
    return any(kind.__name__ == wanted for kind in page.__mro__)


def handled() -> set[str]:
    """Every command that has a handler."""
    return {id for id, _ in _HANDLERS}
