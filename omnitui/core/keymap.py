"""Keys to commands: names, checks, and sequences such as `g i`. Pure; `widgets/keys.py` names what a terminal sends.

A key is a printable character ("e", "G", "?"), a name ("enter", "pagedown", "f1", "space") or ctrl+ and a letter.
"""

from __future__ import annotations

import difflib
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from omnitui.core.commands import COMMANDS, Command, Context
from omnitui.core.dataclass import dataclass
from omnitui.core.key_layouts import letters_of
from omnitui.core.key_presets import PRESETS

_ARROWS = ("up", "down", "left", "right", "home", "end")
_OTHERS = ("enter", "escape", "tab", "shift+tab", "backspace", "delete", "insert", "space", "pageup", "pagedown")
NAMES = frozenset(
    {*_OTHERS, *(f"f{n}" for n in range(1, 13)), *(f"{how}{key}" for how in ("", "shift+", "ctrl+") for key in _ARROWS)}
)
_SAME_BYTE = {"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "escape", "ctrl+@": "ctrl+space"}
_EXTENDED = ("ctrl+enter", "shift+enter", "ctrl+space", "ctrl+tab", "ctrl+backspace")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one entry of `[keys]`; `entry` is the name as it stands in the config."""

    entry: str
    message: str


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys that run a command (with arguments) where its context says."""

    keys: tuple[str, ...]
    command: Command
    args: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a key led to: a command, or a wait for more (`pending` holds what was typed), or nothing at all."""

    binding: Binding | None = None
    pending: tuple[str, ...] = ()
    count: int | None = None


def parse_keys(text: str) -> tuple[str, ...]:
    """`"g i"` as its keys. Raises ValueError, in words, for a key that does not exist or cannot be sent."""
    keys = tuple(text.split())
    if not keys:
        raise ValueError("no key given")
    for key in keys:
        _check(key)
    return keys


def _check(key: str) -> None:
    lower = key.lower()
    if len(key) == 1:
        if not key.isprintable():
            raise ValueError(f"{key!r} is not a key")
        return
    if key in NAMES or key in _EXTENDED:
        return
    if lower in _SAME_BYTE:
        raise ValueError(f"classic terminals send {lower} as {_SAME_BYTE[lower]}; choose another key")
    modifier, _, rest = lower.rpartition("+")
    if modifier == "ctrl" and len(rest) == 1 and rest in string.ascii_lowercase and key == lower:
        return
    if modifier in ("ctrl", "alt", "meta", "super", "shift", "ctrl+shift", "hyper", "alt+shift"):
        raise ValueError(f"classic terminals cannot send {key}; use a letter or ctrl+letter")
    near = difflib.get_close_matches(lower, sorted(NAMES), 1)
    raise ValueError(f"there is no key {key}" + (f"; did you mean {near[0]}?" if near else ""))


@dataclass(frozen=True)
class Keymap:
    """Every binding that holds, and what keeps the others from holding."""

    bindings: tuple[Binding, ...]
    problems: tuple[Problem, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    """From letters of another keyboard layout to those in the same place."""

    def named(self, key: str) -> str:
        """A key by the letter that our bindings know it by, whatever the keyboard's layout."""
        return self.letters.get(key, key)

    def keys_of(self, id: str) -> tuple[str, ...]:
        """The keys that run a command without arguments, the best known first, as they are written in the config."""
        return tuple(" ".join(b.keys) for b in self.bindings if b.command.id == id and not b.args)

    def after(self, typed: Sequence[str], context: Context) -> list[Binding]:
        """What may follow the keys typed so far (all of it when none are), here."""
        n = len(typed)
        return [
            b for b in self.bindings if b.command.context & context and len(b.keys) > n and b.keys[:n] == tuple(typed)
        ]


def preset_bindings(preset: str = "omnitui", commands: Iterable[Command] = COMMANDS) -> list[Binding]:
    """The table's own keys, with those of a preset (`key_presets.py`) in their place."""
    other = PRESETS.get(preset, {})
    return [
        Binding(tuple(keys.split()), command) for command in commands for keys in other.get(command.id, command.keys)
    ]


def build(
    overrides: Mapping[str, str | Sequence[str]],
    commands: Sequence[Command] = COMMANDS,
    *,
    preset: str = "omnitui",
    layout: str = "",
) -> Keymap:
    """The keys of the preset with the user's entries in their place, for a keyboard of this layout.

    An entry is `"command.id"` or `"command.id arguments"` to a key or a list of keys; a wrong one is reported and the
    default stays. An empty list takes the keys of a command away. A letter of the layout is the key in its place.
    """
    letters = letters_of(layout)
    usual = preset_bindings(preset, commands)
    entries: dict[str, list[Binding]] = {}
    problems: list[Problem] = []
    for entry, value in overrides.items():
        try:
            entries[entry] = _entry(entry, [value] if isinstance(value, str) else value, commands, letters)
        except ValueError as error:
            problems.append(Problem(entry, str(error)))
    # An entry that is refused leaves its default in place, which may be in the way of another: so from the start.
    while (refused := _first_clash(entries, usual)) is not None:
        problems.append(refused)
        del entries[refused.entry]
    bindings = [*_kept(entries, usual), *(binding for new in entries.values() for binding in new)]
    order = {entry: number for number, entry in enumerate(overrides)}
    return Keymap(tuple(bindings), tuple(sorted(problems, key=lambda problem: order[problem.entry])), letters)


def _entry(entry: str, values: Sequence[str], commands: Sequence[Command], letters: Mapping[str, str]) -> list[Binding]:
    command, args = named(entry, commands)
    keys = [tuple(letters.get(key, key) for key in parse_keys(text)) for text in values]
    if keys and all(any(key in _EXTENDED for key in sequence) for sequence in keys):
        raise ValueError(f"classic terminals cannot send {' '.join(keys[0])}; give a second key that they can")
    return [Binding(sequence, command, args) for sequence in keys]


def _kept(entries: Iterable[str], usual: Sequence[Binding]) -> list[Binding]:
    """The usual keys of all commands that have no entry of their own."""
    return [binding for binding in usual if binding.command.id not in entries]


def _first_clash(entries: Mapping[str, list[Binding]], usual: Sequence[Binding]) -> Problem | None:
    settled = _kept(entries, usual)
    for entry, new in entries.items():
        try:
            _settle(new, settled)
        except ValueError as error:
            return Problem(entry, str(error))
        settled += new
    return None


def named(entry: str, commands: Sequence[Command] = COMMANDS) -> tuple[Command, str]:
    """The command that an entry of `[keys]` names, and what it is told. Raises ValueError, in words."""
    id, _, args = entry.strip().partition(" ")
    for command in commands:
        if command.id == id:
            if args and not command.args:
                raise ValueError(f"{id} takes no arguments")
            return command, args.strip()
    near = difflib.get_close_matches(id, [command.id for command in commands], 1)
    raise ValueError(f"there is no command {id}" + (f"; did you mean {near[0]}?" if near else ""))


def _settle(new: Sequence[Binding], others: Sequence[Binding]) -> None:
    """Raise ValueError when one of `new` is, begins, or continues a key that means something else in the same place."""
    for binding in new:
        clash = clash_of(binding, [b for b in [*others, *new] if b is not binding])
        if clash:
            raise ValueError(clash)


def clash_of(binding: Binding, others: Iterable[Binding]) -> str:
    """Why `binding` cannot live beside `others`, in words; empty when it can."""
    for other in others:
        if not other.command.context & binding.command.context:
            continue
        short = min(len(other.keys), len(binding.keys))
        if other.keys[:short] != binding.keys[:short]:
            continue
        keys, theirs = " ".join(binding.keys), " ".join(other.keys)
        if len(other.keys) == len(binding.keys):
            return f"{keys} already runs {other.command.id} there; free that first"
        if len(binding.keys) == short:
            return f"{keys} begins {theirs} ({other.command.id}), so it cannot be a key of its own"
        return f"{theirs} runs {other.command.id}, so {keys} can never be typed"
    return ""


@dataclass
class Resolver:
    """Feeds on keys one by one: a command, a wait for the next key, or nothing."""

    keymap: Keymap
    pending: tuple[str, ...] = ()
    count: int | None = field(default=None)

    def feed(self, key: str, context: Context) -> Outcome:
        """Take one more key. A count is typed before (`5 j`) where digits have no meaning of their own."""
        key = self.keymap.named(key)
        if not self.pending and self._digit(key, context):
            self.count = min((self.count or 0) * 10 + int(key), 9999)
            return Outcome(pending=(str(self.count),), count=self.count)
        typed = (*self.pending, key)
        found = self.keymap.after(typed[:-1], context)
        exact = next((b for b in found if b.keys == typed), None)
        if exact is not None:
            outcome = Outcome(exact, (), self.count)
            self.clear()
            return outcome
        if any(b.keys[: len(typed)] == typed for b in found):
            self.pending = typed
            return Outcome(None, typed, self.count)
        self.clear()
        return Outcome()

    def clear(self) -> None:
        """Forget what was begun."""
        self.pending, self.count = (), None

    def _digit(self, key: str, context: Context) -> bool:
        if len(key) != 1 or key not in string.digits or (key == "0" and self.count is None):
            return False
        return not any(b.keys[0] == key for b in self.keymap.after((), context))
