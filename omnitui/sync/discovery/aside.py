"""Blocking work beside the event loop, in a thread that nobody has to wait for when the program ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from omnitui.core.errors import Offline, OmnituiError

T = TypeVar("T")


async def aside(work: Callable[[], T], seconds: float) -> T:
    """What `work` gives; its own errors pass on. Raises Offline when it takes longer, and leaves it behind then.

    asyncio's own threads are waited for at the end of the program, and a name server that is away takes its time.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def deliver(result: list[T], error: Exception) -> None:
        if not answer.done():
            answer.set_result(result[0]) if result else answer.set_exception(error)

    def run() -> None:
        result: list[T] = []
        error: Exception = RuntimeError("the work beside the loop broke off")
        try:
            result.append(work())
        except (OmnituiError, OSError) as raised:
            error = raised
        finally:
            with suppress(RuntimeError):  # the loop is gone: nobody waits any more
                loop.call_soon_threadsafe(deliver, result, error)

    threading.Thread(target=run, name="aside", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        raise Offline(f"no answer within {seconds:.0f} seconds") from None
