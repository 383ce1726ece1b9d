"""What all pages share: keys become commands here, questions are asked here, and the bottom line speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.widget import Widget

from omnitui.core.commands import COMMANDS, Context, by_id
from omnitui.core.errors import OmnituiError
from omnitui.core.keymap import Resolver
from omnitui.core.models import Draft, StepRow
from omnitui.screens.handlers import Call, handler_of
from omnitui.screens.session import Session
from omnitui.screens.stacked import Stacked
from omnitui.screens.typed_ahead import LAPSES, TypedAhead, is_field, leads_to_text
from omnitui.widgets.bars import StatusLine
from omnitui.widgets.choices import Choice, fitting
from omnitui.widgets.keys import key_name

if TYPE_CHECKING:
    from omnitui.widgets.key_popup import KeyPopup
    from omnitui.widgets.picker import Picker, Question

MOST_HINTS = 6
"""Keys that the bottom line shows."""
REST = 0.02
"""Seconds after the first frame in which the thread that writes it to the terminal has the interpreter for itself."""
_TAKEN = frozenset({"enter", "ctrl+j", "escape", "ctrl+g", "tab", "down"})
"""Keys that every line one types in takes for itself."""
POPUP_AFTER = 0.4
"""Seconds on a prefix before the status line lists what may follow."""


class Page(Stacked, inherit_bindings=False):
    """A full screen with a bottom line and a picker."""

    NAME: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = None

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.resolver = Resolver(session.keymap)
        self.status = StatusLine(id="status", glyphs=session.glyphs)
        self.furnished = True
        """Every widget is there. Until then keys wait, so that a page may bring its rows first."""
        self.not_offered: Callable[[], frozenset[str]] = frozenset
        """Commands for which there is nothing here: footer, palette and help leave them out, their keys say why."""
        self._early: list[events.Key] = []
        self._answer: asyncio.Future[tuple[Any, str]] | None = None
        self._question: Question | None = None
        self._ahead = TypedAhead()
        self._popup: Timer | None = None
        self._asked_from: Any = None

    @cached_property
    def following(self) -> KeyPopup:
        """What may follow a prefix."""
        from omnitui.widgets.key_popup import KeyPopup

        return KeyPopup(id="following", glyphs=self.session.glyphs)

    @cached_property
    def picker(self) -> Picker:
        """The box for every question; the first frame does without it and without the field it brings."""
        from omnitui.widgets.picker import Picker

        picker = Picker(id="picker", glyphs=self.session.glyphs)
        picker.named = lambda key: self.session.keymap.named(key)
        return picker

    def foot(self) -> ComposeResult:
        """The widgets every page ends with."""
        yield self.status
        yield self.following
        yield self.picker

    @property
    def context(self) -> Context:
        """Where the keys go now."""
        return Context.SHEET

    @property
    def writing(self) -> bool:
        """A text is being written, and wants the focus back."""
        return False

    @property
    def _asking(self) -> bool:
        """A question is open."""
        return self.furnished and self.picker.question is not None

    def opens(self, *, writes: bool) -> bool:
        """A field is open or about to get the focus; `writes`: after a command that leads into the composer."""
        return self._asking or (writes and self.writing)

    def _all_here(self) -> None:
        """Every widget is there now: what was typed meanwhile is typed."""
        self.furnished = True
        early, self._early = self._early, []
        for event in early:
            self.on_key(event)

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        """Focus a widget; a field gets at once what was typed ahead for it."""
        super().set_focus(widget, scroll_visible, from_app_focus)
        if self.focused is widget:
            self._ahead.focused(widget)

    def on_key(self, event: events.Key) -> None:
        """A key that no text field took."""
        if not self.on_top:
            self.pass_on(event)
            return
        if not self.furnished:
            self._early.append(event)
            return
        field = self.focused
        if field is not None and is_field(field) and (event.is_printable or event.key in self._taken_by_fields()):
            # It was on its way to another pane when the field got the focus: a field lets no such key through.
            event.stop()
            field.post_message(events.Key(event.key, event.character))
            return
        if self._asking:
            if self.session.keymap.named(key_name(event)) in self.session.keymap.keys_of("quit"):
                self.run_command(Call("quit"))
            elif self._ahead.takes(event):
                event.stop()
            return
        if self._ahead.takes(event):
            event.stop()
            event.prevent_default()
            return
        if is_field(field) and self.context is not Context.COMPOSE:
            self._beside_a_line(event)
            return
        begun = self.resolver.pending
        outcome = self.resolver.feed(key_name(event), self.context)
        self._show_pending(outcome.pending)
        if outcome.binding is None and not outcome.pending and event.is_printable:
            self._say_unbound(" ".join((*begun, key_name(event))))
        if outcome.binding is not None:
            self.run_command(Call(outcome.binding.command.id, outcome.binding.args, outcome.count))
        if outcome.binding is not None or outcome.pending or self.context is not Context.COMPOSE:
            event.stop()
            event.prevent_default()

    def _say_unbound(self, keys: str) -> None:
        """A letter of another program's keys: say where ours stand. What can be taken back stays told."""
        help_ = self.session.keymap.keys_of("help")
        if help_ and not self.status.shown.way_back and self.context is not Context.COMPOSE:
            self.say(f"{keys} does nothing here; {help_[0]} lists what does", "muted")

    def _taken_by_fields(self) -> Collection[str]:
        """Keys beside letters that the field with the focus never lets through."""
        return ("enter",) if self.context is Context.COMPOSE and not self._asking else _TAKEN

    def _runs(self, event: events.Key) -> bool:
        """Run the command of a key in the composer, before any key behind it."""
        if not self.on_top or self._asking or self.context is not Context.COMPOSE:
            return False
        outcome = self.resolver.feed(key_name(event), Context.COMPOSE)
        if outcome.binding is not None:
            self.run_command(Call(outcome.binding.command.id, outcome.binding.args, outcome.count))
        return outcome.binding is not None

    def _beside_a_line(self, event: events.Key) -> None:
        """In a line of a page (search, find) the keys are the line's own, but for those that work anywhere."""
        for id in ("palette", "quit"):
            if self.session.keymap.named(key_name(event)) in self.session.keymap.keys_of(id):
                event.stop()
                self.run_command(Call(id))

    def _show_pending(self, typed: tuple[str, ...]) -> None:
        if self._popup is not None:
            self._popup.stop()
            self._popup = None
        self.following.show((), 0)
        self.status.set(pending=" ".join(typed) + " ..." if typed else "")
        if typed:
            self._popup = self.set_timer(POPUP_AFTER, self._list_following)

    def _list_following(self) -> None:
        typed = self.resolver.pending
        following = self.session.keymap.after(typed, self.context)
        keys = [(" ".join(b.keys[len(typed) :]), b.command.title) for b in following]
        self.following.show(keys, self.size.width)

    def run_command(self, call: Call) -> None:
        """Do what a command says; what takes time runs beside the keys, and its errors are said in words."""
        handler = handler_of(call.id, type(self))
        if handler is None:
            command = by_id(call.id)
            self.say(f"{command.title if command else call.id} does nothing here", "warn")
            return
        try:
            result = handler(self, call)
        except OmnituiError as error:
            self.say(str(error), "danger")
            return
        if result is not None:
            begun = 0 if call.args else self._ahead.begin(call.id)
            # On the app, not on this page: what was begun here goes on when the page is left.
            self.app.run_worker(self._finish(result, begun, leads_to_text(call.id)), exit_on_error=True)

    async def _finish(self, result: Awaitable[None], begun: int, writes: bool) -> None:
        well = False
        try:
            well = await self.said(lambda: result)
        finally:
            if not well and self._ahead.holds_for(begun):
                self._ahead.drop()
        if not self._ahead.holds_for(begun):
            return
        if not self.opens(writes=writes):
            self._ahead.end(self.on_key)
            return
        if self.picker.question is None:
            self._ahead.focused(self.focused)
        if self._ahead.holds_for(begun):
            # The field gets the focus at once, unless somebody went elsewhere meanwhile: no key may be held for ever.
            self.set_timer(LAPSES, partial(self._lapse, begun))

    def _lapse(self, begun: int) -> None:
        if self._ahead.holds_for(begun):
            self._ahead.end(self.on_key)

    def say(self, text: str, role: str = "", way_back: str = "") -> None:
        """Tell what happened, on the bottom line; `way_back` is the key that takes it back, and its word.

        What can be taken back is told on the pages below too: there it would else stand as it was before.
        """
        told = [self, *(self.app.screen_stack if way_back else ())]
        for page in told:
            if isinstance(page, Page):
                page.status.set(said=text, said_role=role, way_back=way_back)

    def said_step(self, step: StepRow) -> None:
        """Tell what was done, and the key that takes it back."""
        keys = self.session.keymap.keys_of("undo")
        self.say(step.label, way_back=f"{keys[0]} undo" if keys else "")

    async def write_on(self, draft: Draft) -> None:
        """Open a draft where it can be written on."""

    async def ask(self, question: Question) -> tuple[Any, str]:
        """Ask and wait: the chosen value (None when left) and what was typed. A page that was left asks nothing."""
        if not self.on_top:
            return None, ""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((None, ""))
        focused = self.focused
        if focused is not None and self.picker not in focused.ancestors:
            self._asked_from = focused
        self._question, self._answer = question, asyncio.get_running_loop().create_future()
        self.picker.ask(question)
        return await self._answer

    async def choose(self, title: str, choices: Sequence[Choice], prompt: str = "", **options: Any) -> Any:
        """Ask for one of a few; None when left."""
        from omnitui.widgets.picker import Question

        value, _ = await self.ask(Question(title, fitting(choices), prompt, **options))
        return value

    async def choose_or_type(self, title: str, choices: Sequence[Choice], prompt: str, **options: Any) -> str:
        """Ask for one of a few, or for words of one's own; empty when left."""
        from omnitui.widgets.picker import Question

        known = fitting(choices)

        def offers(text: str) -> Sequence[Choice]:
            found = known(text)
            return found if not text.strip() or any(c.title == text for c in found) else [*found, Choice(text, text)]

        value, _ = await self.ask(Question(title, offers, prompt, **options))
        return str(value or "")

    async def confirm(self, title: str, yes: str, no: str = "Leave it") -> bool:
        """Ask for a yes."""
        return bool(await self.choose(title, [Choice(True, yes, key="y"), Choice(False, no, key="n")]))

    def on_picker_answered(self, event: Picker.Answered) -> None:
        """The answer goes to who asked, the focus back to where it was."""
        event.stop()
        if event.question is not self._question:
            return
        target = self._asked_from
        if target is not None and target.is_attached and target.display and not self.writing:
            self.set_focus(target)
        else:
            self.focus_first()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((event.value, event.typed))

    def focus_first(self) -> None:
        """Where the focus belongs when nothing has it."""

    async def changed(self, ids: Collection[int]) -> None:
        """The feed tells that these conversations changed (0: accounts or outbox; none named: it may be anything)."""

    async def before_leaving(self) -> None:
        """Save what is not saved yet."""

    def refresh_hints(self) -> None:
        """The few keys of this context, six at most, help last."""
        context = self.context
        keys_of = self.session.keymap.keys_of
        if context is not Context.COMPOSE and is_field(self.focused):
            # In a line of a page letters are text, and it has keys of its own.
            self.status.set(hints=getattr(self.focused, "HINTS", ()))
            return
        out = self.not_offered()
        here = [c for c in COMMANDS if c.footer and c.context & context and keys_of(c.id) and c.id not in out]
        if len(here) > MOST_HINTS:
            # Help tells the rest.
            here = [*[c for c in here if c.id != "help"][: MOST_HINTS - 1], *[c for c in here if c.id == "help"]]
        hints = [(_shown_key(keys_of(c.id), context), c.short) for c in here[:MOST_HINTS]]
        self.status.set(hints=tuple(hints))

    def rekeyed(self) -> None:
        """The keys are others now."""
        self.resolver.keymap = self.session.keymap
        self.resolver.clear()
        self.refresh_hints()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Other keys work in another pane; a question that is open keeps the focus."""
        if self._asking and self.picker not in event.widget.ancestors:
            self.picker.line.focus()
        self.resolver.clear()
        if self.picker.question is None:
            # Under an open box the keys of the place it was opened from stay in sight.
            self.refresh_hints()


def _shown_key(keys: Sequence[str], context: Context) -> str:
    """The best known key, while writing one that is not a letter of the text."""
    return next((key for key in keys if context is not Context.COMPOSE or len(key) > 1), keys[0])
