"""Runs the user's command for a notice: in a thread of its own, one at a time, within a time, never in the way."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence

from omnitui.notify.notice import Notice

LIMIT = 10.0
"""Seconds that a command may take."""
MOST_WAITING = 20
_SECRET = "OMNITUI_PASSWORD"  # noqa: S105 - the name of what must not be handed on


class CommandRunner:
    """`failed` is called, from the thread, with words when the command does not do its work."""

    def __init__(self, command: Sequence[str], failed: Callable[[str], object], limit: float = LIMIT) -> None:
        self._command, self._failed, self._limit = tuple(command), failed, limit
        self._waiting: queue.Queue[Notice | None] = queue.Queue(MOST_WAITING)
        self._running: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def give(self, told: Notice) -> None:
        """Run the command for a notice when those before it are done; too many at once are dropped."""
        if not self._command or self._closed:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="notify", daemon=True)
            self._thread.start()
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(told)

    def close(self) -> None:
        """Stop; a command that still runs is ended."""
        self._closed = True
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        if self._running is not None:
            _end(self._running)

    def _work(self) -> None:
        while not self._closed and (told := self._waiting.get()) is not None:
            if words := self._run(told):
                self._failed(f"notify.command {words}")

    def _run(self, told: Notice) -> str:
        """Run it once; what went wrong, in words."""
        fields = {"kind": told.kind.value, "title": told.title, "text": told.text, "account": told.account}
        fields["conversation"] = str(told.conversation_id or "")
        own = {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}
        own |= {f"OMNITUI_{name.upper()}": value for name, value in fields.items()}
        document = {"schema": 1, **fields, "conversation": told.conversation_id or None}
        try:
            self._running = running = subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=own,
                start_new_session=True,
            )
        except OSError as error:
            return f"does not start: {error.strerror}"
        try:
            running.communicate(json.dumps(document, ensure_ascii=False).encode(), timeout=self._limit)
        except subprocess.TimeoutExpired:
            _end(running)
            return f"took more than {self._limit:g} s and was ended"
        except OSError:
            running.wait()
        finally:
            self._running = None
        return f"ended with exit code {running.returncode}" if running.returncode and not self._closed else ""


def _end(running: subprocess.Popen[bytes]) -> None:
    """End the command and all it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
