"""One event as a line of JSON: {"type": "message", ...} with the fields of `core/channel_events.py`, and back."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    EditedEvent,
    Event,
    GapEvent,
    IdentityEvent,
    MessageEvent,
    ReactionEvent,
    ReceiptEvent,
    TypingEvent,
)

KINDS: dict[str, type[Event]] = {
    "message": MessageEvent,
    "edited": EditedEvent,
    "deleted": DeletedEvent,
    "reaction": ReactionEvent,
    "receipt": ReceiptEvent,
    "typing": TypingEvent,
    "identity": IdentityEvent,
    "conversation": ConversationEvent,
    "gap": GapEvent,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def to_line(event: Event) -> str:
    """An event as a line, without its end."""
    return json.dumps({"type": NAMES[type(event)], **asdict(event)}, ensure_ascii=False)


def from_line(line: str) -> Event:
    """The event of a line. Raises ValueError that says what is wrong with it."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(given, dict):
        raise ValueError("it is not a JSON object")
    kind = KINDS.get(str(given.pop("type", "")))
    if kind is None:
        raise ValueError(f"its type is none of {', '.join(KINDS)}")
    made: Event = _made(kind, given)
    return made


def _made(kind: Any, given: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    known = {spec.name for spec in fields(kind)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"{unknown[0]} is no field of it")
    try:
        return kind(**{name: _value(name, hints[name], value) for name, value in given.items()})
    except TypeError as error:
        raise ValueError(str(error).replace("__init__() ", "").replace(f"{kind.__name__}.", "")) from None


def _value(name: str, hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        if value is None and type(None) in get_args(hint):
            return None
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise ValueError(f"{name} must be an object")
        return _made(hint, value)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{name} must be a list")
        return tuple(_value(name, get_args(hint)[0], one) for one in value)
    plain = getattr(hint, "__supertype__", hint)
    if issubclass(plain, str):
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text")
        return plain(value)
    if type(value) is not plain:
        raise ValueError(f"{name} must be {'true or false' if plain is bool else 'a whole number'}")
    return value
