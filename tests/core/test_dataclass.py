"""Our `dataclass` behaves as the standard one: the same classes made by both, compared."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from omnitui.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Kept:
    """At the top of a module, as pickle wants it."""

    one: int
    more: list[str] = field(default_factory=list)


def classes(make: Callable[..., Any]) -> list[Any]:
    """The kinds of classes that the product has."""

    @make(frozen=True, slots=True)
    class Point:
        """Frozen, with slots."""

        x: int
        y: int = 2
        note: str = field(default="", compare=False)

    @make
    class Open:
        """May be changed."""

        a: int
        b: list[int] = field(default_factory=list)
        c: int = field(default=7, init=False)
        shown: str = field(default="secret", repr=False)

        def __post_init__(self) -> None:
            self.b.append(self.a)

    @make(frozen=True, kw_only=True)
    class Named:
        """By name only, with a hash of its own."""

        a: int = 1
        b: tuple[int, ...] = ()

        def __hash__(self) -> int:
            return 5

    @make(frozen=True, slots=True)
    class Deeper(Point):
        """Inherits fields."""

        z: int = 3

    @make
    class Nothing:
        """No field."""

    return [Point, Open, Named, Deeper, Nothing]


def outcome(work: Callable[[], Any]) -> Any:
    """What comes out, or the kind of error."""
    try:
        return work()
    except (TypeError, AttributeError) as error:
        return type(error)


CALLS: tuple[Callable[..., Any], ...] = (
    lambda point, *_: repr(point(1)),
    lambda point, *_: point(1, 5, "x") == point(1, 5, "y"),
    lambda point, *_: point(1) == point(2),
    lambda point, *_: point(1) == (1, 2, ""),
    lambda point, *_: hash(point(1)) == hash(point(1, note="other")),
    lambda point, *_: point(),
    lambda point, *_: point(1, 2, "3", 4),
    lambda point, *_: point(z=1),
    lambda point, *_: setattr(point(1), "x", 2),
    lambda point, *_: delattr(point(1), "x"),
    lambda point, *_: dataclasses.asdict(dataclasses.replace(point(1), y=9)),
    lambda point, *_: copy.deepcopy(point(4)) == point(4),
    lambda point, *_: point.__match_args__,
    lambda point, *_: [(f.name, f.default) for f in dataclasses.fields(point) if f.name != "note"],
    lambda _, open_, *__: repr(open_(1)),
    lambda _, open_, *__: open_(1).b is open_(1).b,
    lambda _, open_, *__: open_(1, [3]).b,
    lambda _, open_, *__: open_(1, c=3),
    lambda _, open_, *__: hash(open_(1)),
    lambda _, open_, *__: open_(1) == open_(1, shown="other"),
    lambda _, __, named, *___: named(1),
    lambda _, __, named, *___: (hash(named(b=(1,))), repr(named(b=(1,)))),
    lambda point, _, __, deeper, ___: (repr(deeper(1)), deeper(1) == point(1), deeper(1, 2, "", 4).z),
    lambda *all: (repr(all[4]()), all[4]() == all[4]()),
    lambda point, *_: (point(1).__class__.__name__, str(inspect.signature(point(1).__init__))),
)


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_it_does_what_the_standard_one_does(number: int) -> None:
    standard, ours = classes(dataclasses.dataclass), classes(dataclass)
    if number < len(CALLS) - 1:
        assert outcome(lambda: CALLS[number](*ours)) == outcome(lambda: CALLS[number](*standard))
    else:
        names = list(inspect.signature(ours[0](1).__init__).parameters)
        assert names == list(inspect.signature(standard[0](1).__init__).parameters)


def test_a_frozen_one_travels() -> None:
    value = Kept(1, ["a"])
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own bytes
    assert copy.copy(value) == value


def test_the_first_instances_may_be_of_a_class_below() -> None:
    @dataclass
    class Above:
        a: int = 1

    class Below(Above):
        def __init__(self) -> None:
            super().__init__(4)

    assert (Below().a, Below().a, Above().a) == (4, 4, 1)


def test_nothing_is_compiled_at_import() -> None:
    """From Python 3.13 on the standard decorator compiles an empty function for each class; no method."""
    code = (
        "import builtins, omnitui.core.dataclass as d\nran = []\nreal = builtins.exec\n"
        "builtins.exec = lambda *a: (ran.append(a[0].count('def ')), real(*a))\n"
        "@d.dataclass(frozen=True, slots=True)\nclass A:\n 'doc'\n x: int\n y: int = 0\n"
        "before, first = sum(ran), len(ran); A(1); A(2); print(before, len(ran) - first)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["1" if sys.version_info >= (3, 13) else "0", "1"]
