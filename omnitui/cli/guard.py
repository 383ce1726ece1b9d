"""The top of main: whatever fails becomes words on stderr and an exit code (exits.py)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from omnitui.cli.desk import Desk
from omnitui.cli.exits import Exit


def guarded(work: Callable[[], object], desk: Desk) -> int:
    """Run `work`; gives what it returns where that is an exit code. The desk says where the log of faults is."""
    os.umask(0o077)
    try:
        result = work()
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; Python must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - the top of main: words and a log instead of a traceback
        from omnitui.cli.faults import report

        return report(error, desk)
    return result if isinstance(result, int) else Exit.OK
