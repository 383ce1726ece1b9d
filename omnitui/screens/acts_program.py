"""Palette, `:` line, help, theme, quitting: on every page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omnitui.core.commands import COMMANDS, Command, Context, by_id, matching
from omnitui.core.errors import CacheError, Refused
from omnitui.core.other_words import OTHER_WORDS
from omnitui.screens.base import Page
from omnitui.screens.handlers import Call, handler_of, handles
from omnitui.widgets.choices import Choice, Other, fitting
from omnitui.widgets.picker import Question

_ANOTHER_KEY = Call("help", "b")
_ANY = Choice(_ANOTHER_KEY, "Another key for a command", "choose it, then press the key")


def runnable(page: Page, context: Context) -> list[Command]:
    """Commands that work here."""
    out = page.not_offered()
    return [c for c in COMMANDS if c.context & context and c.id not in out and handler_of(c.id, type(page))]


def rows(page: Page, commands: Iterable[Command], *, full: bool) -> list[Choice]:
    """Commands as rows, each with the key that runs it now."""
    keys = page.session.keymap.keys_of
    return [
        Choice(Call(c.id), c.title, c.help if full else "", "  ".join(keys(c.id)), f"{_words(c)} {c.id}")
        for c in commands
    ]


def _words(command: Command) -> str:
    """What it is found by beside its title."""
    return f"{command.group} {command.help} {OTHER_WORDS.get(command.id, '')}"


@handles("palette")
async def palette(page: Page, call: Call) -> None:
    """Find and run any command; find any view, person or conversation and go there."""
    from omnitui.screens.jumping import Places, go

    places = Places(page, rows(page, runnable(page, page.context), full=False))
    chosen, _ = await page.ask(
        Question(
            "Commands, people, conversations",
            places.now,
            "a command, view, person or conversation",
            later=places.later,
            notes=("> commands", "@ people", "# conversations"),
        )
    )
    if chosen is not None:
        await go(page, chosen)


@handles("help")
async def help_(page: Page, call: Call) -> None:
    """All that works here, searchable; Enter runs it, Ctrl+R gives it another key.

    `b` alone may begin a word: it offers, above what it finds, to choose the command that gets another key.
    """
    found = rows(page, runnable(page, page.context), full=True)
    known = fitting(found)

    def offers(text: str) -> Sequence[Choice]:
        alone = len(text) == 1 and page.picker.named(text) == "b"
        return [*([_ANY] if alone else []), *known(text)]

    chosen, _ = await page.ask(
        Question(
            "Help: what works here",
            offers,
            "type to search",
            tall=True,
            notes=("enter runs it", "ctrl+r (b on a row): another key", "b enter: of any"),
            other=("b", "ctrl+r"),
        )
    )
    if _ANOTHER_KEY in (chosen, chosen.value if isinstance(chosen, Other) else None):
        chosen = await page.choose("Another key for which command?", found, "type to search", tall=True)
        chosen = None if chosen is None else Other(chosen)
    if isinstance(chosen, Other):
        # Writing settings and what it needs are loaded by those who do it.
        from omnitui.screens.rebinding import rebind

        await rebind(page, chosen.value.id)
    elif chosen is not None:
        page.run_command(chosen)


@handles("line")
async def line(page: Page, call: Call) -> None:
    """Type a command with its arguments."""
    context = page.context

    def offers(text: str) -> list[Choice]:
        word, _, args = text.strip().partition(" ")
        here = runnable(page, context)
        known = [c for c in (matching(word) if word else COMMANDS) if c in here] or _meant(word, here)
        return [
            Choice(f"{c.id} {args}".strip() if args or not c.args else f"{c.id} ", c.id, c.help, c.args.value)
            for c in known
        ]

    value, _ = await page.ask(
        Question(
            ":", offers, "command and arguments", text=page.session.refused_line, free=True, typed_first=True,
            complete=True,
        )
    )  # fmt: skip
    text = value.strip() if isinstance(value, str) else ""
    page.session.refused_line = text
    if text:
        run_line(page, text, context)
        page.session.refused_line = ""


def _meant(word: str, commands: Sequence[Command]) -> list[Command]:
    """What was most likely meant by a word that names nothing, by the whole name or the last part of it."""
    from difflib import get_close_matches

    names: dict[str, list[Command]] = {}
    for command in commands:
        for name in {command.id, command.id.rpartition(".")[2]}:
            names.setdefault(name, []).append(command)
    return [command for name in get_close_matches(word, names, 1, 0.7) for command in names[name]][:2]


def run_line(page: Page, text: str, context: Context) -> None:
    """Run `text` as a command; `view save` is `view.save`. Raises Refused when it names none, or several."""
    word, _, args = text.partition(" ")
    part, _, rest = args.partition(" ")
    if by_id(f"{word}.{part}") is not None:
        word, args = f"{word}.{part}", rest
    found = [c for c in matching(word) if c.context & context and handler_of(c.id, type(page))]
    if not found:
        meant = _meant(word, runnable(page, context))
        names = " or ".join(c.id for c in meant)
        raise Refused(f"there is no command {word} here; " + (f"did you mean {names}?" if meant else "? lists all"))
    if len(found) > 1:
        raise Refused(f"{word} may be {', '.join(c.id for c in found[:5])}")
    if args.strip() and not found[0].args:
        raise Refused(f"{found[0].id} takes no arguments")
    page.run_command(Call(found[0].id, args.strip()))


@handles("theme")
async def theme(page: Page, call: Call) -> None:
    """Choose the colours."""
    names = sorted(page.app.available_themes, key=lambda name: (not name.startswith(("omnitui", "ansi", "mono")), name))
    chosen = call.args or await page.choose("Colours", [Choice(name, name) for name in names])
    if chosen is None:
        return
    if chosen not in names:
        raise Refused(f"there is no theme {chosen}")
    page.app.theme = chosen


@handles("account.add")
async def add_account(page: Page, call: Call) -> None:
    """The set-up is an application of its own, which needs the network; the screen comes back after it."""
    if await _kept(page, "Go"):
        page.app.exit("setup")


@handles("quit")
async def quit_(page: Page, call: Call) -> None:
    """Leave; what is being written is kept as a draft."""
    if await _kept(page, "Leave"):
        page.app.exit()


async def _kept(page: Page, go: str) -> bool:
    """Keep what is being written; where it cannot be, ask. A full disk must not hold anybody here."""
    try:
        await page.before_leaving()
    except CacheError as error:
        return await page.confirm(f"What you write cannot be kept: {error}", f"{go}; it is lost", "Stay")
    return True
