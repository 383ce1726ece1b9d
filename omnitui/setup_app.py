"""The set-up as a small application of its own: it runs where there is no mailbox yet, before the screen."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from omnitui.app_base import STYLES, BaseApp
from omnitui.config.schema import UiSettings
from omnitui.config.terminal import plain_marks
from omnitui.core.errors import OmnituiError
from omnitui.screens.setup import SetupPage
from omnitui.setup import channels
from omnitui.setup.answers import Answers
from omnitui.setup.face import Edges, Pick, Question, WentAway, WentBack
from omnitui.setup.steps import NAMES, conduct
from omnitui.widgets.glyphs import ASCII, UNICODE

DEMO, OPEN = "demo", "open"
_WELCOME = Question(
    "welcome",
    "Welcome. What would you like to do?",
    (
        "omnitui shows every conversation that waits for an answer, the one that has waited longest on top.",
        "No account is set up yet.",
    ),
    DEMO,
    (
        Pick(DEMO, "Try the demo", "a made-up mailbox whose customers answer; none of it is kept"),
        Pick("setup", "Set up an account", "your address, then a test; some two minutes"),
        Pick("quit", "Quit"),
    ),
)
_DONE = Question(
    "done",
    "The account is set up.",
    ("Its mail comes in while you work, the newest first.",),
    OPEN,
    (Pick(OPEN, "Open the inbox"), Pick("setup", "Set up another account"), Pick("quit", "Quit")),
)


class SetupApp(BaseApp[str], inherit_bindings=False):
    """Ends with "demo", "open" (an account was set up) or None. `welcome`: offer the demo first."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [*BaseApp.CSS_PATH, STYLES / "setup.tcss"]

    def __init__(self, ui: UiSettings, edges: Edges, *, welcome: bool) -> None:
        super().__init__()
        self._ui, self._edges, self._welcome = ui, edges, welcome
        self.page = SetupPage(ASCII if plain_marks(ui.ascii) else UNICODE, NAMES)

    def get_default_screen(self) -> SetupPage:
        """The one page."""
        return self.page

    def on_mount(self) -> None:
        """Begin to ask."""
        self.dress(self._ui.theme, ascii=plain_marks(self._ui.ascii))
        self.leave_on_signals()
        self.run_worker(self._run(), name="setup", exit_on_error=True)

    async def _run(self) -> None:
        try:
            self.exit(await self._asked())
        except WentAway:
            self.exit(None)

    async def _asked(self) -> str | None:
        """What to do afterwards."""
        asked = _WELCOME if self._welcome else None
        while True:
            if asked is not _DONE:
                self.page.begin()
            try:
                chosen = (await self.page.pick(asked)).id if asked else "setup"
            except WentBack:
                return OPEN if asked is _DONE else None
            if chosen != "setup":
                return None if chosen == "quit" else chosen
            if await self._set_up():
                asked = _DONE
            elif asked is None:
                return None

    async def _set_up(self) -> bool:
        self.page.begin()
        while True:
            try:
                form = await channels.choose(self.page, self._edges.forms())
                if form is None:
                    await conduct(self.page, self._edges, Answers())
                else:
                    await channels.conduct(self.page, self._edges, form, channels.ChannelAnswers())
                return True
            except WentBack:
                return False
            except OmnituiError as error:
                self.page.tell(str(error), "danger")
                picks = (Pick("again", "Begin again"), Pick("quit", "Leave; nothing was saved"))
                if (await self.page.pick(Question("failed", "That did not work.", (), "again", picks))).id == "quit":
                    raise WentAway from None
