"""`dataclass` for modules that every start of the screen loads: as the standard one, but it compiles nothing at import.

The standard decorator writes and compiles up to six methods for each class, used or not; with some seventy classes that
was a third of what our own imports cost. Here `__init__` is written when the first instance is made, and what compares,
hashes and prints goes over the fields. All else (fields, replace, asdict, match, inheritance) is the standard's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, field
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def dataclass(cls: type[T], /) -> type[T]:
    """Bare."""


@overload
def dataclass(
    *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True
) -> Callable[[type[T]], type[T]]:
    """With options."""


@dataclass_transform(field_specifiers=(field, Field))
def dataclass(
    cls: type[T] | None = None, /, *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True
) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a class one of fields, as `dataclasses.dataclass` does. What a class defines itself stays."""

    def make(cls: type[T]) -> type[T]:
        own = dict(vars(cls))
        if own.get("__hash__") is None:
            # An `__eq__` in the class has Python put None here; it says nothing of what the class wants.
            own.pop("__hash__", None)
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
        methods: dict[str, Any] = {"__init__": _first_init(made, frozen), "__repr__": _repr}
        if eq:
            methods |= _comparing(dataclasses.fields(made), frozen)  # type: ignore[arg-type]
        if frozen:
            methods |= {"__setattr__": _refuse_set, "__delattr__": _refuse_delete, "__setstate__": _set_state}
        for name, method in methods.items():
            if name not in own:
                setattr(made, name, method)
        return made

    return make if cls is None else make(cls)


def _first_init(cls: type, frozen: bool) -> Callable[..., None]:
    """Stands in until the first instance is made."""

    def __init__(self: object, *values: object, **named: object) -> None:
        written = _written_init(cls, frozen)
        type.__setattr__(cls, "__init__", written)
        written(self, *values, **named)

    return __init__


def _written_init(cls: type, frozen: bool) -> Callable[..., None]:
    """The `__init__` that the fields ask for."""
    known: dict[str, Any] = {"MISSING": MISSING, "put": object.__setattr__}
    takes: list[str] = ["self"]
    by_name: list[str] = []
    does: list[str] = []
    for one in dataclasses.fields(cls):
        name, value = one.name, one.name
        if one.default_factory is not MISSING:
            known[f"make_{name}"] = one.default_factory
            value = f"make_{name}() if {name} is MISSING else {name}" if one.init else f"make_{name}()"
        elif one.default is not MISSING:
            known[f"default_{name}"] = one.default
        if one.init:
            (by_name if one.kw_only else takes).append(name + _default(one))
        elif one.default_factory is MISSING:
            continue
        does.append(f"put(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        does.append("self.__post_init__()")
    if by_name:
        takes += ["*", *by_name]
    text = f"def __init__({', '.join(takes)}):\n " + "\n ".join(does or ["pass"])
    exec(text, known)  # noqa: S102 - names of fields only, as the standard library does
    written: Callable[..., None] = known["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    return written


def _default(one: Field[Any]) -> str:
    if one.default_factory is not MISSING:
        return "=MISSING"
    return "" if one.default is MISSING else f"=default_{one.name}"


def _comparing(fields: Sequence[Field[Any]], frozen: bool) -> dict[str, Any]:
    values = _getter([one.name for one in fields if one.compare])
    hashed = _getter([one.name for one in fields if (one.compare if one.hash is None else one.hash)])

    def __eq__(self: object, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(values(self) == values(other))

    def __hash__(self: object) -> int:
        return hash(hashed(self))

    return {"__eq__": __eq__, "__hash__": __hash__ if frozen else None}


def _getter(names: Sequence[str]) -> Callable[[object], object]:
    return attrgetter(*names) if names else lambda _: ()


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_set(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _set_state(self: object, state: Any) -> None:
    """What `copy` and `pickle` need where attributes cannot be set."""
    for part in state if isinstance(state, tuple) else (state,):
        for name, value in (part or {}).items():
            object.__setattr__(self, name, value)
