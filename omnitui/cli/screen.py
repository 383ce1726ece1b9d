"""Opening the screen: by `omnitui run`, and by the plain `omnitui` without loading the command line for it."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from omnitui.cli.desk import Desk
from omnitui.cli.terminal_needed import need_terminal
from omnitui.config.terminal import frames, is_slow

SETUP = "setup"
"""The inbox was left for the set-up."""


class Wanted(NamedTuple):
    """What the command line says of the screen."""

    home: Path | None = None
    no_sync: bool = False


def only_the_screen(arguments: Sequence[str]) -> Wanted | None:
    """Read `[--home HOME] [run [--no-sync]]`; None for anything else, which is left to the whole command line."""
    rest, home = list(arguments), None
    if len(rest) >= 2 and rest[0] == "--home" and rest[1] and not Path(rest[1]).is_file():
        home = Path(rest[1])
        rest = rest[2:]
    if rest in ([], ["run"]):
        return Wanted(home)
    return Wanted(home, no_sync=True) if rest == ["run", "--no-sync"] else None


def is_first_run(desk: Desk) -> bool:
    """No account in the config, and no mail here that was imported."""
    return not desk.settings.names and not desk.places.cache_db.exists()


def open_screen(desk: Desk, *, no_sync: bool) -> str | None:
    """Run the screen until it is left; what is wanted next, if anything."""
    need_terminal("`omnitui list`, and the other commands of `omnitui --help`")
    # Nearly all that the start makes stays; the app collects once all is there, and has collecting go on from there.
    gc.disable()
    settings = desk.settings
    slow = is_slow(settings.ui.slow_line)
    os.environ.setdefault("TEXTUAL_FPS", str(frames(settings.ui.fps, slow=slow)))
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from omnitui.store.connection import Role

    desk.cache(Role.OPERATIONS).close()
    from omnitui.screen_start import start_screen
    from omnitui.spawn import spawn_if_none

    spawn = None if no_sync else partial(spawn_if_none, desk.places, desk.home, _passphrase(desk))
    return start_screen(desk.places, settings, desk.agent, desk.now, spawn_worker=spawn)


def _passphrase(desk: Desk) -> str:
    """For the worker that is about to start; asked for only where secrets stand in the encrypted file."""
    from omnitui.sync.lock import held

    if desk.passphrase:
        return desk.passphrase
    if not desk.places.vault.exists() or held(desk.places.lock):
        return ""
    from omnitui.cli.passphrase import opened

    return opened(desk.stores)
