"""Giving a command another key: it is pressed, checked, written to the config, and holds at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from omnitui.config.edit import set_keys
from omnitui.config.keys import keymap_of
from omnitui.core.commands import Command, by_id
from omnitui.core.errors import Refused
from omnitui.core.key_presets import PRESETS
from omnitui.core.keymap import Binding, clash_of, parse_keys
from omnitui.screens.base import Page
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question


async def rebind(page: Page, id: str) -> None:
    """Ask for the key that replaces the first one of a command; Backspace brings back those it came with.

    A key of another command can be taken from it after a yes. Raises Refused for one that cannot be sent.
    """
    command = by_id(id)
    pressed = await _pressed(page, command) if command is not None else ()
    if command is None or not pressed:
        return
    if pressed == ("backspace",):
        keys = PRESETS[page.session.settings.keys.preset].get(id, command.keys)
        await _write(page, {id: None}, f"{command.title}: {_said(keys)} again")
        return
    try:
        parse_keys(" ".join(pressed))
    except ValueError as error:
        raise Refused(str(error)) from error
    keymap, new = page.session.keymap, " ".join(pressed)
    changes: dict[str, Sequence[str] | None] = {id: [new, *(k for k in keymap.keys_of(id)[1:] if k != new)]}
    others = [b for b in keymap.bindings if b.command.id != id or b.args]
    for other in [b for b in others if clash_of(Binding(pressed, command), [b])]:
        if other.keys != pressed:
            raise Refused(clash_of(Binding(pressed, command), [other]))
        name = other.command.id + (f" {other.args}" if other.args else "")
        if not await page.confirm(f"{new} runs {other.command.title}", f"Take it for {command.title}", "Leave it"):
            return
        rest = [" ".join(b.keys) for b in others if (b.command, b.args) == (other.command, other.args) and b != other]
        changes[name] = rest
    await _write(page, changes, f"{command.title}: {new}, kept in config.toml")


async def _pressed(page: Page, command: Command) -> tuple[str, ...]:
    """The keys pressed: two where the first begins others."""
    pressed: tuple[str, ...] = ()
    while len(pressed) < 2:
        prompt = f"{' '.join(pressed)} ..." if pressed else "press it; backspace: as it came; esc leaves"
        key, _ = await page.ask(Question(f"New key for {command.title}", _nothing, prompt, key=True))
        if key is None:
            return ()
        pressed = (*pressed, str(key))
        if not any(b.keys[:1] == pressed and len(b.keys) > 1 for b in page.session.keymap.bindings):
            break
    return pressed


def _nothing(text: str) -> Sequence[Choice]:
    return [Choice(None, "the key that is pressed next")]


async def _write(page: Page, changes: dict[str, Sequence[str] | None], words: str) -> None:
    session = page.session
    wanted = dict(session.settings.keys.bindings)
    for entry, keys in changes.items():
        if keys is None:
            wanted.pop(entry, None)
        else:
            wanted[entry] = tuple(keys)
    wrong = [
        problem
        for problem in keymap_of(replace(session.settings.keys, bindings=wanted)).problems
        if problem.entry in changes
    ]
    if wrong:
        raise Refused(wrong[0].message)
    settings = await asyncio.to_thread(set_keys, session.places.config_file, changes)
    session.settings, session.keymap = settings, keymap_of(settings.keys)
    for other in page.app.screen_stack:
        if isinstance(other, Page):
            other.rekeyed()
    page.say(words)


def _said(keys: Sequence[str]) -> str:
    return ", ".join(keys) or "no key"
